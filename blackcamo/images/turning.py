"""A decoded picture to upright sRGB pixels, strip by strip.

Each step of its own for the whole picture would cost a copy of it: of 200 megapixels Pillow keeps
800 MB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile

from blackcamo.types import Pixels

_STRIP_PX = 1 << 21
"""Pixels of a strip: what it takes beside the picture is little, and so is the time for each."""

# Exif 3.0, 4.6.5.1.6: the stored picture as a view of the upright one, by orientation.
_STORED: dict[int, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: upright.swapaxes(0, 1)[::-1],
    7: lambda upright: upright[::-1, ::-1].swapaxes(0, 1),
    8: lambda upright: upright.swapaxes(0, 1)[:, ::-1],
}
_LYING = frozenset({5, 6, 7, 8})
UPRIGHT = 1
"""The orientation of a picture that needs no turn."""


def orientation(image: ImageFile.ImageFile) -> int:
    """How EXIF says that a picture lies in its file: 1 to 8.

    Raises:
        DAMAGE: the EXIF block is damaged.
    """
    found = image.getexif().get(ExifTags.Base.Orientation, UPRIGHT)
    return found if found in _STORED else UPRIGHT


def upright_pixels(
    picture: Image.Image | Pixels,
    lying: int,
    *,
    convert: Callable[[Image.Image], Image.Image] | None = None,
    opacity: Image.Image | None = None,
) -> tuple[Pixels, bool]:
    """The pixels (H, W, 3) of a picture, upright and on white; and whether any was transparent.

    Args:
        picture: of mode L, LA, RGB, RGBA or CMYK, or sRGB pixels as they lie in the file.
        lying: its orientation in the file.
        convert: from its colours, without alpha, to sRGB, pixel by pixel; None where they are.
        opacity: that of ``picture``, where this has none itself.
    """
    width, height = _size(picture)
    pixels = np.empty((width, height, 3) if lying in _LYING else (height, width, 3), np.uint8)
    stored = _STORED[lying](pixels) if lying in _STORED else pixels
    transparent = False
    for top, bottom in _strips(width, height):
        box = (0, top, width, bottom)
        if isinstance(picture, Image.Image):
            strip = picture.crop(box)
            alpha = strip.getchannel("A") if strip.mode in ("LA", "RGBA") else None
            strip = strip if alpha is None else strip.convert(strip.mode.removesuffix("A"))
            strip = strip if convert is None else convert(strip)
            strip = strip if strip.mode == "RGB" else strip.convert("RGB")
        else:
            alpha, strip = None, Image.fromarray(picture[top:bottom])
        if alpha is None and opacity is not None:
            alpha = opacity.crop(box)
        if alpha is not None and alpha.getextrema()[0] != 255:
            transparent = True
            strip = Image.composite(strip, Image.new("RGB", strip.size, "white"), alpha)
        stored[top:bottom] = np.asarray(strip)
    return pixels, transparent


def _size(picture: Image.Image | Pixels) -> tuple[int, int]:
    if isinstance(picture, Image.Image):
        return picture.size
    height, width = picture.shape[:2]
    return width, height


def _strips(width: int, height: int) -> Iterator[tuple[int, int]]:
    rows = max(_STRIP_PX // width, 1)
    return ((top, min(top + rows, height)) for top in range(0, height, rows))
