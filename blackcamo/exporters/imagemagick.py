"""The look as a command of ImageMagick, in a script for the shell.

Source: ImageMagick's pages on the command-line options ``-hald-clut``, ``-evaluate``.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import blackcamo
from blackcamo.exporters import hald
from blackcamo.images import write_bytes
from blackcamo.preset import Preset
from blackcamo.types import Export


def export(preset: Preset, folder: Path, stem: str) -> Export:
    """Write ``<stem>.imagemagick.sh`` and the ``<stem>.hald.png`` that it reads beside itself.

    Raises:
        OptionError: a parameter is unknown or out of its range.
        PresetError: the installed filters bake another LUT than the preset's.
        OutputError: a file cannot be written.
    """
    table = hald.export(preset, folder, stem)
    path = folder / f"{stem}.imagemagick.sh"
    # ImageMagick 6 cuts 16 bits to 8 where it writes PNG, which darkens by half a level, and
    # rounds where it writes JPEG: division and multiplication round to 256 levels before either.
    # -hald-clut switches on an alpha channel. The HaldCLUT comes from standard input because
    # names like "a [b] 50%.png" mean something else to ImageMagick.
    script = f"""\
#!/bin/sh
# blackcamo {blackcamo.__version__}: {preset.recipe or "no recipe"}
# Left out: {", ".join(table.left_out) or "nothing"}
# Usage: sh {shlex.quote(path.name)} photo.jpg result.jpg
# MAGICK names another ImageMagick than the first one found.
set -eu
magick=${{MAGICK:-$(command -v magick || command -v convert)}}
hald=$(dirname "$0")/{shlex.quote(table.files[0].name)}
"$magick" "$1" -auto-orient -background white -alpha remove png:- -hald-clut -alpha off \\
    -evaluate divide 257 -evaluate multiply 257 "$2" <"$hald"
"""
    write_bytes(path, script.encode())
    return replace(table, files=(path, *table.files))
