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

import sys
from pathlib import Path

from PIL import Image, ImageFilter, ImageOps

CUBE = {cube}


def read_look() -> ImageFilter.Color3DLUT:
    """The look, from the table beside this script."""
    size, table = 0, []
    for line in Path(__file__).with_name(CUBE).read_text(encoding="utf-8").splitlines():
        if line.startswith("LUT_3D_SIZE"):
            size = int(line.split()[1])
        elif line[:1].isdigit():
            table += map(float, line.split())
    return ImageFilter.Color3DLUT(size, table)


if __name__ == "__main__":
    photo = ImageOps.exif_transpose(Image.open(sys.argv[1])).convert("RGB")
    photo.filter(read_look()).save(sys.argv[2])
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
