"""Large photos: one picture in full at a time, and appeal judged on smaller copies."""

from __future__ import annotations

from torch import Tensor

from blackcamo.types import Pixels
from blackcamo.vision.display import viewed

_LARGE_PX, _JUDGED_PX = 1 << 24, 2048
"""Of photos of more pixels there is one candidate in full at a time, and appeal is judged on copies
of that long side: views in full would take 60 bytes a pixel, and measures look at less."""


def is_large(pixels: Pixels) -> bool:
    """Whether a photo (H, W, 3) is rendered one candidate at a time."""
    height_px, width_px = pixels.shape[:2]
    return bool(height_px * width_px > _LARGE_PX)


def judged(rgb: Tensor) -> Tensor:
    """Large pictures (B, C, H, W) as they are judged: copies (B, C, h, w), which are smaller."""
    return viewed(rgb, _JUDGED_PX).clone()
