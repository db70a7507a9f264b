"""The look as a command of ImageMagick, in a script for the shell.

Source: ImageMagick's pages on the command-line options ``-hald-clut``, ``-profile``, ``-evaluate``
and on "Command-line Processing" (``-`` and ``fd:3`` for files that are open already).
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import blackcamo
from blackcamo.exporters import hald
from blackcamo.images import write_bytes
from blackcamo.images.icc import srgb_profile
from blackcamo.preset import Preset
from blackcamo.types import Export

_BYTES_A_LINE = 24


def export(preset: Preset, folder: Path, stem: str) -> Export:
    """Write ``<stem>.imagemagick.sh`` and the ``<stem>.hald.png`` that it reads beside itself.

    Raises:
        OptionError: a parameter is unknown or out of its range.
        PresetError: the installed filters bake another LUT than the preset's.
        OutputError: a file cannot be written.
    """
    table = hald.export(preset, folder, stem)
    path = folder / f"{stem}.imagemagick.sh"
    # Every file is opened by the shell: in names ImageMagick takes "%d", "[1]", ":", a leading "-"
    # or "@" and more for something else.
    # CMYK of no profile is only given one by -profile, so -colorspace follows.
    # -hald-clut switches on an alpha channel.
    # ImageMagick 6 cuts 16 bits to 8 where it writes PNG, which darkens by half a level, and
    # rounds where it writes JPEG: division and multiplication round to 256 levels before either.
    script = f"""\
#!/bin/sh
# blackcamo {blackcamo.__version__}: {preset.recipe or "no recipe"}
# Left out: {", ".join(table.left_out) or "nothing"}
# MAGICK names another ImageMagick than the first one found.
set -eu
if [ $# -ne 2 ]; then
    echo {shlex.quote(f"usage: sh {path.name} PHOTO RESULT, named .jpg, .png or the like")} >&2
    exit 2
fi
magick=${{MAGICK:-$(command -v magick || command -v convert)}}
case $0 in */*) here=${{0%/*}} ;; *) here=. ;; esac
case $2 in /*) folder=${{2%/*}} ;; */*) folder=./${{2%/*}} ;; *) folder=. ;; esac
name=${{2##*/}}
format=$(printf '%s' "${{name##*.}}" | tr '[:upper:]' '[:lower:]')

part=$(mktemp -d "$folder/.part.XXXXXX")
trap 'rm -rf "$part"' EXIT
{{
{_printed(srgb_profile())}
}} >"$part/srgb.icc"

"$magick" '-[0]' -auto-orient \\
    -intent relative -black-point-compensation -profile icc:fd:4 -colorspace sRGB \\
    -background white -alpha remove -alpha off png:fd:3 -hald-clut -alpha off \\
    -evaluate divide 257 -evaluate multiply 257 "$format:-" \\
    <"$1" 3<"$here/"{shlex.quote(table.files[0].name)} 4<"$part/srgb.icc" >"$part/result"
mv -f "$part/result" "$folder/$name"
"""
    write_bytes(path, script.encode())
    return replace(table, files=(path, *table.files))


def _printed(data: bytes) -> str:
    """Bytes as lines of the shell's ``printf``."""
    codes = [f"\\{byte:03o}" for byte in data]
    lines = (codes[i : i + _BYTES_A_LINE] for i in range(0, len(codes), _BYTES_A_LINE))
    return "\n".join(f"printf '{''.join(line)}'" for line in lines)
