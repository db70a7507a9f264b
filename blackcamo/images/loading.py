"""A photo's file to sRGB pixels, or one line that says why not."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from PIL import Image

from blackcamo.errors import OptionError, PhotoError
from blackcamo.images.boxes import Boxes, read_boxes
from blackcamo.images.checks import check_shape
from blackcamo.images.companions import companions
from blackcamo.images.decoding import DAMAGE, decode, open_picture, strict_pillow
from blackcamo.images.deep import decode_deep
from blackcamo.images.files import one_line, read_bytes
from blackcamo.images.metadata import Credit, read_credit
from blackcamo.images.signals import read_colours
from blackcamo.images.sixteen import is_deep
from blackcamo.images.turning import UPRIGHT, orientation, upright_pixels
from blackcamo.images.xmp import Xmp, read_xmp
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

    @property
    def wraps(self) -> bool:
        """Whether the left edge goes on at the right one, as in a panorama of a full turn."""
        return self.credit.panorama is not None


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
    return read_photo(read_bytes(path), path, alpha=alpha)


def read_photo(data: bytes, path: Path, *, alpha: AlphaPolicy = "flatten") -> Photo:
    """As :func:`load_photo`, of the bytes of a file, ``path`` being its name.

    Raises:
        PhotoError, MissingExtraError: as there.
    """
    name = one_line(path)
    try:
        with strict_pillow():
            read = _read(data, name)
    except MemoryError as error:
        raise PhotoError(
            f"{name} is damaged or does not fit into memory; copy it again from its source or "
            "scale it down"
        ) from error
    except DAMAGE as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise PhotoError(
            f"{name} is damaged or cut short ({reason}); copy it again from its source"
        ) from error
    notes = read.notes
    if read.transparent:
        if alpha == "refuse":
            raise PhotoError(f"{name} has transparent pixels; flatten it or allow alpha='flatten'")
        notes = (*notes, "transparency was flattened onto white")
    return Photo(read.pixels, path, hashlib.sha256(data).hexdigest(), read.credit, notes)


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """A picture in sRGB, upright and on white, and what its file says besides."""

    pixels: Pixels
    transparent: bool
    credit: Credit
    notes: tuple[str, ...]


def _read(data: bytes, name: str) -> _Read:
    notes: list[str] = []
    image = open_picture(data, name)
    check_shape(image, name)
    boxes = Boxes()
    if image.format in ("AVIF", "HEIF"):
        with suppress(*DAMAGE):  # what decoders make of the file is another matter
            boxes = read_boxes(data)
    colours = read_colours(image, data, boxes)
    notes += colours.notes
    opacity: Image.Image | None = None
    stored: Image.Image | Pixels
    if colours.encoding is not None and (colours.convert is None or is_deep(image)):
        deep = decode_deep(image, data, name)
        opacity = deep.opacity
        stored, more = colours.encoding.render(deep.samples, deep.full)
        del deep
        notes += more
    else:
        stored = decode(image, data, name)
    try:
        lying = orientation(image)
    except DAMAGE:
        lying = UPRIGHT
        notes.insert(0, "the EXIF data are damaged: the picture was not turned")
    pixels, transparent = upright_pixels(stored, lying, convert=colours.convert, opacity=opacity)
    del stored
    credit = read_credit(image, pixels.shape[1::-1])
    if image.format == "TIFF" and (pages := getattr(image, "n_frames", 1)) > 1:
        notes.append(f"only the first of {pages} pages was taken")
    xmp: Xmp = {}
    with suppress(*DAMAGE):
        xmp = read_xmp(image)
    notes += companions(image, data, boxes, xmp, full_turn=credit.panorama is not None)
    return _Read(pixels, transparent, credit, tuple(notes))
