"""How a scorer brings a picture to the size that its network wants."""

from __future__ import annotations

import numpy as np
from PIL import Image

from blackcamo.types import Pixels

METHODS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
"""Resampling by Pillow; all but ``nearest`` average over the source when they shrink."""

MODES = ("stretch", "cover", "contain", "crop")
"""``stretch`` ignores the aspect ratio; ``cover`` fills the target and cuts the middle out;
``contain`` fits inside and pads with black; ``crop`` cuts the middle out without resizing."""


def resize(pixels: Pixels, *, width_px: int, height_px: int, method: str) -> Pixels:
    """Resample uint8 (H, W, 3) to exactly (height_px, width_px, 3); ``method`` of ``METHODS``."""
    if pixels.shape[:2] == (height_px, width_px):
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((width_px, height_px), METHODS[method]))


def centre_crop(pixels: Pixels, *, width_px: int, height_px: int) -> Pixels:
    """The middle (height_px, width_px, 3) of a picture at least that large."""
    top = (pixels.shape[0] - height_px) // 2
    left = (pixels.shape[1] - width_px) // 2
    return pixels[top : top + height_px, left : left + width_px]


def frame(pixels: Pixels, *, width_px: int, height_px: int, method: str, mode: str) -> Pixels:
    """Bring uint8 (H, W, 3) to exactly (height_px, width_px, 3).

    Args:
        pixels: the picture; at least the target's size for ``mode="crop"``.
        width_px: the target's width.
        height_px: the target's height.
        method: a name of ``METHODS``.
        mode: one of ``MODES``.
    """
    height, width = pixels.shape[:2]
    if mode == "crop":
        return centre_crop(pixels, width_px=width_px, height_px=height_px)
    if mode == "stretch":
        return resize(pixels, width_px=width_px, height_px=height_px, method=method)
    ratios = (width_px / width, height_px / height)
    scale = max(ratios) if mode == "cover" else min(ratios)
    # The limiting side meets the target exactly; rounding may not move the other one past it.
    bound = max if mode == "cover" else min
    scaled = resize(
        pixels,
        width_px=max(1, bound(width_px, round(width * scale))),
        height_px=max(1, bound(height_px, round(height * scale))),
        method=method,
    )
    if mode == "cover":
        return centre_crop(scaled, width_px=width_px, height_px=height_px)
    canvas = np.zeros((height_px, width_px, 3), dtype=np.uint8)
    top = (height_px - scaled.shape[0]) // 2
    left = (width_px - scaled.shape[1]) // 2
    canvas[top : top + scaled.shape[0], left : left + scaled.shape[1]] = scaled
    return canvas
