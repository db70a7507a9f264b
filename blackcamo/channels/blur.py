"""``blur:SIGMA_PX``: a Gaussian of that standard deviation in pixels, 0.1-50."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from blackcamo.channels.arguments import number
from blackcamo.types import Pixels


@dataclass(frozen=True, slots=True)
class Blur:
    """A blur, with which a defender may remove what hides in single pixels."""

    sigma_px: float

    @property
    def spec(self) -> str:
        """As in a channel's text."""
        return f"blur:{self.sigma_px:g}"

    def send(self, pixels: Pixels) -> Pixels:
        """The picture (H, W, 3) after it."""
        return np.asarray(cv2.GaussianBlur(pixels, (0, 0), self.sigma_px), np.uint8)


def create(argument: str) -> Blur:
    """The step of an argument.

    Raises:
        OptionError: no such value.
    """
    return Blur(number(argument, "sigma (px)", low=0.1, high=50))
