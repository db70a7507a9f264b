"""``crop:PIXELS``: so many pixels less at the left and the top, 1-4096, but one always stays."""

from __future__ import annotations

from dataclasses import dataclass

from blackcamo.channels.arguments import whole
from blackcamo.types import Pixels


@dataclass(frozen=True, slots=True)
class Crop:
    """A crop, which moves the picture against the grid of a codec, or of a weave."""

    most_px: int

    @property
    def spec(self) -> str:
        """As in a channel's text."""
        return f"crop:{self.most_px}"

    def send(self, pixels: Pixels) -> Pixels:
        """The picture (H, W, 3) after the crop."""
        top_px, left_px = (min(self.most_px, side - 1) for side in pixels.shape[:2])
        return pixels[top_px:, left_px:].copy()


def create(argument: str) -> Crop:
    """The step of an argument.

    Raises:
        OptionError: no such number of pixels.
    """
    return Crop(whole(argument, "crop (px)", low=1, high=4096))
