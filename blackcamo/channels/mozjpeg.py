"""``mozjpeg:QUALITY``: JPEG by mozjpeg within libvips, quality 1-100, 4:2:0.

Progressive, with trellis quantisation, deringing, optimised scans and quantisation table 3: what
mozjpeg's own programs do unless told otherwise. Needs the extra ``channels``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from blackcamo.channels.arguments import whole
from blackcamo.channels.pillow import decoded
from blackcamo.extras import import_extra
from blackcamo.types import Pixels


@dataclass(frozen=True, slots=True)
class Mozjpeg:
    """A service that spends time on small files."""

    quality: int
    pyvips: Any

    @property
    def spec(self) -> str:
        """As in a channel's text."""
        return f"mozjpeg:{self.quality}"

    def encode(self, pixels: Pixels) -> bytes:
        """The file of a picture (H, W, 3)."""
        picture = self.pyvips.Image.new_from_array(np.ascontiguousarray(pixels))
        data = picture.copy(interpretation="srgb").jpegsave_buffer(
            Q=self.quality,
            interlace=True,
            optimize_coding=True,
            trellis_quant=True,
            overshoot_deringing=True,
            optimize_scans=True,
            quant_table=3,
            subsample_mode="on",
            keep="none",
        )
        return bytes(data)

    def send(self, pixels: Pixels) -> Pixels:
        """The pixels that arrive."""
        return decoded(self.encode(pixels))


def create(argument: str) -> Mozjpeg:
    """The step of an argument.

    Raises:
        OptionError: no such quality.
        MissingExtraError: pyvips is not installed.
    """
    quality = whole(argument, "quality", low=1, high=100)
    pyvips = import_extra("pyvips", extra="channels", who="channel step 'mozjpeg'")
    return Mozjpeg(quality, pyvips)
