"""The raw table of an exploration: a row for each photo unchanged and for each look of it."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from blackcamo.exploring.design import ORIGINAL, Design, Key
from blackcamo.oracle import is_high_quality
from blackcamo.types import ScorerInfo

_DIGITS = 7


def rounded(value: float) -> float:
    """A measured number with the digits that 32 bits hold, so that all files say the same.

    >>> rounded(61.90116500854492)
    61.90117
    """
    return float(f"{value:.{_DIGITS}g}")


@dataclass(frozen=True, slots=True)
class Row:
    """One picture: a photo unchanged, or a look of it.

    Args:
        photo: the photo's name in the table.
        key: the look, :data:`ORIGINAL` for the photo itself.
        appeal: 0-100; NaN where it could not be rendered.
        suited: whether a search would try the style on this photo by itself.
        jpeg_bytes: size of the file that the scorers were shown, decoded.
        scores: scorer -> its score; those that gave none are left out.
    """

    photo: str
    key: Key
    appeal: float
    suited: bool
    jpeg_bytes: int
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The effect of a look on a photo, by one scorer.

    ``drop`` is by how much the score got worse, on the scorer's own scale and positive whichever
    way that goes; ``high`` says whether the photo itself is of high quality, ``low`` whether the
    look is not.
    """

    photo: str
    key: Key
    appeal: float
    drop: float
    high: bool
    low: bool


@dataclass(frozen=True)
class Table:
    """Everything that was seen, and whose scores they are.

    Args:
        design: the looks.
        scorers: name -> what the scorer says of itself.
        rows: photo by photo, the unchanged one first.
    """

    design: Design
    scorers: Mapping[str, ScorerInfo]
    rows: Sequence[Row]

    @cached_property
    def photos(self) -> tuple[str, ...]:
        """The names of the photos, in their order."""
        return tuple(dict.fromkeys(row.photo for row in self.rows))

    @cached_property
    def by_picture(self) -> Mapping[tuple[str, Key], Row]:
        """The rows by photo and look."""
        return {(row.photo, row.key): row for row in self.rows}

    def outcomes(self, scorer: str) -> list[Outcome]:
        """The effects of looks on photos of which this scorer gave both scores."""
        info, found = self.scorers[scorer], []
        sign = 1.0 if info.higher_is_better else -1.0
        for row in self.rows:
            plain = self.by_picture.get((row.photo, ORIGINAL))
            if row.key == ORIGINAL or plain is None or math.isnan(row.appeal):
                continue
            before, after = plain.scores.get(scorer), row.scores.get(scorer)
            if before is not None and after is not None:
                found.append(
                    Outcome(
                        photo=row.photo,
                        key=row.key,
                        appeal=row.appeal,
                        drop=sign * (before - after),
                        high=is_high_quality(before, info),
                        low=not is_high_quality(after, info),
                    )
                )
        return found

    def to_csv(self) -> str:
        """A line for each row: what was shown, what was said of it, and the look's parameters.

        Parameters are the look's at full strength, in their own units, and empty where its style
        does not free them.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        params = sorted({name for ranges in self.design.ranges.values() for name in ranges})
        looks = {look.key: look for look in self.design.looks}
        writer.writerow(
            ["photo", "style", "look", "strength", "suited", "appeal", "jpeg_bytes"]
            + [f"score {name}" for name in self.scorers]
            + params
        )
        for row in self.rows:
            look = looks.get(row.key)
            values: Mapping[str, float] = {} if look is None else look.values
            writer.writerow(
                [row.photo, *row.key, "" if look is None else look.strength, int(row.suited)]
                + ["" if math.isnan(row.appeal) else row.appeal, row.jpeg_bytes]
                + [row.scores.get(name, "") for name in self.scorers]
                + [f"{values[name]:.6g}" if name in values else "" for name in params]
            )
        return text.getvalue()

    def to_json(self) -> dict[str, Any]:
        """Design, scorers and rows in JSON's types."""
        return {
            "scorers": {name: asdict(info) for name, info in self.scorers.items()},
            "ranges": {
                style: {name: list(ends) for name, ends in ranges.items()}
                for style, ranges in self.design.ranges.items()
            },
            "looks": [asdict(look) for look in self.design.looks],
            "rows": [
                {
                    "photo": row.photo,
                    "style": row.key[0],
                    "look": row.key[1],
                    "appeal": None if math.isnan(row.appeal) else row.appeal,
                    "suited": row.suited,
                    "jpeg_bytes": row.jpeg_bytes,
                    "scores": dict(row.scores),
                }
                for row in self.rows
            ],
        }
