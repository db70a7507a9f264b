"""Film: the rendering of slide film, bleach bypass and cross processing."""

from __future__ import annotations

import torch
from torch import Tensor

from blackcamo.filters.values import fraction
from blackcamo.types import Param, Params

_LUMA = (0.299, 0.587, 0.114)
"""Source: ITU-R BT.601-7, section 2.5.1."""
_INHIBITION = 0.22
"""How far each layer of a full slide holds back the other two, which purifies its colours."""


class Film:
    """Looks of the darkroom, each a strength between none and as far as one would post.

    A slide has a steep middle between toe and shoulder, and layers that hold each other back
    where they develop, which makes its colours pure. Bleach bypass leaves silver in the picture:
    a grey one on top, harder and paler. Cross processing bends the channels apart: cold shadows
    under warm lights. Black and white stay what they are.
    """

    name = "film"
    lut_size = 33
    params = (
        Param(
            "slide_percent",
            0,
            100,
            0,
            "%",
            "look of slide film",
            rises="look of slide film {}",
            visible=17,
        ),
        Param(
            "bleach_percent",
            0,
            80,
            0,
            "%",
            "bleach bypass",
            rises="look of bleached film {}",
            visible=7,
        ),
        Param(
            "cross_percent",
            0,
            40,
            0,
            "%",
            "cross processed",
            rises="look of cross-processed film {}",
            visible=11,
        ),
    )

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        """Map colours (B, 3, H, W)."""
        x = torch.lerp(rgb, _slide(rgb), fraction(params, "slide_percent"))
        x = torch.lerp(x, _bleach(x), fraction(params, "bleach_percent"))
        return _cross(x, fraction(params, "cross_percent")).clamp_(0, 1)


def _slide(rgb: Tensor) -> Tensor:
    low, high = rgb.amin(1, keepdim=True), rgb.amax(1, keepdim=True)
    mean = rgb.mean(1, keepdim=True)
    # Away from grey by as much as leaves the room that is left, so that nothing clips.
    room = 1 - (high - low)
    pure = (rgb + (rgb - mean) * (_INHIBITION * room)).clamp(0, 1)
    # Smoothstep is the S of a slide; half of it is as far as shadows keep their drawing.
    curved = pure * pure * (3 - 2 * pure)
    return torch.lerp(pure, curved, 0.5)


def _bleach(rgb: Tensor) -> Tensor:
    red, green, blue = _LUMA
    luma = rgb[:, :1] * red + rgb[:, 1:2] * green + rgb[:, 2:] * blue
    # Overlay of the picture with its own luma.
    dark, light = 2 * rgb * luma, 1 - 2 * (1 - rgb) * (1 - luma)
    hard = torch.where(luma < 0.5, dark, light)
    return torch.lerp(hard, hard.mean(1, keepdim=True), 0.5)


def _cross(rgb: Tensor, amount: Tensor) -> Tensor:
    """Red gains contrast and blue loses it; black, white and mid-grey stay."""
    red, green, blue = rgb[:, :1], rgb[:, 1:2], rgb[:, 2:]

    def bend(x: Tensor, strength: Tensor) -> Tensor:
        return x + strength * (x * (1 - x) * (x - 0.5) * 2)

    return torch.cat((bend(red, amount), bend(green, 0.4 * amount), bend(blue, -amount)), dim=1)
