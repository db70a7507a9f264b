"""``jpeg:QUALITY[/SUBSAMPLING]``: JPEG by libjpeg-turbo, quality 1-100, 4:2:0 unless it is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from blackcamo.channel import Channel, Subsampling
from blackcamo.channels.arguments import whole
from blackcamo.types import Pixels


@dataclass(frozen=True, slots=True)
class Jpeg:
    """JPEG as the delivery channel has it, once more."""

    channel: Channel

    @property
    def spec(self) -> str:
        """As in a channel's text."""
        return f"jpeg:{self.channel.quality}/{self.channel.subsampling}"

    def encode(self, pixels: Pixels) -> bytes:
        """The file of a picture (H, W, 3)."""
        return self.channel.encode(pixels)

    def send(self, pixels: Pixels) -> Pixels:
        """The pixels that arrive."""
        return self.channel.send(pixels)[1]


def create(argument: str) -> Jpeg:
    """The step of an argument.

    Raises:
        OptionError: no such quality or subsampling.
    """
    quality, _, subsampling = argument.partition("/")
    return Jpeg(
        Channel(
            whole(quality, "quality", low=1, high=100), cast(Subsampling, subsampling or "4:2:0")
        )
    )
