"""Tone: light and dark."""

from __future__ import annotations

import torch
from torch import Tensor

from blackcamo.filters.values import column, fraction
from blackcamo.types import Param, Params
from blackcamo.vision.colourspace import linear_to_srgb, srgb_to_linear

_BUMP = 27 / 4
"""Scales x²(1 - x) to a height of 1, which it has at x = 2/3."""


class Tone:
    """Levels, exposure, highlights, shadows and contrast.

    Each step maps [0, 1] onto itself and rises everywhere, whatever the parameters: nothing
    clips, no order of tones is reversed, and black and white stay what they are.
    """

    name = "tone"
    lut_size = 33
    params = (
        Param(
            "black_point_percent",
            0,
            12,
            0,
            "%",
            "level that becomes black",
            rises="blacks {} deeper",
            visible=2,
        ),
        Param(
            "white_point_percent",
            0,
            15,
            0,
            "%",
            "how far below white the new white lies",
            rises="whites {} brighter",
            visible=2.5,
        ),
        Param(
            "exposure_ev",
            -0.5,
            0.6,
            0,
            "EV",
            "exposure",
            falls="{} darker",
            rises="{} brighter",
            visible=0.15,
        ),
        Param(
            "highlights_percent",
            -8,
            8,
            0,
            "%",
            "highlights",
            falls="highlights {} darker",
            rises="highlights {} brighter",
            visible=2,
        ),
        Param(
            "shadows_percent",
            -8,
            8,
            0,
            "%",
            "shadows",
            falls="shadows {} darker",
            rises="shadows {} brighter",
            visible=2,
        ),
        Param(
            "contrast_percent", 0, 40, 0, "%", "contrast", rises="contrast {} stronger", visible=7
        ),
    )

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        """Map colours (B, 3, H, W)."""
        points = (fraction(params, f"{end}_point_percent") for end in ("black", "white"))
        x = _stretch(rgb, *points)
        # In linear light x -> gx / (1 + (g - 1) x): the gain g of an exposure in the darks,
        # rolled off to meet white. The opposite exposure undoes it exactly.
        gain = column(params, "exposure_ev").exp2()
        linear = srgb_to_linear(x)
        x = linear_to_srgb(linear * gain / (linear * (gain - 1) + 1))
        # Level changes with their peak at a third and at two thirds of the scale.
        x = x + (fraction(params, "shadows_percent") * _BUMP) * (x * (1 - x) ** 2)
        x = x + (fraction(params, "highlights_percent") * _BUMP) * (x * x * (1 - x))
        # The slope at mid-grey is 1 + c, and 1 - 2c at black and white.
        contrast = fraction(params, "contrast_percent")
        return (x + (4 * contrast) * (x * (1 - x) * (x - 0.5))).clamp_(0, 1)


def _stretch(x: Tensor, black: Tensor, white: Tensor) -> Tensor:
    """The straight line from ``black`` to 1 - ``white``, with a toe and a shoulder.

    Where the line would clip, a parabola takes over at twice the distance from the end, with the
    line's slope there, and ends in 0 or 1: what lies beyond the points keeps its drawing.
    """
    slope = 1 / (1 - black - white)
    down = 1 - x
    toe = slope * x.square() / (4 * black).clamp(min=1e-6)
    shoulder = 1 - slope * down.square() / (4 * white).clamp(min=1e-6)
    line = slope * (x - black)
    return torch.where(x < 2 * black, toe, torch.where(down < 2 * white, shoulder, line))
