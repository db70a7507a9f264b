"""A photo's file to sRGB pixels, or one line that says why not."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

import numpy as np
from PIL import Image

from blackcamo.errors import OptionError, PhotoError
from blackcamo.images.checks import check_shape
from blackcamo.images.colour import to_srgb
from blackcamo.images.decoding import DAMAGE, decode, open_picture, strict_pillow, upright
from blackcamo.images.files import one_line, read_bytes
from blackcamo.images.metadata import Credit, read_credit
from blackcamo.types import Pixels

AlphaPolicy: TypeAlias = Literal["flatten", "refuse"]


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A photo as blackcamo works on it.

    ``pixels`` is uint8 (H, W, 3) in sRGB, upright; ``sha256`` the hex digest of the file's
    bytes; ``notes`` says in one line each what loading changed that people may mind.
    """

    pixels: Pixels
    path: Path
    sha256: str
    credit: Credit
    notes: tuple[str, ...]


def load_photo(path: str | os.PathLike[str], *, alpha: AlphaPolicy = "flatten") -> Photo:
    """Read a photo: JPEG, PNG, WebP, AVIF, TIFF or still GIF, and HEIC with the extra ``heic``.

    Args:
        path: the file.
        alpha: "flatten" puts transparent pixels onto white, with a note; "refuse" raises. An
            alpha channel that is opaque everywhere is dropped in either case.

    Raises:
        PhotoError: the file cannot be read, is damaged or cut short, or is no photo (animated,
            too small, too large, too narrow).
        MissingExtraError: a HEIC file, and pillow-heif is not installed.
        OptionError: another value for ``alpha``.
    """
    if alpha not in get_args(AlphaPolicy):
        raise OptionError(f"alpha is {alpha!r}; it must be 'flatten' or 'refuse'")
    path = Path(path)
    name = one_line(path)
    data = read_bytes(path)
    notes = []
    with strict_pillow():
        try:
            image = open_picture(data, name)
            check_shape(image, name)
            picture = decode(image, data, name)
        except DAMAGE as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise PhotoError(
                f"{name} is damaged or cut short ({reason}); copy it again from its source"
            ) from error
        except MemoryError as error:
            raise PhotoError(f"{name} does not fit into memory; scale it down first") from error
        try:
            picture = upright(picture, image)
        except DAMAGE:
            notes.append("the EXIF data are damaged: the picture was not turned")
        credit = read_credit(image)
    if image.format == "TIFF" and (pages := getattr(image, "n_frames", 1)) > 1:
        notes.append(f"only the first of {pages} pages was taken")
    colour, opacity = _split(picture)
    rgb, colour_notes = to_srgb(colour, image.info.get("icc_profile"))
    notes += colour_notes
    if opacity is not None:
        if alpha == "refuse":
            raise PhotoError(f"{name} has transparent pixels; flatten it or allow alpha='flatten'")
        rgb = Image.composite(rgb, Image.new("RGB", rgb.size, "white"), opacity)
        notes.append("transparency was flattened onto white")
    return Photo(np.array(rgb), path, hashlib.sha256(data).hexdigest(), credit, tuple(notes))


def _split(picture: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Colour and opacity; None for the latter if the picture is opaque everywhere."""
    if picture.mode not in ("LA", "RGBA"):
        return picture, None
    opacity = picture.getchannel("A")
    colour = picture.convert(picture.mode.removesuffix("A"))
    return colour, None if opacity.getextrema()[0] == 255 else opacity
