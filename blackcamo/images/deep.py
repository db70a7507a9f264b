"""Pictures in all the bits that their files have, for what eight do not hold."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from blackcamo.images.boxes import read_boxes
from blackcamo.images.decoding import checked_mode, decode, split_alpha
from blackcamo.images.sixteen import bytes_of_16_bit, opacity_of_16_bit


@dataclass(frozen=True, slots=True, eq=False)
class Deep:
    """Samples (H, W, 1 or 3), of which ``full`` is the largest value; and opacity, if any."""

    samples: NDArray[np.uint8] | NDArray[np.uint16]
    full: int
    opacity: Image.Image | None

    def in_16_bits(self) -> NDArray[np.uint16]:
        """The colours (H, W, 3), of which 65535 is 1."""
        if self.full == _FULL:
            wide = self.samples.astype(np.uint16)
        else:
            wide = np.rint(self.samples * (_FULL / self.full)).astype(np.uint16)
        return np.ascontiguousarray(np.broadcast_to(wide, (*wide.shape[:2], 3)))


_FULL = 65535
_SILENT = 0
"""OpenCV's level of logging at which a damaged file is no news."""


def decode_deep(image: ImageFile.ImageFile, data: bytes, name: str) -> Deep:
    """The picture that ``open_picture`` opened, in all the bits that its file has.

    Raises:
        PhotoError: its samples are of a kind that is not read, CMYK among them.
        DAMAGE: the file is damaged or cut short.
    """
    raw = checked_mode(image, name, colours="RGB or grey")
    image.load()
    deep = bytes_of_16_bit(image, raw, data)
    if deep is not None:
        high, low = deep
        opacity = opacity_of_16_bit(high, low, image)
        colours = 1 if high.shape[-1] < 3 else 3
        both = high[..., :colours].astype(np.uint16)
        both <<= 8
        both |= low[..., :colours]
        return Deep(both, _FULL, opacity)
    if image.format in ("AVIF", "HEIF") and (found := _more_than_8_bits(image, data)) is not None:
        return found
    picture = decode(image, data, name)
    colour, alpha = split_alpha(picture)
    samples = np.asarray(colour)
    return Deep(samples if samples.ndim == 3 else samples[..., None], 255, alpha)


def _more_than_8_bits(image: ImageFile.ImageFile, data: bytes) -> Deep | None:
    """A HEIC or AVIF picture of 10 or 12 bits; None where it has 8."""
    if image.format == "AVIF":
        bits = read_boxes(data).bits
        full = (1 << bits) - 1
        found = None if bits == 8 else _by_opencv(data)
    else:
        bits = image.info.get("bit_depth", 8)
        full = ((1 << bits) - 1) << (16 - bits)
        found = None if bits == 8 else _by_libheif(data)
    if found is None or found.dtype != np.uint16 or found.shape[:2] != image.size[::-1]:
        return None
    samples: NDArray[np.uint16] = found[..., None] if found.ndim == 2 else found
    opacity = None
    if samples.shape[-1] in (2, 4):
        opacity = Image.fromarray(np.rint(samples[..., -1] * (255 / full)).astype(np.uint8))
    return Deep(samples[..., : 1 if samples.shape[-1] < 3 else 3], full, opacity)


def _by_opencv(data: bytes) -> NDArray[Any] | None:
    """An AVIF picture; of the decoders at hand no other gives all bits. It is not turned."""
    flags = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
    before = cv2.utils.logging.setLogLevel(_SILENT)
    try:
        found: NDArray[Any] | None = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        return None
    finally:
        cv2.utils.logging.setLogLevel(before)
    if found is None or found.ndim == 2:
        return found
    order = [2, 1, 0, 3][: found.shape[2]]
    return np.ascontiguousarray(found[..., order])


def _by_libheif(data: bytes) -> NDArray[Any]:
    import pillow_heif

    return np.asarray(pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False))
