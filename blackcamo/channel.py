"""The channel: what happens to a picture on its way to the scorer, through real libjpeg."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from PIL import Image

from blackcamo.errors import OptionError
from blackcamo.images import Credit, jpeg_metadata
from blackcamo.types import Pixels

Subsampling: TypeAlias = Literal["4:4:4", "4:2:2", "4:2:0"]


@dataclass(frozen=True, slots=True)
class Channel:
    """JPEG at one quality and chroma subsampling, by Pillow's libjpeg.

    Args:
        quality: libjpeg's quality, 1-100.
        subsampling: chroma subsampling.

    Raises:
        OptionError: a quality or subsampling that libjpeg does not have.
    """

    quality: int = 90
    subsampling: Subsampling = "4:2:0"

    def __post_init__(self) -> None:
        if not 1 <= self.quality <= 100:
            raise OptionError(f"quality is {self.quality}; it must be between 1 and 100")
        if self.subsampling not in get_args(Subsampling):
            raise OptionError(
                f"subsampling is {self.subsampling!r}; "
                f"it must be one of {', '.join(get_args(Subsampling))}"
            )

    def encode(self, pixels: Pixels, credit: Credit | None = None) -> bytes:
        """The JPEG file of ``pixels``; ``credit`` adds metadata and leaves the picture alone."""
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(
            buffer,
            "JPEG",
            quality=self.quality,
            subsampling=self.subsampling,
            **(jpeg_metadata(credit) if credit is not None else {}),
        )
        return buffer.getvalue()

    def decode(self, data: bytes) -> Pixels:
        """The pixels of a JPEG file that this channel wrote."""
        with Image.open(io.BytesIO(data)) as image:
            return np.asarray(image.convert("RGB"))

    def send(self, pixels: Pixels) -> tuple[bytes, Pixels]:
        """Encode and decode: the file's bytes and what a receiver sees."""
        data = self.encode(pixels)
        return data, self.decode(data)
