"""Readings of the raw table for one scorer: a map, curves, and the looks that it falls for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

from blackcamo.exploring.design import LEAST_STRENGTH, Key, Look
from blackcamo.exploring.table import Outcome, Table

BANDS: tuple[tuple[float, float], ...] = tuple(pairwise((0.0, 60.0, 70.0, 80.0, 90.0, 100.0)))
"""Bands of appeal, each without its upper end but for the last."""
STRENGTH = "strength"
MOST_LOOKS = 10
Group = TypeVar("Group", bound=Hashable)
_MOST_BINS = 8
_BAND = (10, 50, 90)
"""Percentiles over photos."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Pictures of one style in one band of appeal.

    Args:
        pictures: how many there are, photos times looks.
        high: how many of them are of photos of high quality unchanged.
        below: share of those (0-1) that are not any more; None without any.
        drop: mean drop of the score over all pictures, in points of the scorer; None without any.
    """

    pictures: int
    high: int
    below: float | None
    drop: float | None


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Styles against bands of appeal: ``cells`` has one for each band, ``styles`` one in all."""

    bands: tuple[tuple[float, float], ...]
    cells: Mapping[str, tuple[Cell, ...]]
    styles: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Bin:
    """The effect of looks whose parameter lies in one part of its range.

    Args:
        low, high: the part's ends, in the parameter's own unit (1 for strength).
        looks: how many of the style's looks lie in it.
        photos: over how many photos the percentiles go.
        drop: 10th, 50th and 90th percentile, over photos, of a photo's mean drop.
        appeal: the same of its mean appeal.
    """

    low: float
    high: float
    looks: int
    photos: int
    drop: tuple[float, float, float]
    appeal: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Reach:
    """The effect of a look on all photos.

    Args:
        look: the look.
        photos: over how many.
        appeal: median over the photos.
        liked: share of the photos (0-1) on which its appeal is at the floor.
        drop: mean drop of the score.
        high: photos of high quality unchanged.
        below: share of those that are not any more; None without any.
        camouflaged: share of those that are not any more and where the look is liked, too.
    """

    look: Look
    photos: int
    appeal: float
    liked: float
    drop: float
    high: int
    below: float | None
    camouflaged: float | None


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading of the table for one scorer.

    Args:
        heat: styles against bands of appeal.
        curves: style -> strength and free parameters -> parts of the range.
        looks: those that people like, by mean drop.
        overall: shares of "style" and "strength" in a large mean drop; empty of too few looks.
        parameters: shares of what looks set, whatever their style.
        importances: style -> shares of its strength and free parameters; empty of too few looks.
    """

    heat: HeatMap
    curves: Mapping[str, Mapping[str, tuple[Bin, ...]]]
    looks: tuple[Reach, ...]
    overall: Mapping[str, float]
    parameters: Mapping[str, float]
    importances: Mapping[str, Mapping[str, float]]

    def to_json(self) -> dict[str, Any]:
        """All of it in JSON's types."""
        return asdict(self)


def heat_map(table: Table, scorer: str) -> HeatMap:
    """Where a scorer falls for styles, by how much people like them."""
    by_style = _grouped(table.outcomes(scorer), lambda o: o.key[0])
    cells = {
        style: tuple(_cell(o for o in by_style[style] if _in(o.appeal, band)) for band in BANDS)
        for style in table.design.styles
    }
    return HeatMap(BANDS, cells, {style: _cell(by_style[style]) for style in table.design.styles})


def response_curves(table: Table, scorer: str) -> dict[str, dict[str, tuple[Bin, ...]]]:
    """Style -> strength and free parameters -> what becomes of score and appeal along the range.

    All other parameters vary, too: a curve is a mean over the design. The band says how much
    photos differ in it.
    """
    by_style = _grouped(table.outcomes(scorer), lambda o: o.key[0])
    found: dict[str, dict[str, tuple[Bin, ...]]] = {}
    for style, ranges in table.design.ranges.items():
        looks = table.design.of(style)
        count = max(1, min(_MOST_BINS, len(looks) // 2))
        places = {STRENGTH: {k.key: strength_share(k) for k in looks}}
        places |= {name: {k.key: k.shares[name] for k in looks} for name in ranges}
        found[style] = {
            name: tuple(_bins(by_style[style], shares, ends, count))
            for name, shares in places.items()
            for ends in [(LEAST_STRENGTH, 1.0) if name == STRENGTH else ranges[name]]
        }
    return found


def adversarial_looks(
    table: Table, scorer: str, *, floor: float, most: int = MOST_LOOKS
) -> list[Reach]:
    """The looks that people like by which the score falls most, the largest mean drop first.

    A look is liked whose appeal is at the floor on at least half of the photos.

    Args:
        floor: least appeal, 0-100.
        most: how many at most.
    """
    by_look = _grouped(table.outcomes(scorer), lambda o: o.key)
    reaches = [_reach(k, by_look[k.key], floor) for k in table.design.looks if by_look[k.key]]
    liked = [reach for reach in reaches if reach.appeal >= floor and reach.drop > 0]
    return sorted(liked, key=lambda r: (-r.drop, r.look.key))[:most]


def mean_drops(table: Table, scorer: str) -> dict[Key, float]:
    """Look -> mean drop over the photos, of those that have any."""
    by_look = _grouped(table.outcomes(scorer), lambda o: o.key)
    return {key: float(np.mean([o.drop for o in its])) for key, its in by_look.items()}


def _in(appeal: float, band: tuple[float, float]) -> bool:
    return band[0] <= appeal < band[1] or (band == BANDS[-1] and appeal == band[1])


def strength_share(look: Look) -> float:
    """Where a look's strength lies between the least one and 1, from 0 to 1."""
    return (look.strength - LEAST_STRENGTH) / (1 - LEAST_STRENGTH)


def _grouped(
    outcomes: Iterable[Outcome], by: Callable[[Outcome], Group]
) -> dict[Group, list[Outcome]]:
    found: dict[Group, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        found[by(outcome)].append(outcome)
    return found


def _cell(outcomes: Iterable[Outcome]) -> Cell:
    its = list(outcomes)
    high = [o for o in its if o.high]
    return Cell(
        pictures=len(its),
        high=len(high),
        below=_mean([float(o.low) for o in high]),
        drop=_mean([o.drop for o in its]),
    )


def _bins(
    outcomes: Sequence[Outcome],
    shares: Mapping[Key, float],
    ends: tuple[float, float],
    count: int,
) -> Iterator[Bin]:
    place = {key: min(int(share * count), count - 1) for key, share in shares.items()}
    by_bin: dict[int, dict[str, list[Outcome]]] = defaultdict(lambda: defaultdict(list))
    for outcome in outcomes:
        by_bin[place[outcome.key]][outcome.photo].append(outcome)
    width = (ends[1] - ends[0]) / count
    for number, by_photo in sorted(by_bin.items()):
        yield Bin(
            low=ends[0] + number * width,
            high=ends[0] + (number + 1) * width,
            looks=sum(at == number for at in place.values()),
            photos=len(by_photo),
            drop=_band([float(np.mean([o.drop for o in its])) for its in by_photo.values()]),
            appeal=_band([float(np.mean([o.appeal for o in its])) for its in by_photo.values()]),
        )


def _reach(look: Look, its: Sequence[Outcome], floor: float) -> Reach:
    high = [o for o in its if o.high]
    return Reach(
        look=look,
        photos=len(its),
        appeal=float(np.median([o.appeal for o in its])),
        liked=float(np.mean([o.appeal >= floor for o in its])),
        drop=float(np.mean([o.drop for o in its])),
        high=len(high),
        below=_mean([float(o.low) for o in high]),
        camouflaged=_mean([float(o.low and o.appeal >= floor) for o in high]),
    )


def _band(values: Sequence[float]) -> tuple[float, float, float]:
    low, middle, high = np.percentile(values, _BAND).tolist()
    return low, middle, high


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None
