"""``equalise``: the histogram of brightness (Y of YCrCb) is made even."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from blackcamo.channels.arguments import nothing
from blackcamo.types import Pixels


@dataclass(frozen=True, slots=True)
class Equalise:
    """Equalisation, which undoes any curve of brightness."""

    @property
    def spec(self) -> str:
        """As in a channel's text."""
        return "equalise"

    def send(self, pixels: Pixels) -> Pixels:
        """The picture (H, W, 3) after it."""
        planes = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)
        planes[..., 0] = cv2.equalizeHist(planes[..., 0])
        return np.asarray(cv2.cvtColor(planes, cv2.COLOR_YCrCb2RGB), np.uint8)


def create(argument: str) -> Equalise:
    """The step of an argument.

    Raises:
        OptionError: there is one.
    """
    nothing(argument, "equalise")
    return Equalise()
