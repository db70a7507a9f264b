"""Metadata of files: credit is kept, a colour profile is added, the rest is dropped.

That a picture is a panorama of a full turn is kept as well, as it is a flat strip otherwise.

The rest is position (GPS), serial numbers, maker notes, dates, edit history and the embedded
thumbnail, which shows the unfiltered photo.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from PIL import ExifTags, Image, ImageFile, IptcImagePlugin, PngImagePlugin

from blackcamo.images.decoding import DAMAGE
from blackcamo.images.icc import srgb_profile
from blackcamo.images.panorama import Panorama, read_panorama
from blackcamo.images.xmp import read_xmp
from blackcamo.types import Pixels

_MAX_CREDIT_CHARACTERS = 2000  # in UTF-8, both then fit into one JPEG segment of 64 KB

# Names as expat gives them: namespace, space, local name.
_CREATOR = "http://purl.org/dc/elements/1.1/ creator"
_RIGHTS = "http://purl.org/dc/elements/1.1/ rights"

_Found: TypeAlias = tuple[object, object]
"""Artist and copyright as a source has them: text, bytes, a list of these, or None."""


@dataclass(frozen=True, slots=True)
class Credit:
    """Who made the photo and whose it is, one line each; None where the file does not say.

    ``panorama`` says how viewers wrap it around, where it is one of a full turn.
    """

    artist: str | None = None
    copyright: str | None = None
    panorama: Panorama | None = None


def read_credit(image: ImageFile.ImageFile, size_px: tuple[int, int]) -> Credit:
    """Artist and copyright of a loaded picture: each from EXIF, else XMP, IPTC or PNG's text.

    Args:
        size_px: width and height, upright.

    Source: Exif 3.0, 4.6.5 (tags 315 and 33432); XMP specification part 1, 8.3 (dc:creator,
    dc:rights); IPTC-IIM 4.2 (2:80, 2:116); PNG 3rd edition, 11.3.3.1 (Author, Copyright).
    """
    artist = copyright_ = ""
    for source in _SOURCES:
        with suppress(*DAMAGE):  # a damaged block says nothing; the next one may
            found = source(image)
            artist = artist or _line(found[0])
            copyright_ = copyright_ or _line(found[1])
    panorama = None
    with suppress(*DAMAGE):
        panorama = read_panorama(read_xmp(image), *size_px)
    return Credit(artist or None, copyright_ or None, panorama)


def jpeg_metadata(credit: Credit, size_px: tuple[int, int] | None = None) -> dict[str, bytes]:
    """Keyword arguments for Pillow's ``save`` as JPEG: ``exif``, ``icc_profile``, perhaps ``xmp``.

    EXIF has the credit and nothing else, in UTF-8 as the Metadata Working Group asks for (plain
    ASCII has no copyright sign); it is empty where there is no credit. XMP is that of a panorama.

    Args:
        size_px: width and height of the picture; one of another size than the panorama, such as
            a crop, a sheet, or a picture in a frame, is none.
    """
    exif = Image.Exif()
    if credit.artist:
        exif[ExifTags.Base.Artist] = credit.artist.encode()
    if credit.copyright:
        exif[ExifTags.Base.Copyright] = credit.copyright.encode()
    found = {"exif": exif.tobytes() if exif else b"", "icc_profile": srgb_profile()}
    panorama = credit.panorama
    if panorama is not None and size_px == (panorama.width_px, panorama.height_px):
        found["xmp"] = panorama.to_xmp()
    return found


def encode_png(pixels: Pixels, credit: Credit) -> bytes:
    """The PNG file of ``pixels`` (H, W, 3), with the same metadata as a JPEG."""
    picture, texts, buffer = Image.fromarray(pixels), PngImagePlugin.PngInfo(), io.BytesIO()
    metadata = jpeg_metadata(credit, picture.size)
    if xmp := metadata.pop("xmp", None):
        texts.add_itxt("XML:com.adobe.xmp", xmp.decode())
    picture.save(buffer, "PNG", pnginfo=texts, **metadata)
    return buffer.getvalue()


def _from_exif(image: ImageFile.ImageFile) -> _Found:
    exif = image.getexif()
    return exif.get(ExifTags.Base.Artist), exif.get(ExifTags.Base.Copyright)


def _from_xmp(image: ImageFile.ImageFile) -> _Found:
    xmp = read_xmp(image)
    # One text of rights per language, the default one first.
    return xmp.get(_CREATOR), xmp.get(_RIGHTS, [])[:1]


def _from_iptc(image: ImageFile.ImageFile) -> _Found:
    records = IptcImagePlugin.getiptcinfo(image) or {}
    return records.get((2, 80)), records.get((2, 116))


def _from_text(image: ImageFile.ImageFile) -> _Found:
    return image.info.get("Author"), image.info.get("Copyright")


_SOURCES: tuple[Callable[[ImageFile.ImageFile], _Found], ...] = (
    _from_exif,
    _from_xmp,
    _from_iptc,
    _from_text,
)


def _line(value: object) -> str:
    """Text of unknown encoding as one printable line; several texts are joined by semicolons."""
    if isinstance(value, list | tuple):
        return "; ".join(filter(None, map(_line, value)))[:_MAX_CREDIT_CHARACTERS]
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str):
        return ""
    with suppress(UnicodeError):  # Pillow reads EXIF text as Latin-1, most programs write UTF-8
        value = value.encode("latin-1").decode("utf-8")
    # A null character divides the photographer's copyright from the editor's.
    parts = (
        " ".join("".join(c if c.isprintable() else " " for c in part).split())
        for part in value.split("\0")
    )
    return "; ".join(filter(None, parts))[:_MAX_CREDIT_CHARACTERS]
