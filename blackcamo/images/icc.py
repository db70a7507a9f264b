"""ICC profiles: any of them by LittleCMS in 8 bits, those of a matrix and curves in full."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from functools import cache
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageCms

from blackcamo.images.encodings import Curve, Encoding, Floats, by_matrix, power

Conversion: TypeAlias = Callable[[Image.Image], Image.Image]

PROFILE_SPACE = "the space of its profile"
"""How messages call it."""

UNUSABLE = (ImageCms.PyCMSError, OSError, ValueError)
"""Errors where a profile is damaged or does not fit its picture."""

_MODE_OF_SPACE = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}

# sRGB profiles of different makers differ by one level; the nearest that are something else
# (Rec. 709 curves, gamma 2.2) differ by 6 and more.
_SAME_LEVELS = 2
_MOST_TAGS = 200
_GRID = np.linspace(0, 1, 65536)


@cache
def srgb_profile() -> bytes:
    """An sRGB ICC profile whose bytes are the same on every day and platform.

    Source: ICC.1:2022, 7.2 (bytes 24-35 creation date, 40-43 platform, 84-99 profile ID, where
    zero means "none" for the latter two).
    """
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = np.array([2000, 1, 1, 0, 0, 0], ">u2").tobytes()
    profile[40:44] = bytes(4)
    profile[84:100] = bytes(16)
    return bytes(profile)


def conversion(profile: bytes, mode: str) -> Conversion | None:
    """The transform of a picture of mode L, RGB or CMYK to sRGB; None if it is sRGB by any name.

    Conversion is relative colorimetric with black point compensation: colours inside sRGB stay
    what they are, and shadows keep their detail where the source's black is lighter or darker
    (a printer's, most of all).

    Raises:
        UNUSABLE: the profile is damaged, or for other pictures.
    """
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    space = _MODE_OF_SPACE.get(source.profile.xcolor_space.strip())
    # Grey pictures are often saved with an RGB profile.
    as_mode = "RGB" if (mode, space) == ("L", "RGB") else mode
    if space != as_mode:
        raise ValueError(f"a profile for {space} in a picture of {mode}")
    transform = ImageCms.buildTransform(
        source,
        ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile())),
        as_mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    if as_mode != "CMYK" and _changes_nothing(transform, as_mode):
        return None
    return lambda picture: transform.apply(
        picture if picture.mode == as_mode else picture.convert(as_mode)
    )


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Whether a transform maps a lattice of colours and all greys to themselves."""
    grey = np.arange(256, dtype=np.uint8)
    probe = grey[None, :]
    if mode == "RGB":
        axis = grey[::15]
        lattice = np.stack(np.meshgrid(axis, axis, axis), -1).reshape(-1, 3)
        probe = np.concatenate([lattice, np.repeat(grey[:, None], 3, 1)])[None]
    image = Image.fromarray(np.ascontiguousarray(probe))
    before, after = (
        np.asarray(i, np.int16) for i in (image.convert("RGB"), transform.apply(image))
    )
    return int(np.abs(after - before).max()) <= _SAME_LEVELS


def matrix_encoding(profile: bytes) -> Encoding | None:
    """The encoding of an RGB profile of a matrix and one curve; None where it is of another kind.

    Source: ICC.1:2022, 8.3.3 (three-component matrix-based profiles).
    """
    tags = _tags(profile)
    if profile[16:24] != b"RGB XYZ " or tags.keys() & {b"A2B0", b"A2B1", b"D2B0", b"D2B1"}:
        return None
    columns = [tags.get(c + b"XYZ", b"") for c in (b"r", b"g", b"b")]
    curves = {tags.get(c + b"TRC", b"") for c in (b"r", b"g", b"b")}
    if not all(c[:4] == b"XYZ " and len(c) >= 20 for c in columns) or len(curves) != 1:
        return None
    curve = _curve(curves.pop())
    if curve is None:
        return None
    matrix = np.array([struct.unpack_from(">3i", c, 8) for c in columns]).T / 65536
    return by_matrix(matrix, curve, PROFILE_SPACE)


def code_points(profile: bytes) -> tuple[int, int] | None:
    """Primaries and curve as numbers, where a profile gives them for HDR.

    Source: ICC.1:2022, 9.2.17 and 10.3.
    """
    tag = _tags(profile).get(b"cicp", b"")
    return (tag[8], tag[9]) if tag[:4] == b"cicp" and len(tag) >= 12 else None


def _tags(profile: bytes) -> dict[bytes, bytes]:
    """Source: ICC.1:2022, 7.3."""
    found = {}
    if len(profile) >= 132:
        (count,) = struct.unpack_from(">I", profile, 128)
        for at in range(132, min(132 + 12 * min(count, _MOST_TAGS), len(profile) - 11), 12):
            name, start, size = struct.unpack_from(">4sII", profile, at)
            found[name] = profile[start : start + size]
    return found


def _curve(tag: bytes) -> Curve | None:
    """Source: ICC.1:2022, 10.6 (curveType) and 10.18 (parametricCurveType)."""
    if tag[:4] == b"curv" and len(tag) >= 12:
        return _sampled(tag)
    if tag[:4] == b"para" and len(tag) >= 12:
        kind = int.from_bytes(tag[8:10], "big")
        size = (1, 3, 4, 5, 7)[kind] if kind < 5 else 99
        if len(tag) < 12 + 4 * size:
            return None
        return _parametric(kind, [v / 65536 for v in struct.unpack_from(f">{size}i", tag, 12)])
    return None


def _sampled(tag: bytes) -> Curve | None:
    (count,) = struct.unpack_from(">I", tag, 8)
    if count == 0:
        return power(1.0)
    table = np.frombuffer(tag[12 : 12 + 2 * count], ">u2").astype(np.float64)
    if len(table) != count:
        return None
    if count == 1:
        return power(table[0] / 256) if table[0] else None
    codes = np.linspace(0, 1, count)
    return _invertible(lambda v: np.interp(v, codes, table / 65535))


def _parametric(kind: int, values: list[float]) -> Curve | None:
    if kind == 0:
        return power(values[0]) if values[0] > 0 else None
    g, a, b, c, d, e, f = (*values, *[0.0] * (7 - len(values)))
    if g <= 0 or a <= 0:
        return None
    if kind < 3:  # what is third is an offset, and the line below is flat
        c, d, e, f = 0.0, -b / a, c, c

    def decode(codes: Floats) -> Floats:
        return np.where(codes >= d, (a * codes + b).clip(0) ** g + e, c * codes + f)

    return _invertible(decode)


def _invertible(decode: Callable[[Floats], Floats]) -> Curve | None:
    light = decode(_GRID)
    if not np.isfinite(light).all() or (np.diff(light) < 0).any() or light[-1] <= light[0]:
        return None
    return Curve(decode, lambda v: np.interp(v, light, _GRID))
