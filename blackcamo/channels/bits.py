"""``bits:BITS``: so many bits a colour, 1-7."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blackcamo.channels.arguments import whole
from blackcamo.types import Pixels


@dataclass(frozen=True, slots=True)
class Bits:
    """Fewer bits, which round small differences away."""

    bits: int

    @property
    def spec(self) -> str:
        """As in a channel's text."""
        return f"bits:{self.bits}"

    def send(self, pixels: Pixels) -> Pixels:
        """The picture (H, W, 3) after it."""
        steps = 2**self.bits - 1
        return np.asarray(np.rint(np.rint(pixels / 255 * steps) * 255 / steps), np.uint8)


def create(argument: str) -> Bits:
    """The step of an argument.

    Raises:
        OptionError: no such value.
    """
    return Bits(whole(argument, "bits", low=1, high=7))
