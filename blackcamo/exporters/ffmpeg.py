"""The look as a filter of ffmpeg, for videos and pictures.

Source: FFmpeg Filters Documentation, "lut3d"; FFmpeg Utilities Documentation, "Quoting and
escaping"; the same, "Notes on filtergraph escaping".
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from blackcamo.exporters import cube
from blackcamo.images import write_bytes
from blackcamo.preset import Preset
from blackcamo.types import Export


def export(preset: Preset, folder: Path, stem: str) -> Export:
    """Write ``<stem>.ffmpeg.txt``, what follows ``-vf``, and the ``<stem>.cube`` that it names.

    The name holds no folder: ffmpeg is to be started where the .cube file lies.

    Raises:
        OptionError: a parameter is unknown or out of its range.
        PresetError: the installed filters bake another LUT than the preset's.
        OutputError: a file cannot be written.
    """
    table = cube.export(preset, folder, stem)
    name = escaped(table.files[0].name)
    # lut3d truncates, which at 8 bits darkens by half a level, and reads YUV planes as if they
    # were colours: it is given 16 bits of RGB.
    text = f"format=gbrp16le,lut3d=file={name}:interp=trilinear,format=gbrp\n"
    path = folder / f"{stem}.ffmpeg.txt"
    write_bytes(path, text.encode())
    return replace(table, files=(path, *table.files))


def escaped(value: str) -> str:
    r"""An option's value in a filter graph: escaped for the option, then for the graph.

    >>> print(escaped("it's.cube"))
    it\\\'s.cube
    """
    option = re.sub(r"[\\':]|^\s|\s$", r"\\\g<0>", value)
    return re.sub(r"[\\'\[\],;]|^\s|\s$", r"\\\g<0>", option)
