"""An exploration as one page that works offline: turn style and strength, see what comes of it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from importlib import resources
from typing import Any

from blackcamo.exploring.design import ORIGINAL, Key
from blackcamo.exploring.reading import STRENGTH, Reading
from blackcamo.exploring.table import Row, Table
from blackcamo.pages import embedded, offline_page
from blackcamo.types import Param


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as the page embeds it, and what was done, in words."""

    jpeg: bytes
    width_px: int
    height_px: int
    recipe: str = ""


def explore_page(
    table: Table,
    readings: Mapping[str, Reading],
    pictures: Mapping[str, Mapping[Key, Shown]],
    params: Sequence[Param],
    *,
    floor: float,
    title: str = "Explored",
) -> str:
    """The page as text.

    Args:
        table: what was seen.
        readings: of each scorer.
        pictures: the photos that can be looked at, with all of their looks.
        params: what the looks' parameters are.
        floor: least appeal of what people like.
        title: the page's.
    """
    data = {
        "floor": floor,
        "count": len(table.photos),
        "styles": [
            {
                "name": style,
                "looks": [
                    {"number": look.number, "strength": look.strength}
                    for look in _by_strength(table, style)
                ],
            }
            for style in table.design.styles
        ],
        "params": {p.name: {"label": _label(p.name), "unit": p.unit} for p in params}
        | {STRENGTH: {"label": STRENGTH, "unit": "%"}},
        "scorers": [_scorer(table, name, readings[name]) for name in table.scorers],
        "photos": [_photo(table, name, its) for name, its in pictures.items()],
    }
    # What a name holds may not end the script.
    text = json.dumps(data, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    return offline_page(
        resources.files("blackcamo.report") / "explore",
        title=escape(title),
        summary=escape(_summary(table, len(pictures))),
        data=text,
    )


def _summary(table: Table, shown: int) -> str:
    styles, looks = len(table.design.styles), len(table.design.looks)
    photos = f"{len(table.photos)} photos" if len(table.photos) > 1 else "1 photo"
    some = "" if shown == len(table.photos) else f", {shown} of which are shown here"
    return (
        f"{looks} looks in {styles} styles, the same of {photos}{some}; scored by "
        f"{', '.join(table.scorers)} after JPEG, nothing optimised."
    )


def _by_strength(table: Table, style: str) -> list[Any]:
    return sorted(table.design.of(style), key=lambda look: (look.strength, look.number))


def _scorer(table: Table, name: str, reading: Reading) -> dict[str, Any]:
    info = table.scorers[name]
    return {
        "name": name,
        "threshold": info.threshold,
        "up": info.higher_is_better,
        "reading": {
            "bands": reading.heat.bands,
            "cells": {
                style: [asdict(cell) for cell in cells]
                for style, cells in reading.heat.cells.items()
            },
            "looks": [
                {
                    "style": reach.look.style,
                    "number": reach.look.number,
                    "drop": reach.drop,
                    "appeal": reach.appeal,
                    "high": reach.high,
                    "below": reach.below,
                    "camouflaged": reach.camouflaged,
                }
                for reach in reading.looks
            ],
            "curves": {
                style: {name: [asdict(part) for part in parts] for name, parts in curves.items()}
                for style, curves in reading.curves.items()
            },
            "importances": reading.importances,
        },
    }


def _photo(table: Table, name: str, pictures: Mapping[Key, Shown]) -> dict[str, Any]:
    return {
        "name": name,
        **_picture(table, table.by_picture[name, ORIGINAL], pictures[ORIGINAL]),
        "looks": [
            [
                _picture(table, table.by_picture[name, look.key], pictures[look.key])
                for look in _by_strength(table, style)
            ]
            for style in table.design.styles
        ],
    }


def _picture(table: Table, row: Row, shown: Shown) -> dict[str, Any]:
    return {
        "jpeg": embedded(shown.jpeg),
        "width": shown.width_px,
        "height": shown.height_px,
        "recipe": shown.recipe,
        "appeal": None if math.isnan(row.appeal) else row.appeal,
        "scores": [row.scores.get(scorer) for scorer in table.scorers],
    }


def _label(param: str) -> str:
    """A parameter's name without its unit.

    >>> _label("curve_master_midtones_percent")
    'curve master midtones'
    """
    return param.rpartition("_")[0].replace("_", " ")
