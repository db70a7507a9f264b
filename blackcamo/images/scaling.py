"""Sizes: the one way in which whole pictures are resampled on the CPU."""

from __future__ import annotations

import numpy as np
from PIL import Image

from blackcamo.errors import OptionError
from blackcamo.types import Pixels


def resize(pixels: Pixels, *, width_px: int, height_px: int) -> Pixels:
    """Resample ``pixels`` (H, W, 3) to the size given, by Pillow's antialiased Lanczos filter.

    Raises:
        OptionError: a side below 1 px.
    """
    if min(width_px, height_px) < 1:
        raise OptionError(f"cannot resize to {width_px}x{height_px} px; each side must be >= 1")
    if (height_px, width_px) == pixels.shape[:2]:
        return pixels
    scaled = Image.fromarray(pixels).resize((width_px, height_px), Image.Resampling.LANCZOS)
    return np.array(scaled)


def fit_long_side(pixels: Pixels, long_side_px: int) -> Pixels:
    """Scale ``pixels`` (H, W, 3) down to a long side of ``long_side_px``; never enlarge.

    >>> fit_long_side(np.zeros((300, 400, 3), np.uint8), 200).shape
    (150, 200, 3)

    Raises:
        OptionError: ``long_side_px`` below 1.
    """
    if long_side_px < 1:
        raise OptionError(f"the long side is {long_side_px} px; it must be >= 1")
    height, width = pixels.shape[:2]
    factor = min(1.0, long_side_px / max(height, width))
    return resize(
        pixels,
        width_px=max(1, round(width * factor)),
        height_px=max(1, round(height * factor)),
    )
