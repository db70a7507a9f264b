"""Photos that a program hands over: a file's name, a PIL image or an array."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageOps

from blackcamo.errors import OptionError, PhotoError
from blackcamo.images.loading import Photo, load_photo, read_photo

if TYPE_CHECKING:
    from blackcamo.types import PhotoLike

_MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "I;16")
_CHANNELS = (3, 4)


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Where a photo comes from: a file, or the bytes of one that is not there (yet).

    ``path`` of what came as pixels is a name of its own, made of what is in them.
    """

    path: Path
    data: bytes | None = None

    @classmethod
    def of(cls, photo: PhotoLike) -> Source:
        """The source of a photo.

        Pixels are taken as PNG, which loses nothing: a PIL image with its colour profile and
        turned as its EXIF says; an array of uint8 as sRGB, (H, W, 3), (H, W, 4) with alpha or
        (H, W) in grey.

        Raises:
            OptionError: something else.
            PhotoError: an array of another type or shape, or an image of another mode.
        """
        if isinstance(photo, str | Path):
            return cls(Path(photo))
        if isinstance(photo, Image.Image):
            name = Path(str(getattr(photo, "filename", "") or "photo")).stem
            return _made(name, *_picture(photo))
        if isinstance(photo, np.ndarray):
            return _made("photo", Image.fromarray(_checked(photo)), None)
        raise OptionError(
            f"photo is a {type(photo).__name__}; it must be a path, a PIL image or an array "
            "(H, W, 3) of uint8"
        )

    def load(self) -> Photo:
        """The photo.

        Raises:
            PhotoError: it cannot be read, or is no photo.
            MissingExtraError: it takes a package that is not installed.
        """
        return load_photo(self.path) if self.data is None else read_photo(self.data, self.path)


def sources_of(photos: PhotoLike | Sequence[PhotoLike]) -> list[Source]:
    """The sources of one photo or several; see :meth:`Source.of`.

    Raises:
        OptionError, PhotoError: one of them is no photo.
    """
    if isinstance(photos, Sequence) and not isinstance(photos, str):
        return [Source.of(photo) for photo in photos]
    return [Source.of(photos)]


def _made(name: str, image: Image.Image, profile: bytes | None) -> Source:
    data = io.BytesIO()
    image.save(data, "PNG", compress_level=1, icc_profile=profile)
    digest = hashlib.sha256(data.getvalue()).hexdigest()
    return Source(Path(f"{name}-{digest[:8]}.png"), data.getvalue())


def _picture(image: Image.Image) -> tuple[Image.Image, bytes | None]:
    """An image that PNG can hold, upright, and its colour profile."""
    if image.mode not in _MODES:
        raise PhotoError(
            f"the image has mode {image.mode}; convert it to RGB: image.convert('RGB')"
        )
    return ImageOps.exif_transpose(image), image.info.get("icc_profile")


def _checked(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if array.dtype != np.uint8:
        raise PhotoError(
            f"the array is of {array.dtype}; it must be uint8 from 0 to 255, such as "
            "(255 * array).round().astype('uint8') of an array from 0 to 1"
        )
    if array.ndim != 2 and (array.ndim != 3 or array.shape[2] not in _CHANNELS):
        raise PhotoError(
            f"the array has the shape {array.shape}; it must be (height, width, 3), "
            "(height, width, 4) with alpha or (height, width) in grey"
        )
    return np.ascontiguousarray(array)
