"""What a file says about itself: credit is kept, a colour profile is added, the rest is dropped.

The rest is position (GPS), serial numbers, maker notes, dates, edit history and the embedded
thumbnail, which shows the unfiltered photo.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias
from xml.parsers import expat

from PIL import ExifTags, Image, ImageFile, IptcImagePlugin

from blackcamo.images.colour import srgb_profile
from blackcamo.images.decoding import DAMAGE
from blackcamo.types import Pixels

_MAX_CREDIT_CHARACTERS = 2000  # in UTF-8, both then fit into one JPEG segment of 64 KB

# Names as expat gives them: namespace, space, local name.
_CREATOR = "http://purl.org/dc/elements/1.1/ creator"
_RIGHTS = "http://purl.org/dc/elements/1.1/ rights"
_ITEM = "http://www.w3.org/1999/02/22-rdf-syntax-ns# li"

_Found: TypeAlias = tuple[object, object]
"""Artist and copyright as a source has them: text, bytes, a list of these, or None."""


@dataclass(frozen=True, slots=True)
class Credit:
    """Who made the photo and whose it is, one line each; None where the file does not say."""

    artist: str | None = None
    copyright: str | None = None


def read_credit(image: ImageFile.ImageFile) -> Credit:
    """Artist and copyright of a loaded picture: each from EXIF, else XMP, IPTC or PNG's text.

    Source: Exif 3.0, 4.6.5 (tags 315 and 33432); XMP specification part 1, 8.3 (dc:creator,
    dc:rights); IPTC-IIM 4.2 (2:80, 2:116); PNG 3rd edition, 11.3.3.1 (Author, Copyright).
    """
    artist = copyright_ = ""
    for source in _SOURCES:
        with suppress(*DAMAGE):  # a damaged block says nothing; the next one may
            found = source(image)
            artist = artist or _line(found[0])
            copyright_ = copyright_ or _line(found[1])
    return Credit(artist or None, copyright_ or None)


def jpeg_metadata(credit: Credit) -> dict[str, bytes]:
    """Keyword arguments for Pillow's ``save`` (JPEG, PNG): ``exif`` and ``icc_profile``.

    EXIF has the credit and nothing else, in UTF-8 as the Metadata Working Group asks for (plain
    ASCII has no copyright sign); it is empty where there is no credit.
    """
    exif = Image.Exif()
    if credit.artist:
        exif[ExifTags.Base.Artist] = credit.artist.encode()
    if credit.copyright:
        exif[ExifTags.Base.Copyright] = credit.copyright.encode()
    return {"exif": exif.tobytes() if exif else b"", "icc_profile": srgb_profile()}


def encode_png(pixels: Pixels, credit: Credit) -> bytes:
    """The PNG file of ``pixels`` (H, W, 3), with the same metadata as a JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", **jpeg_metadata(credit))
    return buffer.getvalue()


def _from_exif(image: ImageFile.ImageFile) -> _Found:
    exif = image.getexif()
    return exif.get(ExifTags.Base.Artist), exif.get(ExifTags.Base.Copyright)


def _from_xmp(image: ImageFile.ImageFile) -> _Found:
    texts: dict[str, list[str]] = {_CREATOR: [], _RIGHTS: []}
    current: list[str] | None = None

    def start(name: str, _attributes: dict[str, str]) -> None:
        nonlocal current
        current = texts.get(name, current)
        if current is not None and (name in texts or name == _ITEM):
            current.append("")

    def characters(text: str) -> None:
        if current is not None:
            current[-1] += text

    def end(name: str) -> None:
        nonlocal current
        if name in texts:
            current = None

    def refuse(*_: object) -> None:
        raise ValueError("a document type in XMP: entities could expand without end")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.CharacterDataHandler = characters
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse
    with suppress(expat.ExpatError):
        parser.Parse(image.info.get("xmp", b"").strip(b"\0"), True)
    rights = [text for text in texts[_RIGHTS] if text.strip()]
    return texts[_CREATOR], rights[:1]  # one text per language, the default one first


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
