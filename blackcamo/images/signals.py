"""Signals: what a file says of its colours, by an ICC profile or otherwise; and which decides.

A stronger signal that cannot be used gives way to the next one, with a note. docs/colour.md has
the table of them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from PIL import ExifTags, Image, ImageFile

from blackcamo.images.boxes import Boxes
from blackcamo.images.decoding import DAMAGE, colour_mode
from blackcamo.images.encodings import (
    ADOBE_RGB,
    BT_709,
    SRGB_CURVE,
    Encoding,
    by_numbers,
    by_primaries,
    is_srgb,
    power,
)
from blackcamo.images.icc import (
    PROFILE_SPACE,
    UNUSABLE,
    Conversion,
    code_points,
    conversion,
    matrix_encoding,
)

_SRGB_NUMBERS = (1, 13)
_UNSPECIFIED = 2


@dataclass(frozen=True, slots=True)
class Colours:
    """The way of a picture to sRGB: a conversion in 8 bits, an encoding, or none.

    Where there are both, the encoding is the finer way for pictures of more than 8 bits.
    ``name`` is what messages call them.
    """

    convert: Conversion | None = None
    encoding: Encoding | None = None
    name: str = "sRGB"
    notes: tuple[str, ...] = ()


def read_colours(image: ImageFile.ImageFile, data: bytes, boxes: Boxes) -> Colours:
    """The signal that decides; ``image`` is opened, ``data`` its file, ``boxes`` those of HEIF.

    The order is that of PNG 3rd edition, 4.3 (cICP, iCCP, sRGB, gAMA with cHRM), of HEIF (an ICC
    profile before numbers), then EXIF.
    """
    chunks = dict(png_chunks(data)) if image.format == "PNG" else {}
    notes: list[str] = []
    for signal in (_cicp, _profile, _nclx, _srgb_chunk, _gamma, _exif):
        with suppress(*DAMAGE):
            found = signal(image, chunks, boxes)
            if found is None:
                continue
            if isinstance(found, str):
                notes.append(found)
                continue
            instead = tuple(f"{note}: taken as {found.name}" for note in notes)
            return replace(found, notes=instead + found.notes)
    plain = "approximate CMYK" if image.mode == "CMYK" else "sRGB"
    if image.mode == "CMYK" and not notes:
        return Colours(notes=("CMYK without a colour profile: colours are approximate",))
    return Colours(notes=tuple(f"{note}: taken as {plain}" for note in notes))


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and payload of each chunk of a PNG but its pixels. Source: PNG 3rd edition, 5.3."""
    at = 8
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind != b"IDAT":
            yield kind, data[at + 8 : at + 8 + size]
        at += size + 12


# Each of these: what the signal says, what keeps it from being used, or None where there is none.


def _cicp(
    image: ImageFile.ImageFile, chunks: Mapping[bytes, bytes], _: Boxes
) -> Colours | str | None:
    """PNG 3rd edition, 11.3.2.6; curves of video cameras are shown with an exponent of 2.4."""
    chunk = chunks.get(b"cICP")
    if chunk is None:
        return None
    if len(chunk) != 4:
        return "its cICP chunk is damaged"
    primaries, transfer, matrix, full = chunk
    what = f"cICP {primaries}/{transfer}/{matrix}/{full}"
    encoding = by_numbers(primaries, transfer, video=power(2.4), what=what)
    if encoding is None or matrix or full > 1:
        return f"{what} is not supported"
    notes: tuple[str, ...] = ()
    if not full:
        encoding = replace(encoding, narrow=True)
        notes = (f"{what}: levels 16 to 235 were taken for black to white",)
    light = chunks.get(b"cLLI", b"")
    nits = struct.unpack_from(">I", light)[0] / 10_000 if len(light) == 8 else 0
    return _encoded(encoding, nits or None, notes)


def _profile(
    image: ImageFile.ImageFile, _: Mapping[bytes, bytes], boxes: Boxes
) -> Colours | str | None:
    profile = image.info.get("icc_profile")
    if not profile:
        return None
    mode = colour_mode(image)
    try:
        convert = conversion(profile, mode)
    except UNUSABLE:
        return "the colour profile is damaged or does not fit"
    if mode == "RGB" and (numbers := code_points(profile)):
        encoding = by_numbers(*numbers, video=SRGB_CURVE, what="the profile's cicp")
        if encoding is not None and encoding.hdr is not None:
            return _encoded(encoding, boxes.brightest_nits)
    if convert is None:
        return Colours()
    if mode != "RGB":
        return Colours(convert, name=PROFILE_SPACE)
    return Colours(convert, matrix_encoding(profile), name=PROFILE_SPACE)


def _nclx(_: ImageFile.ImageFile, __: Mapping[bytes, bytes], boxes: Boxes) -> Colours | str | None:
    """What is unspecified is sRGB's, and so are curves of video cameras, as browsers have it."""
    numbers = boxes.nclx
    if numbers is None:
        return None
    both = zip((numbers.primaries, numbers.transfer), _SRGB_NUMBERS, strict=True)
    primaries, transfer = (usual if n == _UNSPECIFIED else n for n, usual in both)
    what = f"nclx {numbers.primaries}/{numbers.transfer}"
    encoding = by_numbers(primaries, transfer, video=SRGB_CURVE, what=what)
    if encoding is None:
        return f"{what} is not supported"
    return _encoded(encoding, boxes.brightest_nits)


def _srgb_chunk(_: ImageFile.ImageFile, chunks: Mapping[bytes, bytes], __: Boxes) -> Colours | None:
    return Colours() if b"sRGB" in chunks else None


def _gamma(
    _: ImageFile.ImageFile, chunks: Mapping[bytes, bytes], __: Boxes
) -> Colours | str | None:
    """PNG 3rd edition, 11.3.2.1 and 11.3.2.2. Chromaticities need a gamma, as in browsers."""
    gamma, primaries = chunks.get(b"gAMA"), BT_709
    if len(chromaticities := chunks.get(b"cHRM", b"")) == 32:
        white, *rgb = ((x / 1e5, y / 1e5) for x, y in struct.iter_unpack(">2I", chromaticities))
        primaries = (*rgb, white)
    exponent = 2.2 if gamma is None else 100_000 / max(int.from_bytes(gamma, "big"), 1)
    if not _LEAST_EXPONENT <= exponent <= 1 / _LEAST_EXPONENT:
        return "its gAMA chunk is damaged"
    encoding = by_primaries(primaries, power(exponent), "the space of gAMA and cHRM")
    if encoding is None:
        return "its cHRM chunk holds no primaries"
    if is_srgb(encoding, about=True):
        return None if gamma is None else Colours()
    return "its cHRM chunk has no gAMA beside it" if gamma is None else _encoded(encoding)


_LEAST_EXPONENT = 0.1


def _exif(
    image: ImageFile.ImageFile, chunks: Mapping[bytes, bytes], _: Boxes
) -> Colours | str | None:
    """Exif 3.0, 4.6.6.2 (ColorSpace) and annex A (Interoperability); DCF 2.0, 3.3 (R03)."""
    if image.format == "PNG":  # Pillow decodes a PNG to find out
        exif = Image.Exif()
        exif.load(chunks.get(b"eXIf", b""))
    else:
        exif = image.getexif()
    space = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.ColorSpace)
    index = exif.get_ifd(ExifTags.IFD.Interop).get(ExifTags.Interop.InteropIndex, "")
    rule = (index.decode("latin-1") if isinstance(index, bytes) else str(index))[:3]
    if space in (None, 1) or image.mode == "CMYK":
        return None
    if space == _EXIF_ADOBE_RGB or (space == _EXIF_UNCALIBRATED and rule == "R03"):
        return _encoded(ADOBE_RGB)
    if rule == "R98":
        return Colours()
    return "EXIF says that its colours are not sRGB's, and no profile says which"


_EXIF_ADOBE_RGB, _EXIF_UNCALIBRATED = 2, 0xFFFF


def _encoded(
    encoding: Encoding, brightest_nits: float | None = None, notes: tuple[str, ...] = ()
) -> Colours:
    if encoding.hdr is not None:
        encoding = replace(encoding, hdr=encoding.hdr.with_peak(brightest_nits))
    if is_srgb(encoding):
        return Colours(notes=notes)
    return Colours(encoding=encoding, name=encoding.name, notes=notes)
