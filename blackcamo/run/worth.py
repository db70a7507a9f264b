"""The worth of exports: scores of the pictures that programs make with them.

A format that carries no more than colours leaves out some of what brought a score down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from blackcamo.channel import Channel
from blackcamo.errors import BlackcamoError
from blackcamo.exporters import beyond_the_look, layers
from blackcamo.filters.chain import Chain
from blackcamo.looks import read_look
from blackcamo.oracle import is_high_quality
from blackcamo.preset import Preset
from blackcamo.rendering import render
from blackcamo.run.results import Worth
from blackcamo.run.scoring import reference_score
from blackcamo.strategies import Goal
from blackcamo.types import Export, GeometryFilter, LookFilter, Pixels, Scorer
from blackcamo.vision.arrays import to_pixels, to_rgb
from blackcamo.vision.lut import apply_lut

_SAME_LEVELS = 2.5
"""Formats whose largest error (in 1/255) is no more share a picture, and a query."""
_LAYERS = "layers"


class Appraiser:
    """Scores what export formats make of one photo, one query for each group of them.

    Args:
        photo: the picture that the preset was found for.
        channel: what the search sent its candidates through.
        goal: what the search was after with the recorded scorer.
    """

    def __init__(
        self, preset: Preset, photo: Pixels, scorer: Scorer, channel: Channel, goal: Goal
    ) -> None:
        self._preset = preset
        self._chain = preset.chain()
        self._photo = photo
        self._scorer = scorer
        self._channel = channel
        self._goal = goal

    def score(self, group: Worth, exports: Mapping[str, Export]) -> Worth:
        """The group with its score, or with the reason why it has none."""
        try:
            pixels = self._picture(group, exports[group.formats[0]])
            score = reference_score(self._scorer, self._channel.send(pixels)[1])
        except BlackcamoError as error:
            return replace(group, error=str(error))
        info = self._scorer.info
        recorded = self._preset.recorded("scorer", dict)
        same = (info.name, info.digest) == (recorded.get("name"), recorded.get("digest"))
        return replace(
            group,
            score=score,
            high_quality=is_high_quality(score, info),
            reached=self._goal.reached(score) if same else None,
        )

    def _picture(self, group: Worth, export: Export) -> Pixels:
        if group.carries == "table":
            return through_table(self._photo, _tables(export)[0])
        params = _params(self._chain, self._preset, LookFilter)
        if group.carries == "layers":
            params |= _params(self._chain, self._preset, GeometryFilter)
            params |= layers.carried(self._preset)
        return render(self._chain, self._photo, params, keep_size=self._preset.keep_size)


def groups(preset: Preset, exports: Mapping[str, Export]) -> list[Worth]:
    """Formats that give one picture, none of them scored yet.

    Those that give the camouflage itself are left out: their score is known. What has no error to
    go by, an approximation, has one that says so.
    """
    left_by_tables = beyond_the_look(preset.chain(), preset)
    found: dict[tuple[str, str], list[str]] = {}
    for name, export in exports.items():
        error = export.max_error_levels
        if export.left_out or (error is not None and error > _SAME_LEVELS):
            found.setdefault(_group(name, export, left_by_tables), []).append(name)
    return [
        Worth(
            formats=tuple(names),
            carries=carries,
            error=why if carries in ("nothing", "approximation") else None,
        )
        for (carries, why), names in found.items()
    ]


def _group(name: str, export: Export, left_by_tables: tuple[str, ...]) -> tuple[str, str]:
    """The kind of what a format carries, with the table, or why it cannot be scored."""
    error = export.max_error_levels
    if name == _LAYERS:
        return ("layers", "") if export.files else ("nothing", "no layer is exact")
    if error is None or export.left_out != left_by_tables:
        return "approximation", "no program of it can be asked; score what it gives"
    if error <= _SAME_LEVELS:
        return "look", ""
    if tables := _tables(export):
        return "table", str(tables[0])
    return "approximation", f"up to {error:.2g} of 255 levels off; score what it gives"


def through_table(photo: Pixels, path: Path) -> Pixels:
    """A photo as a program has it that reads a table of an export.

    Raises:
        PresetError: the table cannot be read.
    """
    nodes = read_look(path).nodes.astype(np.float32) / 65535
    lut = torch.from_numpy(nodes).permute(3, 0, 1, 2)
    return to_pixels(apply_lut(to_rgb(photo)[None], lut[None])[0])


def _tables(export: Export) -> list[Path]:
    return [path for path in export.files if path.suffix in (".cube", ".png")]


def _params(chain: Chain, preset: Preset, kind: type) -> dict[str, float]:
    names = {p.name for f in chain.filters if isinstance(f, kind) for p in f.params}
    return {name: value for name, value in preset.params.items() if name in names}
