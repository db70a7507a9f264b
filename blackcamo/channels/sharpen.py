"""``sharpen:PERCENT``: Pillow's unsharp mask of radius 1 px and threshold 0, 1-500 percent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from blackcamo.channels.arguments import whole
from blackcamo.types import Pixels


@dataclass(frozen=True, slots=True)
class Sharpen:
    """Sharpening, as platforms do after a resize."""

    percent: int

    @property
    def spec(self) -> str:
        """As in a channel's text."""
        return f"sharpen:{self.percent}"

    def send(self, pixels: Pixels) -> Pixels:
        """The picture (H, W, 3), sharper."""
        mask = ImageFilter.UnsharpMask(radius=1, percent=self.percent, threshold=0)
        return np.asarray(Image.fromarray(pixels).filter(mask))


def create(argument: str) -> Sharpen:
    """The step of an argument.

    Raises:
        OptionError: no such strength.
    """
    return Sharpen(whole(argument, "sharpen (percent)", low=1, high=500))
