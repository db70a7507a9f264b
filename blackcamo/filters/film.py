"""Film: the rendering of a print, bleach bypass and cross processing."""

from __future__ import annotations

import torch
from torch import Tensor

from blackcamo.filters.values import fraction
from blackcamo.types import Param, Params

_LUMA = (0.299, 0.587, 0.114)
"""Source: ITU-R BT.601-7, section 2.5.1."""
_CROSSTALK = 0.12
"""Share of the other two dyes in each layer of a full print."""


class Film:
    """Looks of the darkroom, each a strength between none and as far as one would post.

    A print has a soft toe and shoulder, and dyes that stain each other, which mutes strong
    colours. Bleach bypass leaves silver in it: a grey picture on top, harder and paler. Cross
    processing bends the channels apart: cold shadows under warm lights, or the reverse.
    """

    name = "film"
    lut_size = 33
    params = (
        Param("print_percent", 0, 100, 0, "%", "look of a film print"),
        Param("bleach_percent", 0, 32, 0, "%", "bleach bypass"),
        Param("cross_percent", -20, 25, 0, "%", "cross processed to warm (-) or cold (+)"),
    )

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        """Map colours (B, 3, H, W)."""
        amount = fraction(params, "print_percent")
        x = torch.lerp(rgb, _print(rgb), amount)
        x = torch.lerp(x, _bleach(x), fraction(params, "bleach_percent"))
        return _cross(x, fraction(params, "cross_percent")).clamp_(0, 1)


def _print(rgb: Tensor) -> Tensor:
    mean = rgb.mean(1, keepdim=True)
    stained = torch.lerp(rgb, mean, 1.5 * _CROSSTALK)
    # Smoothstep is the S of a print; half of it is as far as shadows keep their drawing.
    curved = stained * stained * (3 - 2 * stained)
    return 0.02 + 0.95 * torch.lerp(stained, curved, 0.5)


def _bleach(rgb: Tensor) -> Tensor:
    red, green, blue = _LUMA
    luma = rgb[:, :1] * red + rgb[:, 1:2] * green + rgb[:, 2:] * blue
    # Overlay of the picture with its own luma.
    dark, light = 2 * rgb * luma, 1 - 2 * (1 - rgb) * (1 - luma)
    hard = torch.where(luma < 0.5, dark, light)
    return torch.lerp(hard, hard.mean(1, keepdim=True), 0.5)


def _cross(rgb: Tensor, amount: Tensor) -> Tensor:
    """Red gains contrast and blue loses it, or the reverse; black, white and mid-grey stay."""
    red, green, blue = rgb[:, :1], rgb[:, 1:2], rgb[:, 2:]

    def bend(x: Tensor, strength: Tensor) -> Tensor:
        return x + strength * (x * (1 - x) * (x - 0.5) * 2)

    return torch.cat((bend(red, amount), bend(green, 0.4 * amount), bend(blue, -amount)), dim=1)
