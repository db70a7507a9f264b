"""Texture that hides: grain, canvas, ripples, clouds and mottle, where the photo masks them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from torch import Tensor

from blackcamo.filters.values import column, fraction
from blackcamo.types import Param, Params
from blackcamo.vision import noise
from blackcamo.vision.masking import colourful, just_noticeable, luma

_GRAINS = (900, 420)
"""Grains along the long side, of the fine and of the coarse grain."""
_FULL_GRAIN = 4 / 255
"""Threshold at which grain has its full strength; it fades out with the photo's own texture."""
_GREY = (1.0, 1.0, 1.0)
_RED_GREEN = (0.9, -0.46, 0.0)
_YELLOW_BLUE = (0.36, 0.12, -1.55)
"""Directions in encoded sRGB; the chromatic two leave luma (BT.601) alone."""
_MOTTLE = ("mottle_red_jnd", "mottle_yellow_jnd")
_AMOUNTS = ("grain_percent", "canvas_jnd", "ripple_jnd", "clouds_jnd", *_MOTTLE)


class Texture:
    """Grain, canvas, ripples, clouds and mottle, the same for every candidate of one seed.

    All of it follows a just-noticeable-difference model of the picture it is laid on, so that it
    lives in foliage, fabric and stone and vanishes in skies, walls and skin, and what is coloured
    of it fades on grey. It is fixed to the frame, not to its pixels: a picture rendered at half
    the size has the texture of the large one, seen from farther away.
    """

    name = "texture"
    params = (
        Param("grain_percent", 0, 4, 0, "%", "film grain"),
        Param("grain_coarseness_percent", 0, 100, 50, "%", "coarseness of it", modifier=True),
        Param("canvas_jnd", 0, 1, 0, "JND", "woven canvas"),
        Param("canvas_threads", 60, 360, 128, "/side", "threads along the side", modifier=True),
        Param("canvas_angle_deg", -45, 45, 0, "°", "direction of the threads", modifier=True),
        Param("ripple_jnd", -1, 1, 0, "JND", "ripples in one direction"),
        Param("ripple_waves", 64, 256, 96, "/side", "waves along it", step=32, modifier=True),
        Param("ripple_angle_deg", -90, 60, 0, "°", "their direction", step=30, modifier=True),
        Param("clouds_jnd", -1.5, 1.5, 0, "JND", "cloudy light and shade in texture"),
        Param("clouds_cells", 16, 96, 48, "/side", "clouds along it", step=16, modifier=True),
        Param("mottle_red_jnd", -2, 2, 0, "JND", "mottle of green and red in texture"),
        Param("mottle_yellow_jnd", -3, 3, 0, "JND", "mottle of blue and yellow in texture"),
        Param("mottle_cells", 32, 256, 96, "/side", "mottles along it", step=32, modifier=True),
    )

    def render(self, rgb: Tensor, params: Params, seed: int) -> Tensor:
        """Filter (B, 3, H, W); ``seed`` chooses the patterns."""
        if not any(params[name].any() for name in _AMOUNTS):
            return rgb
        threshold = just_noticeable(rgb)
        out = rgb + _grain(rgb, params, seed) * threshold.mul(1 / _FULL_GRAIN).clamp_(max=1)
        in_colour = any(params[name].any() for name in _MOTTLE)
        coloured = threshold * colourful(rgb) if in_colour else threshold
        for row in range(len(rgb)):
            values = {name: float(column_[row]) for name, column_ in params.items()}
            for direction, field in _layers(values, rgb.shape[-2], rgb.shape[-1], seed):
                seen = threshold if direction == _GREY else coloured
                layer = field.to(rgb.device).mul_(seen[row, 0])
                for plane, share in zip(out[row], direction, strict=True):
                    plane.add_(layer, alpha=share)
        return out.clamp_(0, 1)


def _grain(rgb: Tensor, params: Params, seed: int) -> Tensor:
    """Grain (B, 1, H, W): strongest in mid-tones, none in black and white."""
    amount = fraction(params, "grain_percent")
    if not amount.any():
        return amount
    fine, coarse = (
        noise.grain(n, rgb.shape[-2], rgb.shape[-1], seed).to(rgb.device) for n in _GRAINS
    )
    angle = column(params, "grain_coarseness_percent") * (math.pi / 200)
    # Weights on a circle keep the variance from fine to coarse.
    grain = fine * angle.cos() + coarse * angle.sin()
    level = luma(rgb)
    return grain.mul_(level.mul_(1 - level)).mul_(4 * amount)


def _layers(
    values: dict[str, float], height_px: int, width_px: int, seed: int
) -> Iterator[tuple[tuple[float, float, float], Tensor]]:
    """What one candidate adds: a direction in colour and a field (H, W) in JND."""
    size = (height_px, width_px)
    if values["canvas_jnd"]:
        threads, angle = values["canvas_threads"], values["canvas_angle_deg"]
        yield _GREY, noise.weave(threads, angle, *size).mul_(values["canvas_jnd"])
    if values["ripple_jnd"]:
        waves, angle = round(values["ripple_waves"]), round(values["ripple_angle_deg"])
        yield _GREY, noise.gabor(waves, angle, *size, seed).mul_(values["ripple_jnd"])
    for stream, (name, cells, direction) in enumerate(
        (
            ("clouds_jnd", "clouds_cells", _GREY),
            ("mottle_red_jnd", "mottle_cells", _RED_GREEN),
            ("mottle_yellow_jnd", "mottle_cells", _YELLOW_BLUE),
        )
    ):
        if values[name]:
            field = noise.perlin(round(values[cells]), *size, seed, stream)
            yield direction, field.mul_(values[name])
