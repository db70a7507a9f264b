"""Styles and a filter of somebody else's, found by entry point like any other."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

from blackcamo import plugins
from blackcamo.types import Free, Param, Params, Style
from blackcamo.vision.facts import PhotoFacts

CUT = Style(
    name="cut",
    sentence="A tighter frame.",
    free=(
        Free("crop_percent", 6, 15, 9),
        Free("exposure_ev", -0.3, 0.2, 0),
        Free("contrast_percent", 0, 20, 5),
    ),
)

LEAN = Style(
    name="lean",
    sentence="Seen from the side.",
    free=(
        Free("keystone_x_percent", -2.5, -1, -2),
        Free("rotation_deg", 0.3, 1, 0.5),
        Free("exposure_ev", -0.3, 0.2, 0),
    ),
)


def never(facts: PhotoFacts) -> str | None:
    """Why ``PICKY`` does not suit a photo."""
    del facts
    return "it suits none"


PICKY = Style(
    name="picky",
    sentence="Darker, for nobody.",
    free=(
        Free("exposure_ev", -0.5, -0.3, -0.4),
        Free("contrast_percent", 0, 20, 5),
        Free("clarity_percent", 0, 20, 5),
    ),
    liked=0.9,
    unsuited=never,
)


class Tint:
    """Mixes in red, with a finer table than the built-in families ask for."""

    name = "tint"
    lut_size = 65
    params = (Param("tint_percent", 0, 40, 0, "%", "redder"),)

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        amount = params["tint_percent"].view(-1, 1, 1, 1) / 100
        return torch.lerp(rgb, rgb * rgb.new_tensor([1.0, 0.6, 0.5])[:, None, None], amount)


ROSE = Style(
    name="rose",
    sentence="Through rosy glass.",
    free=(
        Free("tint_percent", 5, 35, 20),
        Free("exposure_ev", -0.3, 0.1, 0),
        Free("contrast_percent", 0, 20, 5),
    ),
)


def install(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Let them be found as a third party's are, until ``plugins`` looks again."""
    info = folder / "blackcamo_plugged-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: blackcamo-plugged\nVersion: 1.0\n")
    styles = ("CUT", "LEAN", "PICKY", "ROSE")
    (info / "entry_points.txt").write_text(
        "[blackcamo.styles]\n"
        + "".join(f"{name.lower()} = {__name__}:{name}\n" for name in styles)
        + f"[blackcamo.filters]\ntint = {__name__}:Tint\n"
    )
    patch.setattr(sys, "path", [str(folder), *sys.path])
    plugins._registered.cache_clear()
