"""Samples of 16 bits, of which Pillow keeps eight."""

from __future__ import annotations

import io
import re
import sys

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, TiffImagePlugin

from blackcamo.types import Pixels

GREY_16_BIT = frozenset({"I;16", "I;16B", "I;16L", "I;16N"})
"""Pillow's modes for them."""
_COLOUR_16_BIT = re.compile(r"(RGB|RGBX|RGBA|CMYK);16([BLN])")
_OTHER_ORDER = {"B": "L", "L": "B", "N": "B" if sys.byteorder == "little" else "L"}
_STRIP_ROWS = 64
"""Rows computed with at a time, in twice the bytes that the picture has."""
_MODE_OF_CHANNELS = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def raw_mode(image: ImageFile.ImageFile) -> str:
    """How the file stores its samples, in Pillow's notation; empty where a codec hides it."""
    if image.format not in ("PNG", "TIFF") or not image.tile:
        return ""
    args = image.tile[0].args
    return str(args[0] if isinstance(args, tuple) else args)


def is_deep(image: ImageFile.ImageFile) -> bool:
    """Whether a PNG or TIFF has 16 bits per channel."""
    raw = raw_mode(image)
    return image.mode in GREY_16_BIT or raw == "LA;16B" or bool(_COLOUR_16_BIT.fullmatch(raw))


def bytes_of_16_bit(
    image: ImageFile.ImageFile, raw: str, data: bytes
) -> tuple[Pixels, Pixels] | None:
    """High and low bytes (H, W, C) of a loaded 16-bit picture; None if it is not one.

    Pillow has no 16-bit colour and keeps the high bytes. Asked for the other byte order, it
    keeps the low ones. (Of a TIFF whose planes are stored apart it gives the high bytes twice,
    which stand for themselves: at most one level off.)
    """
    if image.mode in GREY_16_BIT:
        grey: NDArray[np.uint16] = np.asarray(image).astype(np.uint16)[..., None]
        if _white_is_zero(image):
            grey = ~grey
        return (grey >> 8).astype(np.uint8), grey.astype(np.uint8)
    if raw == "LA;16B":  # as long as 8-bit RGBA, so all four bytes come at once
        both = _decode_as(data, "RGBA")
        return both[..., 0::2], both[..., 1::2]
    if match := _COLOUR_16_BIT.fullmatch(raw):
        low = _decode_as(data, f"{match[1]};16{_OTHER_ORDER[match[2]]}")
        return np.asarray(image), low
    return None


def _white_is_zero(image: ImageFile.ImageFile) -> bool:
    """Whether a TIFF counts from white; Pillow turns 8-bit samples round, but not 16-bit ones."""
    return (
        isinstance(image, TiffImagePlugin.TiffImageFile)
        and image.tag_v2.get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION) == 0
    )


def _decode_as(data: bytes, raw: str) -> Pixels:
    with Image.open(io.BytesIO(data), formats=("PNG", "TIFF")) as image:
        image.tile = [
            tile._replace(args=(raw, *tile.args[1:]) if isinstance(tile.args, tuple) else raw)
            for tile in image.tile
        ]
        return np.asarray(image)


def rounded(high: Pixels, low: Pixels, image: ImageFile.ImageFile) -> Image.Image:
    """16 bits to 8, to the nearest."""
    eight = _nearest(high, low)
    mode = image.mode if image.mode == "CMYK" else _MODE_OF_CHANNELS[eight.shape[-1]]
    picture = Image.frombytes(mode, (eight.shape[1], eight.shape[0]), eight.data)
    if mode in ("L", "RGB") and (opacity := opacity_of_16_bit(high, low, image)) is not None:
        picture.putalpha(opacity)
    return picture


def _nearest(high: Pixels, low: Pixels) -> Pixels:
    """v / 257 for v = 256 high + low = 257 high + (low - high)."""
    found = np.empty(high.shape, np.uint8)
    for top in range(0, len(found), _STRIP_ROWS):
        rows = slice(top, top + _STRIP_ROWS)
        rest = low[rows].astype(np.int16) - high[rows]
        found[rows] = high[rows] + (rest > 128) - (rest < -128)
    return found


def opacity_of_16_bit(high: Pixels, low: Pixels, image: ImageFile.ImageFile) -> Image.Image | None:
    """Its alpha channel, or the one colour of a PNG that is transparent; None without either."""
    if high.shape[-1] in (2, 4) and image.mode != "CMYK":
        return Image.fromarray(_nearest(high[..., -1], low[..., -1]))
    key = image.info.get("transparency")
    if key is None:
        return None
    high_key, low_key = np.divmod(np.atleast_1d(key), 256)
    hidden = ((high == high_key) & (low == low_key)).all(-1)
    return Image.fromarray(np.where(hidden, 0, 255).astype(np.uint8))
