"""A scorer for blackcamo: how sharp a picture is, by the variance of its Laplacian.

Source: Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000, for the
measure; the scale from 0 to 100 is this example's own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from blackcamo.scorers.base import (
    check_extra,
    choose,
    declare,
    pure,
    refuse_argument,
    score_scorable,
)
from blackcamo.types import Pixels, ScorerInfo, ScorerOptions

__all__ = ["Sharpness"]


@pure
class Sharpness:
    """The scorer: 0 is flat, 100 very sharp; half way lies a variance of 100 squared levels."""

    def __init__(self, argument: str, options: ScorerOptions) -> None:
        refuse_argument("sharpness", argument)
        check_extra("sharpness", options)
        choose("engine", options.engine, ["auto", "numpy"])
        # The user's range, threshold and direction, if there are any, go over these.
        self.info = declare(ScorerInfo(name="sharpness", digest="1"), options)

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> Sequence[float]:
        """One number per picture; one that is smaller than 3x3 pixels gets NaN."""
        return score_scorable(
            images, lambda good: [_sharpness(image) for image in good], min_side_px=3
        )


def _sharpness(pixels: Pixels) -> float:
    """0-100 for one picture (H, W, 3)."""
    # Luma of ITU-R BT.601, in levels.
    luma = pixels.astype(np.float64) @ np.array([0.299, 0.587, 0.114])
    laplacian = (
        luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:] - 4 * luma[1:-1, 1:-1]
    )
    spread = math.sqrt(float(laplacian.var()))
    return 100 * spread / (spread + 10)
