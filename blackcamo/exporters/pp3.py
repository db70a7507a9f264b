"""The look as a RawTherapee processing profile: its film simulation, with the HaldCLUT.

Source: RawPedia, "Film Simulation" and "Sidecar Files - Processing Profiles".
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from blackcamo.exporters import hald
from blackcamo.images import write_bytes
from blackcamo.preset import Preset
from blackcamo.types import Export


def export(preset: Preset, folder: Path, stem: str) -> Export:
    """Write ``<stem>.pp3`` and the ``<stem>.hald.png`` that it names.

    RawTherapee looks for the HaldCLUT below its HaldCLUT folder, so no folder is named. The
    profile is a partial one: it changes nothing else.

    Raises:
        OptionError: a parameter is unknown or out of its range.
        PresetError: the installed filters bake another LUT than the preset's.
        OutputError: a file cannot be written.
    """
    table = hald.export(preset, folder, stem)
    # A key file knows these escapes; a name without folders has no other backslash to keep.
    name = table.files[0].name.replace("\\", "\\\\")
    if name.startswith(" "):
        name = "\\s" + name[1:]
    profile = (
        "[Version]\nAppVersion=5.9\nVersion=349\n\n"
        f"[Film Simulation]\nEnabled=true\nClutFilename={name}\nStrength=100\n"
    )
    path = folder / f"{stem}.pp3"
    write_bytes(path, profile.encode())
    return replace(table, files=(path, *table.files))
