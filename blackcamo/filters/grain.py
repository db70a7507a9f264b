"""Grain: what silver leaves on film, fine and grey."""

from __future__ import annotations

from torch import Tensor

from blackcamo.filters.active import InPlace, strips
from blackcamo.filters.values import fraction
from blackcamo.types import Param, Params
from blackcamo.vision import noise
from blackcamo.vision.blur import gaussian_blur
from blackcamo.vision.masking import luma
from blackcamo.vision.pool import block_means, enlarged

_GRAINS = (900, 500)
"""Grains along the long side, of the fine and of the coarse grain."""
_IN_THE_PLAIN = 0.5
"""Share of its strength that grain has in a perfectly smooth area."""
_TEXTURE = 4 / 255
"""Mean size of detail at which it has half of the rest, too."""
_DETAIL_RADIUS, _NEIGHBOURHOOD = 0.0025, 0.012
"""Sigmas relative to the long side."""
_MAP_PX = 128
"""Long side, at least, of the map of texture."""


class Grain(InPlace):
    """Film grain: monochrome, strongest in mid-tones, none in black and white.

    In smooth skies and out-of-focus grounds, where it is taken for a sensor's noise, there is less
    of it. It is fixed to the frame, not to its pixels: a picture rendered at half the size has the
    grain of the large one, seen from farther away. Its strength is the deviation in texture at
    mid-grey where the long side has 512 px. The same seed has the same grain.
    """

    name = "grain"
    params = (
        Param("grain_percent", 0, 4, 0, "%", "film grain", rises="film grain {}", visible=0.6),
        Param("grain_coarseness_percent", 0, 100, 30, "%", "coarseness of it", modifier=True),
    )

    def change(self, rgb: Tensor, params: Params, seed: int) -> None:
        """Filter (B, 3, H, W); ``seed`` chooses the grains."""
        amount = fraction(params, "grain_percent")
        if not amount.any():
            return
        level = luma(rgb)
        strength = _texture(level).mul_(1 - _IN_THE_PLAIN).add_(_IN_THE_PLAIN)
        strength.mul_(4 * amount).mul_(level).mul_(1 - level)
        del level
        fine, coarse = (
            noise.grain(n, rgb.shape[-2], rgb.shape[-1], seed).to(rgb.device) for n in _GRAINS
        )
        coarseness = fraction(params, "grain_coarseness_percent")
        for rows in strips(rgb):
            # Weights on a circle keep the variance from fine to coarse.
            grains = fine[rows] * (1 - coarseness).sqrt() + coarse[rows] * coarseness.sqrt()
            rgb[..., rows, :].addcmul_(grains, strength[..., rows, :]).clamp_(0, 1)


def _texture(y: Tensor) -> Tensor:
    """How much detail there is around each pixel of luma (B, 1, H, W): 0 none, towards 1 much."""
    height_px, width_px = y.shape[-2:]
    long_side_px = max(height_px, width_px)
    detail = (y - gaussian_blur(y, max(_DETAIL_RADIUS * long_side_px, 0.5))).abs_()
    factor = max(1, min(long_side_px // _MAP_PX, height_px, width_px))
    sigma_px = max(_NEIGHBOURHOOD * long_side_px / factor, 0.5)
    local = gaussian_blur(block_means(detail, factor), sigma_px)
    return enlarged(local / (local + _TEXTURE), height_px, width_px)
