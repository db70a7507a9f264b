"""Light: what graduated filters and a printer's dodging do, across the whole frame."""

from __future__ import annotations

import torch
from torch import Tensor

from blackcamo.filters.values import fraction
from blackcamo.types import Param, Params

_WARM = (1.0, 0.1, -1.0)
_MAGENTA = (0.5, -0.7, 0.5)
"""How far each channel goes along with warmth and tint."""


class Light:
    """Slow changes of brightness and colour from side to side, top to bottom, corner to corner.

    They multiply encoded values by planes and saddles without an edge, as light that falls in
    from one side does. Black stays black; white meets white from below.
    """

    name = "light"
    params = tuple(
        Param(f"{what}_{where}_percent", -limit, limit, 0, "%", f"{shown} {along}")
        for what, shown, limit in (
            ("light", "lighter", 14),
            ("warmth", "warmer", 8),
            ("tint", "more magenta", 4),
        )
        for where, along in (
            ("across", "to the right"),
            ("down", "towards the bottom"),
            ("diagonal", "in two opposite corners"),
        )
    )

    def render(self, rgb: Tensor, params: Params, seed: int) -> Tensor:
        """Filter (B, 3, H, W); nothing is random."""
        del seed
        height_px, width_px = rgb.shape[-2:]
        y, x = (
            (torch.arange(n, device=rgb.device, dtype=torch.float32) + (0.5 - n / 2)) * (2 / n)
            for n in (height_px, width_px)
        )
        out = torch.empty_like(rgb)
        gains = {
            what: [
                fraction(params, f"{what}_{where}_percent")
                for where in ("across", "down", "diagonal")
            ]
            for what in ("light", "warmth", "tint")
        }
        for channel in range(3):
            across, down, diagonal = (
                gains["light"][i]
                + gains["warmth"][i] * _WARM[channel]
                + gains["tint"][i] * _MAGENTA[channel]
                for i in range(3)
            )
            # One product of the axes and two rows: no plane of positions is made.
            gain = x * (across + diagonal * y[:, None]) + down * y[:, None]
            plane = rgb[:, channel : channel + 1]
            # x -> x + g x (1 - x)... twice as strong in the darks as in the middle, none in white.
            torch.addcmul(
                plane, gain, plane * (1 - plane), value=1.5, out=out[:, channel : channel + 1]
            )
        return out.clamp_(0, 1)
