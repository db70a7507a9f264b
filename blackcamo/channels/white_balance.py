"""``white-balance``: grey world, so that red, green and blue have one mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blackcamo.channels.arguments import nothing
from blackcamo.types import Pixels


@dataclass(frozen=True, slots=True)
class WhiteBalance:
    """White balance, which undoes a cast."""

    @property
    def spec(self) -> str:
        """As in a channel's text."""
        return "white-balance"

    def send(self, pixels: Pixels) -> Pixels:
        """The picture (H, W, 3) after it."""
        means = pixels.mean((0, 1))
        gains = means.mean() / np.maximum(means, 1)
        return np.asarray(np.clip(np.rint(pixels * gains), 0, 255), np.uint8)


def create(argument: str) -> WhiteBalance:
    """The step of an argument.

    Raises:
        OptionError: there is one.
    """
    nothing(argument, "white-balance")
    return WhiteBalance()
