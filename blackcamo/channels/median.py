"""``median:SIDE_PX``: the median of a square that is 3 or 5 pixels wide."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from blackcamo.channels.arguments import chosen
from blackcamo.types import Pixels


@dataclass(frozen=True, slots=True)
class Median:
    """A median, which removes single pixels and keeps edges."""

    side_px: int

    @property
    def spec(self) -> str:
        """As in a channel's text."""
        return f"median:{self.side_px}"

    def send(self, pixels: Pixels) -> Pixels:
        """The picture (H, W, 3) after it."""
        return np.asarray(cv2.medianBlur(pixels, self.side_px), np.uint8)


def create(argument: str) -> Median:
    """The step of an argument.

    Raises:
        OptionError: no such value.
    """
    return Median(int(chosen(argument, "side (px)", ("3", "5"))))
