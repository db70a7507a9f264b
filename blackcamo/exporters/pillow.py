"""The look as a Python script that needs nothing but Pillow.

Source: Pillow's documentation of ``ImageFilter.Color3DLUT``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from blackcamo.exporters import cube
from blackcamo.images import write_bytes
from blackcamo.preset import Preset
from blackcamo.types import Export

_SCRIPT = '''\
"""Gives a photo the look of a preset: call it with PHOTO and RESULT."""

import io
import sys
from pathlib import Path

from PIL import Image, ImageCms, ImageFilter, ImageOps

CUBE = {cube}
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def read_look() -> ImageFilter.Color3DLUT:
    """The look, from the table beside this script."""
    size, table = 0, []
    for line in Path(__file__).with_name(CUBE).read_bytes().splitlines():
        if line.startswith(b"LUT_3D_SIZE"):
            size = int(line.split()[1])
        elif line[:1].isdigit():
            table += map(float, line.split())
    return ImageFilter.Color3DLUT(size, table)


def read_photo(path: str) -> Image.Image:
    """A photo upright, in sRGB, and on white where it is transparent."""
    photo = ImageOps.exif_transpose(Image.open(path))
    profile = photo.info.get("icc_profile")
    opacity = photo.convert("RGBA").getchannel("A") if photo.has_transparency_data else None
    if photo.mode.startswith("I"):  # 16 bits of grey
        photo = photo.convert("I").point(lambda value: value * (1 / 257) + 0.5)
    grey, ink = photo.mode in ("1", "L", "LA", "I"), photo.mode == "CMYK"
    photo = photo.convert("L" if grey else "CMYK" if ink else "RGB")
    if profile is not None:
        photo = to_srgb(photo, ImageCms.ImageCmsProfile(io.BytesIO(profile)))
    photo = photo.convert("RGB")
    if opacity is not None:
        photo = Image.composite(photo, Image.new("RGB", photo.size, "white"), opacity)
    return photo


def to_srgb(photo: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    """Colours of another space, such as Adobe RGB or a press, as sRGB."""
    if photo.mode == "L" and source.profile.xcolor_space == "RGB ":
        photo = photo.convert("RGB")
    try:
        return ImageCms.profileToProfile(
            photo,
            source,
            SRGB,
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            "RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except ImageCms.PyCMSError:
        return photo  # a profile for something else


if __name__ == "__main__":
    graded = read_photo(sys.argv[1]).filter(read_look())
    graded.info.clear()
    graded.save(sys.argv[2], icc_profile=SRGB.tobytes())
'''


def export(preset: Preset, folder: Path, stem: str) -> Export:
    """Write ``<stem>.pillow.py`` and the ``<stem>.cube`` that it reads beside itself.

    Raises:
        OptionError: a parameter is unknown or out of its range.
        PresetError: the installed filters bake another LUT than the preset's.
        OutputError: a file cannot be written.
    """
    table = cube.export(preset, folder, stem)
    path = folder / f"{stem}.pillow.py"
    script = _SCRIPT.format(cube=ascii(table.files[0].name))
    write_bytes(path, script.encode())
    return replace(table, files=(path, *table.files))
