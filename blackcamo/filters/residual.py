"""Residual: smooth bends of the colour cube that no slider of an editor has."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from blackcamo.filters.values import fraction
from blackcamo.types import Param, Params
from blackcamo.vision.colourspace import edit_in_oklab, skin_likeness

_GATE = 0.03
"""Oklab chroma at which a colour takes half of a bend in colour; greys take none."""
_SKIN_PROTECTION = 0.75
_STRETCH = 2.0
"""Brings Oklab's a and b, which reach 0.3, to a range like that of lightness."""
_TERMS: tuple[tuple[tuple[int, int, int], tuple[float, float, float]], ...] = (
    ((1, 0, 0), (0.0, 0.6, 0.8)),
    ((0, 1, 0), (0.0, 0.8, -0.6)),
    ((0, 0, 1), (0.0, 0.6, -0.8)),
    ((1, -1, 0), (1.0, 0.0, 0.0)),
    ((0, 1, -1), (1.0, 0.0, 0.0)),
    ((2, 0, -1), (0.0, 0.7, 0.7)),
)
"""Orders of the cosines along lightness, a and b, and the direction in Oklab, of each term."""


class Residual:
    """A low-rank table on top of the other looks: six smooth waves through the colour cube.

    Each wave shifts lightness or colour by a few hundredths of Oklab; black, white and, in
    colour, greys stay where they are, and skin moves a quarter as far.
    """

    name = "residual"
    lut_size = 33
    params = tuple(
        Param(
            f"residual_{number}_percent", -2.5, 2.5, 0, "%", f"smooth bend {number} of the colours"
        )
        for number in range(1, len(_TERMS) + 1)
    )

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        """Map colours (B, 3, H, W)."""
        return edit_in_oklab(rgb, lambda oklab: self.grade_oklab(oklab, params))

    def grade_oklab(self, oklab: Tensor, params: Params) -> Tensor:
        """Map Oklab colours (B, 3, H, W)."""
        lightness = oklab[:, :1].clamp(0, 1)
        ends = (4 * lightness * (1 - lightness)).sqrt_()
        chroma = oklab[:, 1:].square().sum(1, keepdim=True)
        gate = chroma / (chroma + _GATE**2)
        axes = torch.cat((lightness, oklab[:, 1:] * _STRETCH), dim=1)
        waves = [(math.pi * order * axes).cos_() for order in (1, 2)]
        shift = torch.zeros_like(oklab)
        for number, (orders, direction) in enumerate(_TERMS, start=1):
            # Differences vanish on greys, products do not; a sum of few is smooth either way.
            wave = torch.zeros_like(lightness)
            for channel, order in enumerate(orders):
                if order:
                    sign = 1 if order > 0 else -1
                    wave = wave + sign * waves[abs(order) - 1][:, channel : channel + 1]
            amount = fraction(params, f"residual_{number}_percent") * wave
            towards = torch.tensor(direction, device=oklab.device).view(1, 3, 1, 1)
            shift = shift + amount * towards
        shift = shift * ends * gate * (1 - _SKIN_PROTECTION * skin_likeness(oklab[:, 1:]))
        return oklab + shift
