"""Bytes to an 8-bit picture of mode L, LA, RGB, RGBA or CMYK, by Pillow."""

from __future__ import annotations

import io
import re
import struct
import sys
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile, TiffImagePlugin, UnidentifiedImageError

from blackcamo.errors import MissingExtraError, PhotoError
from blackcamo.images.checks import MAX_PIXELS, too_many_pixels
from blackcamo.types import Pixels

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "GIF")

DAMAGE = (
    ArithmeticError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What parsers raise on damaged files; Pillow has no error class of its own for it."""

_EIGHT_BIT_MODES = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"})
_GREY_MODES = frozenset({"1", "L", "LA"})
_GREY_16_BIT = frozenset({"I;16", "I;16B", "I;16L", "I;16N"})
_COLOUR_16_BIT = re.compile(r"(RGB|RGBX|RGBA|CMYK);16([BLN])")
_OTHER_ORDER = {"B": "L", "L": "B", "N": "B" if sys.byteorder == "little" else "L"}
_MODE_OF_CHANNELS = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}

# Exif 3.0, 4.6.5.1.6: what brings a picture of that orientation upright.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_lock = threading.Lock()


@contextmanager
def strict_pillow() -> Iterator[None]:
    """Decode by our rules whatever the process has set: whole pictures, our bound, no warnings.

    These are settings of the process, so only one thread decodes at a time.
    """
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
        # Pillow warns above this bound and refuses above twice as many pixels.
        Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = MAX_PIXELS // 2, False
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = before


def open_picture(data: bytes, name: str) -> ImageFile.ImageFile:
    """Read the header of a picture file; ``name`` stands for the file in messages.

    Raises:
        PhotoError: not a picture of a format that is read, or of too many pixels.
        MissingExtraError: a HEIC file, and pillow-heif is not installed.
    """
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        pass
    except Image.DecompressionBombError as error:
        raise too_many_pixels(name) from error
    if data[4:8] == b"ftyp" and data[8:10] in (b"he", b"mi", b"ms"):
        return _open_heic(data, name)
    raise PhotoError(
        f"{name} is not a picture that can be read; check the file or convert it to one of "
        f"{', '.join(FORMATS)}"
    )


def _open_heic(data: bytes, name: str) -> ImageFile.ImageFile:
    try:
        from pillow_heif import register_heif_opener
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"{name} is a HEIC picture; pip install 'blackcamo[heic]' to read it"
        ) from error
    register_heif_opener()
    try:
        return Image.open(io.BytesIO(data), formats=("HEIF",))
    except UnidentifiedImageError as error:
        raise PhotoError(
            f"{name} is a damaged HEIC picture; copy it again from its source"
        ) from error
    except Image.DecompressionBombError as error:
        raise too_many_pixels(name) from error


def decode(image: ImageFile.ImageFile, data: bytes, name: str) -> Image.Image:
    """The picture that ``open_picture`` opened, in 8 bits, with alpha if it has any.

    Raises:
        PhotoError: its samples are of a kind that is not read.
        DAMAGE: the file is damaged or cut short.
    """
    raw = _raw_mode(image)
    if raw == "I;12" or image.mode not in _EIGHT_BIT_MODES | _GREY_16_BIT:
        raise PhotoError(
            f"{name} has samples of kind {raw or image.mode}; "
            "save it as RGB, grey or CMYK with 8 or 16 bits per channel"
        )
    image.load()
    if (deep := _bytes_of_16_bit(image, raw, data)) is not None:
        return _rounded(*deep, image)
    if image.mode == "CMYK":
        return image
    mode = "L" if image.mode in _GREY_MODES else "RGB"
    if image.has_transparency_data:
        mode += "A"
    return image if image.mode == mode else image.convert(mode)


def decode_16_bit(image: ImageFile.ImageFile, data: bytes, name: str) -> NDArray[np.uint16]:
    """The colours (H, W, 3) of the picture that ``open_picture`` opened, in 16 bits.

    Raises:
        PhotoError: its samples are of a kind that is not read, or not RGB or grey.
        DAMAGE: the file is damaged or cut short.
    """
    raw = _raw_mode(image)
    if image.mode == "CMYK" or image.mode not in _EIGHT_BIT_MODES | _GREY_16_BIT or raw == "I;12":
        raise PhotoError(
            f"{name} has samples of kind {raw or image.mode}; save it as RGB of 8 or 16 bits"
        )
    image.load()
    if (deep := _bytes_of_16_bit(image, raw, data)) is None:
        return np.asarray(image.convert("RGB")).astype(np.uint16) * 257
    high, low = (part[..., : 3 if part.shape[-1] >= 3 else 1] for part in deep)
    both = high.astype(np.uint16) << 8 | low
    return np.ascontiguousarray(np.broadcast_to(both, (*both.shape[:2], 3)))


def upright(picture: Image.Image, image: ImageFile.ImageFile) -> Image.Image:
    """``picture``, decoded from ``image``, turned as the latter's EXIF says.

    Raises:
        DAMAGE: the EXIF block is damaged.
    """
    turn = _UPRIGHT.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    return picture if turn is None else picture.transpose(turn)


def _raw_mode(image: ImageFile.ImageFile) -> str:
    """How the file stores its samples, in Pillow's notation; empty where a codec hides it."""
    if image.format not in ("PNG", "TIFF") or not image.tile:
        return ""
    args = image.tile[0].args
    return str(args[0] if isinstance(args, tuple) else args)


def _bytes_of_16_bit(
    image: ImageFile.ImageFile, raw: str, data: bytes
) -> tuple[Pixels, Pixels] | None:
    """High and low bytes (H, W, C) of a loaded 16-bit picture; None if it is not one.

    Pillow has no 16-bit colour and keeps the high bytes. Asked for the other byte order, it
    keeps the low ones. (Of a TIFF whose planes are stored apart it gives the high bytes twice,
    which stand for themselves: at most one level off.)
    """
    if image.mode in _GREY_16_BIT:
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
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        image.tile = [
            tile._replace(args=(raw, *tile.args[1:]) if isinstance(tile.args, tuple) else raw)
            for tile in image.tile
        ]
        return np.asarray(image)


def _rounded(high: Pixels, low: Pixels, image: ImageFile.ImageFile) -> Image.Image:
    """16 bits to 8, to the nearest: v / 257 for v = 256 high + low = 257 high + (low - high)."""
    rest = low.astype(np.int16) - high
    eight = high + (rest > 128) - (rest < -128)
    mode = image.mode if image.mode == "CMYK" else _MODE_OF_CHANNELS[eight.shape[-1]]
    picture = Image.frombytes(mode, (eight.shape[1], eight.shape[0]), eight.tobytes())
    key = image.info.get("transparency")
    if key is not None:  # the one 16-bit colour of a PNG that is transparent
        high_key, low_key = np.divmod(np.atleast_1d(key), 256)
        hidden = ((high == high_key) & (low == low_key)).all(-1)
        picture.putalpha(Image.fromarray(np.where(hidden, 0, 255).astype(np.uint8)))
    return picture
