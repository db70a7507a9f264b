"""``resize:PIXELS[/KERNEL]``, ``resize:PERCENT%[/KERNEL]``: another size, by a named kernel.

Pixels bound the long side (16-16384) and enlarge nothing; a percentage (1-200) is of both sides.
Kernels: lanczos (where none is said), bicubic, bilinear, box of Pillow; area of OpenCV.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from blackcamo.channels.arguments import chosen, number, whole
from blackcamo.types import Pixels

_PILLOW = {
    "lanczos": Image.Resampling.LANCZOS,
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "box": Image.Resampling.BOX,
}


@dataclass(frozen=True, slots=True)
class Resize:
    """A platform that shows photos at its own size.

    ``long_side_px`` or, where that is None, ``percent`` says the size.
    """

    long_side_px: int | None
    percent: float
    kernel: str

    @property
    def spec(self) -> str:
        """As in a channel's text."""
        size = f"{self.percent:g}%" if self.long_side_px is None else str(self.long_side_px)
        return f"resize:{size}/{self.kernel}"

    def send(self, pixels: Pixels) -> Pixels:
        """The picture at its new size; a copy where that is the old one."""
        factor = self.percent / 100
        if self.long_side_px is not None:
            factor = min(self.long_side_px / max(pixels.shape[:2]), 1.0)
        height_px, width_px = (max(round(side * factor), 1) for side in pixels.shape[:2])
        size_px = width_px, height_px
        if size_px == pixels.shape[1::-1]:
            return pixels.copy()
        if self.kernel == "area":
            return np.asarray(cv2.resize(pixels, size_px, interpolation=cv2.INTER_AREA), np.uint8)
        return np.asarray(Image.fromarray(pixels).resize(size_px, _PILLOW[self.kernel]))


def create(argument: str) -> Resize:
    """The step of an argument.

    Raises:
        OptionError: no such size or kernel.
    """
    size, _, word = argument.partition("/")
    kernel = chosen(word, "kernel", (*_PILLOW, "area"))
    if size.endswith("%"):
        return Resize(None, number(size[:-1], "size (percent)", low=1, high=200), kernel)
    return Resize(whole(size, "long side (px)", low=16, high=16384), 100.0, kernel)
