"""The preset itself, as blackcamo reads it again."""

from __future__ import annotations

from pathlib import Path

from blackcamo.images import write_bytes
from blackcamo.preset import Preset
from blackcamo.types import Export


def export(preset: Preset, folder: Path, stem: str) -> Export:
    """Write ``<stem>.preset.json``; it carries everything.

    Raises:
        OutputError: the file cannot be written.
    """
    path = folder / f"{stem}.preset.json"
    write_bytes(path, preset.to_json().encode())
    return Export(files=(path,), left_out=(), max_error_levels=None)
