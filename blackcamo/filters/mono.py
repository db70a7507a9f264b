"""Black-and-white by a channel mixer, and toning."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from blackcamo.filters.values import column, fraction
from blackcamo.types import Param, Params
from blackcamo.vision.colourspace import edit_in_oklab, linear_to_srgb, srgb_to_linear

_PEAK = 27 / 4
"""Scales x²(1 - x) to a height of 1, which it has at x = 2/3."""


class Mono:
    """Black-and-white as panchromatic film sees through a coloured filter, and toned prints.

    The mixer takes shares of the three channels' light, none of them negative, so that no colour
    turns noisy and no order of tones within a channel is reversed. Green is what red and blue
    leave. A yellow filter has about 35 % red and 5 % blue, an orange one 50 and 3, a red one 75
    and 0, a green one 10 and 5, and film that is blind to red 0 and 45. Greys keep their
    lightness.

    Toning lays one hue over shadows, lights or both. Black and white stay neutral, unless the
    ink itself is coloured, as that of a cyanotype is: then black turns into the ink.
    """

    name = "mono"
    lut_size = 33
    params = (
        Param(
            "mono_percent", 0, 100, 0, "%", "black-and-white", rises="{} black-and-white", visible=5
        ),
        Param("mono_red_percent", 0, 80, 30, "%", "share of red in it", modifier=True),
        Param("mono_blue_percent", 0, 50, 10, "%", "share of blue in it", modifier=True),
        Param(
            "toning_percent",
            0,
            16,
            0,
            "%",
            "toned: strength of the colour",
            rises="tinted by {}",
            visible=1,
        ),
        Param("toning_hue_deg", -180, 180, 65, "°", "hue of the tone", modifier=True),
        Param("toning_lights_percent", 0, 100, 50, "%", "0: shadows, 100: lights", modifier=True),
        Param("toning_ink_percent", 0, 250, 0, "%", "black turned into the ink", modifier=True),
    )

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        """Map colours (B, 3, H, W)."""
        rgb = torch.lerp(rgb, _mixed(rgb, params), fraction(params, "mono_percent"))
        if not params["toning_percent"].any():
            return rgb
        return edit_in_oklab(rgb, lambda oklab: _toned(oklab, params))


def _mixed(rgb: Tensor, params: Params) -> Tensor:
    """The grey picture (B, 1, H, W), mixed in linear light as a filter before the lens does."""
    red, blue = fraction(params, "mono_red_percent"), fraction(params, "mono_blue_percent")
    total = (red + blue).clamp(min=1)
    red, blue = red / total, blue / total
    linear = srgb_to_linear(rgb)
    grey = linear[:, :1] * red + linear[:, 1:2] * (1 - red - blue) + linear[:, 2:] * blue
    return linear_to_srgb(grey.clamp_(0, 1))


def _toned(oklab: Tensor, params: Params) -> Tensor:
    chroma = fraction(params, "toning_percent")
    # The darkest ink of a colour is the lighter the stronger the colour is.
    black = chroma * fraction(params, "toning_ink_percent")
    level = oklab[:, :1].clamp(0, 1)
    level = level + black * (1 - level) ** 3
    shadows = level * (1 - level) ** 2
    lights = level * level * (1 - level)
    weight = torch.lerp(shadows, lights, fraction(params, "toning_lights_percent"))
    strength = chroma * (_PEAK * weight)
    hue = column(params, "toning_hue_deg") * (math.pi / 180)
    a, b = oklab[:, 1:2] + strength * hue.cos(), oklab[:, 2:] + strength * hue.sin()
    return torch.cat((level, a, b), dim=1)
