"""``levels:PERCENT``: auto-levels: each colour is stretched, percent (0-40) cut at both ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

from blackcamo.channels.arguments import number
from blackcamo.types import Pixels


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels, which undo low contrast and casts."""

    percent: float

    @property
    def spec(self) -> str:
        """As in a channel's text."""
        return f"levels:{self.percent:g}"

    def send(self, pixels: Pixels) -> Pixels:
        """The picture (H, W, 3) after it."""
        return np.asarray(ImageOps.autocontrast(Image.fromarray(pixels), self.percent))


def create(argument: str) -> Levels:
    """The step of an argument.

    Raises:
        OptionError: no such value.
    """
    return Levels(number(argument, "cut (percent)", low=0, high=40))
