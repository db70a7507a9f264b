"""``canvas:QUALITY``: JPEG as ``canvas.toBlob`` of Chromium writes it, quality 1-100 in percent.

That is libjpeg-turbo with 4:2:0, and with 4:4:4 at 100; a test compares with the browser.
"""

from __future__ import annotations

from dataclasses import dataclass

from blackcamo.channel import Channel
from blackcamo.channels.arguments import whole
from blackcamo.types import Pixels


@dataclass(frozen=True, slots=True)
class Canvas:
    """A page that encodes a photo before its upload."""

    channel: Channel

    @property
    def spec(self) -> str:
        """As in a channel's text."""
        return f"canvas:{self.channel.quality}"

    def encode(self, pixels: Pixels) -> bytes:
        """The file of a picture (H, W, 3)."""
        return self.channel.encode(pixels)

    def send(self, pixels: Pixels) -> Pixels:
        """The pixels that arrive."""
        return self.channel.send(pixels)[1]


def create(argument: str) -> Canvas:
    """The step of an argument.

    Raises:
        OptionError: no such quality.
    """
    quality = whole(argument, "quality", low=1, high=100)
    return Canvas(Channel(quality, "4:4:4" if quality == 100 else "4:2:0"))
