"""Colour profiles: any embedded ICC profile to sRGB, and the sRGB profile that goes out."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from PIL import Image, ImageCms

_MODE_OF_SPACE = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}

# sRGB profiles of different makers differ by one level; the nearest that are something else
# (Rec. 709 curves, gamma 2.2) differ by 6 and more.
_SAME_LEVELS = 2


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


def to_srgb(picture: Image.Image, profile: bytes | None) -> tuple[Image.Image, tuple[str, ...]]:
    """A picture of mode L, RGB or CMYK as sRGB, and notes on what the user may want to know.

    Conversion is relative colorimetric with black point compensation: colours inside sRGB stay
    what they are, and shadows keep their detail where the source's black is lighter or darker
    (a printer's, most of all). If ``profile`` is sRGB under any name, pixels do not change.
    """
    if profile is None:
        if picture.mode != "CMYK":
            return _plain(picture), ()
        return _plain(picture), ("CMYK without a colour profile: colours are approximate",)
    try:
        return _convert(picture, profile), ()
    except (ImageCms.PyCMSError, OSError, ValueError):
        plain = "approximate CMYK" if picture.mode == "CMYK" else "sRGB"
        return _plain(picture), (
            f"the colour profile is damaged or does not fit: taken as {plain}",
        )


def _convert(picture: Image.Image, profile: bytes) -> Image.Image:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    mode = _MODE_OF_SPACE.get(source.profile.xcolor_space.strip())
    if (picture.mode, mode) == ("L", "RGB"):  # grey pictures are often saved with an RGB profile
        picture = picture.convert("RGB")
    if mode is None or picture.mode != mode:
        raise ValueError(f"a profile for {mode} in a picture of {picture.mode}")
    transform = ImageCms.buildTransform(
        source,
        ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile())),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    if mode != "CMYK" and _changes_nothing(transform, mode):
        return _plain(picture)
    return transform.apply(picture)


def _plain(picture: Image.Image) -> Image.Image:
    """``picture`` as RGB without any profile; itself if it is that, since a copy may be large."""
    return picture if picture.mode == "RGB" else picture.convert("RGB")


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
