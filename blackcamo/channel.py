"""The channel: what happens to a picture on its way to the scorer, through real libjpeg."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import cv2
import numpy as np

from blackcamo.devices import usable_cores
from blackcamo.errors import OptionError
from blackcamo.images import Credit, jpeg_metadata
from blackcamo.types import Pixels

Subsampling: TypeAlias = Literal["4:4:4", "4:2:2", "4:2:0"]
_SAMPLING_FACTORS: dict[Subsampling, int] = {
    "4:4:4": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
    "4:2:2": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
    "4:2:0": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
}
_DECODED = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION


@dataclass(frozen=True, slots=True)
class Channel:
    """JPEG at one quality and chroma subsampling, by libjpeg-turbo.

    It is called through OpenCV, which lets other threads go on and takes two thirds of Pillow's
    time; both give the same bytes and pixels, as a test holds.

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
        settings = [cv2.IMWRITE_JPEG_QUALITY, self.quality]
        settings += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, _SAMPLING_FACTORS[self.subsampling]]
        _, data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), settings)
        jpeg = data.tobytes()
        return jpeg if credit is None else credited(jpeg, credit, pixels.shape[1::-1])

    def decode(self, data: bytes) -> Pixels:
        """The pixels of a JPEG file that this channel wrote."""
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), _DECODED)
        return np.asarray(decoded, np.uint8)

    def send(self, pixels: Pixels) -> tuple[bytes, Pixels]:
        """Encode and decode: the file's bytes and what a receiver sees."""
        data = self.encode(pixels)
        return data, self.decode(data)

    def send_all(self, pictures: Sequence[Pixels]) -> list[tuple[bytes, Pixels]]:
        """As :meth:`send` for each picture, by a thread per core."""
        if len(pictures) < 2:
            return [self.send(pixels) for pixels in pictures]
        with ThreadPoolExecutor(min(len(pictures), usable_cores())) as pool:
            return list(pool.map(self.send, pictures))


def credited(jpeg: bytes, credit: Credit, size_px: tuple[int, ...]) -> bytes:
    """A file of this channel with metadata, its picture of that width and height as it was.

    Segments for EXIF, XMP and the colour profile come behind the first one, JFIF's.

    Source: ITU-T T.81, B.2.4 (segments); Exif 3.0, 4.7.2 (APP1); XMP specification part 3, 1.1.3
    (APP1); ICC.1:2022, B.4 (APP2).
    """
    width_px, height_px = size_px
    metadata = jpeg_metadata(credit, (width_px, height_px))
    profile = b"ICC_PROFILE\0" + bytes((1, 1)) + metadata["icc_profile"]
    segments = [(0xE1, metadata["exif"])] if metadata["exif"] else []
    if xmp := metadata.get("xmp"):
        segments.append((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp))
    segments.append((0xE2, profile))
    added = b"".join(struct.pack(">BBH", 0xFF, m, len(d) + 2) + d for m, d in segments)
    # Start of image and the marker take two bytes each; the segment's length counts itself.
    end = 4 + int.from_bytes(jpeg[4:6], "big")
    return jpeg[:end] + added + jpeg[end:]
