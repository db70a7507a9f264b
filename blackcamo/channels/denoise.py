"""``denoise:LEVELS``: non-local means of OpenCV, as strong as noise of so many levels, 0.5-50."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from blackcamo.channels.arguments import number
from blackcamo.types import Pixels


@dataclass(frozen=True, slots=True)
class Denoise:
    """Denoising, which takes what hides for noise."""

    levels: float

    @property
    def spec(self) -> str:
        """As in a channel's text."""
        return f"denoise:{self.levels:g}"

    def send(self, pixels: Pixels) -> Pixels:
        """The picture (H, W, 3) after it."""
        levels = self.levels
        denoised = cv2.fastNlMeansDenoisingColored(pixels, None, levels, levels, 7, 15)
        return np.asarray(denoised, np.uint8)


def create(argument: str) -> Denoise:
    """The step of an argument.

    Raises:
        OptionError: no such value.
    """
    return Denoise(number(argument, "noise (levels)", low=0.5, high=50))
