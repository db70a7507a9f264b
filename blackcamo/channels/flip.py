"""``flip``: left and right change places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blackcamo.channels.arguments import nothing
from blackcamo.types import Pixels


@dataclass(frozen=True, slots=True)
class Flip:
    """A flip: no viewer minds it, and no network should."""

    @property
    def spec(self) -> str:
        """As in a channel's text."""
        return "flip"

    def send(self, pixels: Pixels) -> Pixels:
        """The picture (H, W, 3) after it."""
        return np.ascontiguousarray(pixels[:, ::-1])


def create(argument: str) -> Flip:
    """The step of an argument.

    Raises:
        OptionError: there is one.
    """
    nothing(argument, "flip")
    return Flip()
