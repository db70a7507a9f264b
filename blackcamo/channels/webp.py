"""``webp:QUALITY``: lossy WebP as Pillow writes it, quality 1-100."""

from __future__ import annotations

from dataclasses import dataclass

from blackcamo.channels.arguments import whole
from blackcamo.channels.pillow import decoded, encoded
from blackcamo.types import Pixels


@dataclass(frozen=True, slots=True)
class Webp:
    """A service that delivers WebP."""

    quality: int

    @property
    def spec(self) -> str:
        """As in a channel's text."""
        return f"webp:{self.quality}"

    def encode(self, pixels: Pixels) -> bytes:
        """The file of a picture (H, W, 3)."""
        return encoded(pixels, "WEBP", quality=self.quality)

    def send(self, pixels: Pixels) -> Pixels:
        """The pixels that arrive."""
        return decoded(self.encode(pixels))


def create(argument: str) -> Webp:
    """The step of an argument.

    Raises:
        OptionError: no such quality.
    """
    return Webp(whole(argument, "quality", low=1, high=100))
