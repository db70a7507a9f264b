"""Tone: light and dark."""

from __future__ import annotations

from torch import Tensor

from blackcamo.filters.values import column, fraction
from blackcamo.types import Param, Params
from blackcamo.vision.colourspace import linear_to_srgb, srgb_to_linear

_BUMP = 27 / 4
"""Scales x²(1 - x) to a height of 1, which it has at x = 2/3."""


class Tone:
    """Exposure, highlights, shadows, contrast and faded blacks and whites.

    Each step maps [0, 1] onto itself or into it and rises everywhere, whatever the parameters:
    nothing clips and no order of tones is reversed.
    """

    name = "tone"
    lut_size = 33
    params = (
        Param("exposure_ev", -0.5, 0.6, 0, "EV", "exposure"),
        Param("highlights_percent", -12, 12, 0, "%", "highlights"),
        Param("shadows_percent", -8, 12, 0, "%", "shadows"),
        Param("contrast_percent", -28, 25, 0, "%", "contrast"),
        Param("black_fade_percent", 0, 11, 0, "%", "blacks faded to grey"),
        Param("white_fade_percent", 0, 10, 0, "%", "whites faded to grey"),
    )

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        """Map colours (B, 3, H, W)."""
        # In linear light x -> gx / (1 + (g - 1) x): the gain g of an exposure in the darks,
        # rolled off to meet white. The opposite exposure undoes it exactly.
        gain = column(params, "exposure_ev").exp2()
        linear = srgb_to_linear(rgb)
        x = linear_to_srgb(linear * gain / (linear * (gain - 1) + 1))
        # Level changes with their peak at a third and at two thirds of the scale.
        x = x + (fraction(params, "shadows_percent") * _BUMP) * (x * (1 - x) ** 2)
        x = x + (fraction(params, "highlights_percent") * _BUMP) * (x * x * (1 - x))
        # The slope at mid-grey is 1 + c, and 1 - 2c at black and white.
        contrast = fraction(params, "contrast_percent")
        x = x + (4 * contrast) * (x * (1 - x) * (x - 0.5))
        black, white = (
            fraction(params, "black_fade_percent"),
            fraction(params, "white_fade_percent"),
        )
        x = x + black * (1 - x) ** 3
        # By the strongest channel, for all three alike, so that near-whites keep their hue.
        return (x * (1 - white * x.amax(1, keepdim=True).square_())).clamp_(0, 1)
