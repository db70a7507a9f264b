"""Looks of other programs: one file format per file, all of them read into one kind of table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from blackcamo.errors import PresetError
from blackcamo.images.files import one_line
from blackcamo.looks import cube, hald
from blackcamo.looks.table import MAX_NODES, Look, readable

__all__ = ["MAX_NODES", "Look", "read_look"]

_READERS = {".cube": cube.read, ".png": hald.read, ".tif": hald.read, ".tiff": hald.read}
_MAX_BYTES = 128 << 20
"""A .cube file of 129 nodes per axis, the most that are in use, has about 60 MB."""


def read_look(path: Path) -> Look:
    """Read a look from a .cube file or a HaldCLUT (PNG or TIFF of 8 or 16 bits).

    Values are kept in 16 bits; those outside of [0, 1] are clipped, and tables of more than
    ``MAX_NODES`` nodes per axis resampled, both with a note that says what it cost.

    Raises:
        PresetError: the file cannot be read, is of another format, malformed, too large, or
            holds numbers that are no colours.
    """
    name = one_line(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise PresetError(f"{name} is no look that can be read; give a .cube file or a HaldCLUT")
    try:
        if not path.is_file():
            raise PresetError(f"{name} is not a file; check the path")
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: the path holds a null character
        reason = getattr(error, "strerror", None) or error
        raise PresetError(f"{name}: look cannot be read ({reason})") from error
    if len(data) > _MAX_BYTES:
        raise PresetError(f"{name} is larger than {_MAX_BYTES:,} bytes: no look is")
    table, notes = reader(data, name)
    try:
        look = Look.from_table(table, readable(path.stem))
    except PresetError as error:
        raise PresetError(f"{name}: {error}") from error
    said = (f"look {look.name!r}: {note}" for note in notes)
    return replace(look, notes=(*said, *look.notes))
