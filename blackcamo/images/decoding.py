"""Bytes to an 8-bit picture of mode L, LA, RGB, RGBA or CMYK, by Pillow."""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from PIL import Image, ImageFile, UnidentifiedImageError

from blackcamo.errors import MissingExtraError, PhotoError
from blackcamo.extras import installing
from blackcamo.images.checks import MAX_PIXELS, too_many_pixels
from blackcamo.images.sixteen import GREY_16_BIT, bytes_of_16_bit, raw_mode, rounded

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "GIF")

DAMAGE = (
    ArithmeticError,
    AssertionError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""Errors of parsers on damaged files; Pillow has no error class of its own for it.

A MemoryError comes of a size that a few damaged bytes ask for, as well as of a true one.
"""

_EIGHT_BIT_MODES = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"})
_GREY_MODES = frozenset({"1", "L", "LA"})

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
            f"{name} is a HEIC picture; to read it: {installing('heic')}"
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
    raw = checked_mode(image, name)
    image.load()
    if (deep := bytes_of_16_bit(image, raw, data)) is not None:
        return rounded(*deep, image)
    if image.mode == "CMYK":
        return image
    mode = "L" if image.mode in _GREY_MODES else "RGB"
    if image.has_transparency_data:
        mode += "A"
    return image if image.mode == mode else image.convert(mode)


def split_alpha(picture: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Colour and opacity of an 8-bit picture; None for the latter where it has none."""
    if picture.mode not in ("LA", "RGBA"):
        return picture, None
    return picture.convert(picture.mode.removesuffix("A")), picture.getchannel("A")


def colour_mode(image: ImageFile.ImageFile) -> Literal["L", "RGB", "CMYK"]:
    """Which colours the picture will have once it is decoded."""
    if image.mode == "CMYK":
        return "CMYK"
    return "L" if image.mode in _GREY_MODES | GREY_16_BIT else "RGB"


def checked_mode(
    image: ImageFile.ImageFile, name: str, *, colours: str = "RGB, grey or CMYK"
) -> str:
    """How the file stores its samples; refuses what is not read."""
    raw = raw_mode(image)
    refused = raw == "I;12" or image.mode not in _EIGHT_BIT_MODES | GREY_16_BIT
    if refused or (image.mode == "CMYK" and "CMYK" not in colours):
        raise PhotoError(
            f"{name} has samples of kind {raw or image.mode}; "
            f"save it as {colours} with 8 or 16 bits per channel"
        )
    return raw
