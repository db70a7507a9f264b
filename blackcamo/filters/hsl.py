"""HSL: hue, saturation and lightness of single bands of colour."""

from __future__ import annotations

import torch
from torch import Tensor

from blackcamo.filters.values import column, fraction
from blackcamo.types import Param, Params
from blackcamo.vision.colourspace import edit_in_oklab

_BANDS = {"red": (25.0, 22.0), "yellow": (105.0, 30.0), "green": (145.0, 30.0),
          "blue": (250.0, 45.0)}  # fmt: skip
"""Middle and width (deviation) of each band, degrees of hue in Oklab; skin is between two."""
_GATE = 0.04
"""Oklab chroma at which a colour takes half of an adjustment; greys take none."""


class Hsl:
    """What the sliders for single colours do: foliage, sky, reds and yellows, each for itself.

    Bands fade into each other, neutrals and skin are left alone, and colours that would leave
    the gamut are pulled in.
    """

    name = "hsl"
    lut_size = 33
    params = tuple(
        param
        for band, hue_limit in (("red", 10), ("yellow", 14), ("green", 13), ("blue", 14))
        for param in (
            Param(f"{band}_hue_deg", -hue_limit, hue_limit, 0, "°", f"hue of {band} colours"),
            Param(f"{band}_saturation_percent", -45, 25, 0, "%", f"saturation of {band} colours"),
            Param(f"{band}_lightness_percent", -9, 9, 0, "%", f"lightness of {band} colours"),
        )
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
        turn, gain, lift = (torch.zeros_like(hue) for _ in range(3))
        for band, (middle, width) in _BANDS.items():
            # The shorter way round the circle.
            away = torch.remainder(hue - (middle - 180), 360) - 180
            weight = gate * (-0.5 * (away / width).square()).exp()
            turn = turn + weight * column(params, f"{band}_hue_deg")
            gain = gain + weight * fraction(params, f"{band}_saturation_percent")
            lift = lift + weight * fraction(params, f"{band}_lightness_percent")
        angle = turn.deg2rad()
        cosine, sine = angle.cos() * (1 + gain), angle.sin() * (1 + gain)
        # Black and white have no lightness to give.
        lightness = lightness + lift * (4 * lightness * (1 - lightness)).clamp(0, 1)
        return torch.cat((lightness, a * cosine - b * sine, a * sine + b * cosine), dim=1)
