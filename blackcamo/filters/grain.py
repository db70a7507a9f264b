"""Grain: what silver leaves on film, fine and grey."""

from __future__ import annotations

from torch import Tensor

from blackcamo.filters.values import fraction
from blackcamo.types import Param, Params
from blackcamo.vision import noise
from blackcamo.vision.masking import luma

_GRAINS = (900, 500)
"""Grains along the long side, of the fine and of the coarse grain."""


class Grain:
    """Film grain: monochrome, strongest in mid-tones, none in black and white.

    It is fixed to the frame, not to its pixels: a picture rendered at half the size has the grain
    of the large one, seen from farther away. Its strength is the deviation at mid-grey where the
    long side has 512 px. The same seed has the same grain.
    """

    name = "grain"
    params = (
        Param("grain_percent", 0, 4, 0, "%", "film grain"),
        Param("grain_coarseness_percent", 0, 100, 30, "%", "coarseness of it", modifier=True),
    )

    def render(self, rgb: Tensor, params: Params, seed: int) -> Tensor:
        """Filter (B, 3, H, W); ``seed`` chooses the grains."""
        amount = fraction(params, "grain_percent")
        if not amount.any():
            return rgb
        fine, coarse = (
            noise.grain(n, rgb.shape[-2], rgb.shape[-1], seed).to(rgb.device) for n in _GRAINS
        )
        coarseness = fraction(params, "grain_coarseness_percent")
        # Weights on a circle keep the variance from fine to coarse.
        grains = fine * (1 - coarseness).sqrt() + coarse * coarseness.sqrt()
        level = luma(rgb)
        return (rgb + grains.mul_(level.mul_(1 - level)).mul_(4 * amount)).clamp_(0, 1)
