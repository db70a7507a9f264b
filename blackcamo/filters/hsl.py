"""HSL: the hue of single bands of colour."""

from __future__ import annotations

import torch
from torch import Tensor

from blackcamo.filters.values import column
from blackcamo.types import Param, Params
from blackcamo.vision.colourspace import edit_in_oklab

_BANDS = {"green": (133.0, 24.0), "blue": (248.0, 42.0)}
"""Middle and width (deviation) of each band, degrees of hue in Oklab: foliage, and sky and sea."""
_GATE = 0.04
"""Oklab chroma at which a colour takes half of a turn; greys take none."""


class Hsl:
    """What the sliders for single colours do: foliage and sky turned, each for itself.

    No turn is so steep that two hues change places. Neutrals and skin are left alone, and colours
    that would leave the gamut are pulled in.
    """

    name = "hsl"
    lut_size = 33
    params = (
        Param(
            "green_hue_deg",
            -30,
            30,
            0,
            "°",
            "greens towards yellow (-) or blue (+)",
            falls="greens {} yellower",
            rises="greens {} bluer",
            visible=8,
        ),
        Param(
            "blue_hue_deg",
            -40,
            40,
            0,
            "°",
            "blues towards green (-) or violet (+)",
            falls="blues {} greener",
            rises="blues {} more violet",
            visible=10,
        ),
    )

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        """Map colours (B, 3, H, W)."""
        return edit_in_oklab(rgb, lambda oklab: self.grade_oklab(oklab, params))

    def grade_oklab(self, oklab: Tensor, params: Params) -> Tensor:
        """Map Oklab colours (B, 3, H, W)."""
        lightness, a, b = oklab[:, :1], oklab[:, 1:2], oklab[:, 2:]
        chroma = torch.hypot(a, b)
        hue = torch.atan2(b, a).rad2deg()
        gate = chroma.square() / (chroma.square() + _GATE**2)
        turn = torch.zeros_like(hue)
        for band, (middle, width) in _BANDS.items():
            # The shorter way round the circle.
            away = torch.remainder(hue - (middle - 180), 360) - 180
            weight = gate * (-0.5 * (away / width).square()).exp()
            turn = turn + weight * column(params, f"{band}_hue_deg")
        angle = turn.deg2rad()
        cosine, sine = angle.cos(), angle.sin()
        return torch.cat((lightness, a * cosine - b * sine, a * sine + b * cosine), dim=1)
