"""The findings of an exploration: readings of each scorer, a page, and sheets of looks."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

from blackcamo.channel import Channel
from blackcamo.exploring import Table
from blackcamo.exploring.asking import Subject
from blackcamo.exploring.design import ORIGINAL, Key, Look
from blackcamo.exploring.reading import (
    STRENGTH,
    Reading,
    adversarial_looks,
    heat_map,
    mean_drops,
    response_curves,
    strength_share,
)
from blackcamo.images import fit_long_side, write_bytes
from blackcamo.rendering import Picture
from blackcamo.report.explore_page import Shown
from blackcamo.report.grid import GridCell, picture_grid
from blackcamo.space import FilterSpace
from blackcamo.study.importance import Point, Range, importances_of
from blackcamo.types import Param, Pixels
from blackcamo.wording import recipe

SHEET = ".looks.jpg"
_SHOWN_PX = 400
_SHOWN = Channel(quality=75)
_SHEET = Channel(quality=85)
_STYLE = "style"


def readings(table: Table, params: Sequence[Param], *, floor: float) -> dict[str, Reading]:
    """Readings of each scorer of a table.

    Args:
        params: what parameters looks may set.
        floor: least appeal (0-100) of what people like.
    """
    return {scorer: _reading(table, scorer, params, floor) for scorer in table.scorers}


def _reading(table: Table, scorer: str, params: Sequence[Param], floor: float) -> Reading:
    design, drops = table.design, mean_drops(table, scorer)
    looks = [look for look in design.looks if look.key in drops]
    neutral = {p.name: p.neutral for p in params if not p.modifier}
    unit = (0.0, 1.0)

    def shares(
        points: Callable[[Look], Point], ranges: Mapping[str, Range], style: str | None = None
    ) -> dict[str, float]:
        tried = [(points(k), drops[k.key]) for k in looks if style in (None, k.style)]
        return importances_of(tried, ranges)

    moved = _moved([design.params(look, neutral) for look in looks], neutral)
    return Reading(
        heat=heat_map(table, scorer),
        curves=response_curves(table, scorer),
        looks=tuple(adversarial_looks(table, scorer, floor=floor)),
        overall=shares(
            lambda k: {_STYLE: k.style, STRENGTH: strength_share(k)},
            {_STYLE: design.styles, STRENGTH: unit},
        ),
        parameters=shares(
            lambda k: {n: v for n, v in design.params(k, neutral).items() if n in moved}, moved
        ),
        importances={
            style: shares(
                lambda k: {STRENGTH: strength_share(k), **k.shares},
                dict.fromkeys((STRENGTH, *ranges), unit),
                style,
            )
            for style, ranges in design.ranges.items()
        },
    )


def _moved(looks: Sequence[Mapping[str, float]], names: Iterable[str]) -> dict[str, Range]:
    """The parameters that differ between looks, and the ends between which they do."""
    values = {name: [look[name] for look in looks] for name in names if looks}
    ends = {name: (min(its), max(its)) for name, its in values.items()}
    return {name: (low, high) for name, (low, high) in ends.items() if low < high}


class Album:
    """Small pictures of some photos and of their looks.

    Args:
        photos: their SHA-256.
    """

    def __init__(self, photos: Collection[str]) -> None:
        self._photos = frozenset(photos)
        self._kept: dict[tuple[str, Key], Shown] = {}

    def keep(self, photo: str, key: Key, pixels: Pixels) -> None:
        """Keep a picture, if it is of one of the photos."""
        if photo in self._photos:
            self._kept[photo, key] = _small(pixels)

    def complete(
        self, subject: Subject, keys: Sequence[Key], filters: FilterSpace, *, batch: int
    ) -> dict[Key, Shown]:
        """The photo and these looks of it with their recipes; what was not kept is rendered."""
        photo, original = subject.sha256, _small(subject.original().received)
        missing = [key for key in keys if (photo, key) not in self._kept]
        failed: dict[Key, str] = {}
        for start in range(0, len(missing), batch):
            for key, picture in subject.pictures(missing[start : start + batch]).items():
                if isinstance(picture, Picture):
                    self.keep(photo, key, picture.received)
                else:
                    failed[key] = picture
        found = {ORIGINAL: original}
        for key in keys:
            said = failed.get(key) or recipe(filters, subject.params(key), style=key[0])
            shown = self._kept.get((photo, key), original)
            found[key] = Shown(shown.jpeg, shown.width_px, shown.height_px, said)
        return found


def _small(pixels: Pixels) -> Shown:
    small = fit_long_side(pixels, _SHOWN_PX)
    height, width = small.shape[:2]
    return Shown(_SHOWN.encode(small), width, height)


def write_sheets(
    folder: Path,
    table: Table,
    found: Mapping[str, Reading],
    pictures: Mapping[str, Mapping[Key, Shown]],
) -> dict[str, Path]:
    """Draw, for each scorer that falls for some, the looks that people like on some photos.

    Raises:
        OutputError: a sheet cannot be written.
    """
    written = {}
    for scorer, reading in found.items():
        if reading.looks:
            named = re.sub(r"[^\w.]+", "-", scorer).strip("-.") or "scorer"
            path = folder / f"explore.{named}{SHEET}"
            write_bytes(path, _SHEET.encode(_sheet(table, scorer, reading, pictures)))
            written[scorer] = path
    return written


def _sheet(
    table: Table, scorer: str, reading: Reading, pictures: Mapping[str, Mapping[Key, Shown]]
) -> Pixels:
    cells = []
    for number, key in enumerate([ORIGINAL, *(reach.look.key for reach in reading.looks)]):
        name = f"{number}. {key[0]}, look {key[1]}" if number else "original"
        for photo, its in pictures.items():
            note = _note(table, scorer, photo, key)
            cells.append(GridCell(name, _SHOWN.decode(its[key].jpeg), note))
    return picture_grid(cells, columns=len(pictures))


def _note(table: Table, scorer: str, photo: str, key: Key) -> str:
    """Scores before and after, as far as there are any, and the appeal."""
    row = table.by_picture[photo, key]
    before = table.by_picture[photo, ORIGINAL].scores.get(scorer)
    scores = [before] if key == ORIGINAL else [before, row.scores.get(scorer)]
    said = " to ".join("no score" if s is None else f"{s:.1f}" for s in scores)
    return f"{photo}: {said}, appeal {row.appeal:.0f}"
