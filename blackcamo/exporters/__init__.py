"""Presets in the formats of other programs: one format per file, found by entry point."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from blackcamo.errors import OutputError
from blackcamo.plugins import load
from blackcamo.preset import Preset
from blackcamo.types import Export, LookFilter
from blackcamo.wording import changes, describe

if TYPE_CHECKING:
    from blackcamo.filters.chain import Chain


class Exporter(Protocol):
    """The target of an export format's entry point."""

    def __call__(self, preset: Preset, folder: Path, stem: str) -> Export:
        """Write the preset to files named after ``stem`` by `images.write_bytes`."""


def export_preset(preset: Preset, *, format: str, folder: Path, stem: str) -> Export:  # noqa: A002
    """Write a preset in one format.

    Args:
        preset: what to export.
        format: name of the format, as in ``plugins.names("exporters")``.
        folder: where the files go; made if it is not there.
        stem: file name without extension.

    Raises:
        UnknownNameError: no format, or no filter of the preset, of that name.
        OptionError: a parameter of the preset is unknown or out of its range.
        PresetError: the installed filters bake another LUT than the preset's.
        OutputError: the folder or a file cannot be written.
    """
    exporter: Exporter = load("exporters", format)
    if Path(stem).name != stem or not stem.isprintable():
        raise OutputError(f"cannot write {stem!r}: a name without folders is needed")
    return exporter(preset, folder, stem)


def beyond_the_look(chain: Chain, preset: Preset) -> tuple[str, ...]:
    """Effects of a preset besides its look, in plain words: all that a LUT cannot carry.

    That is geometry, depth of field, detail, optics, grain and weave, and the frame around it.
    """
    full = chain.space.complete(preset.params)
    look = {p.name for f in chain.filters if isinstance(f, LookFilter) for p in f.params}
    shown = changes(chain.space, full)
    said = (describe(p, full[p.name]) for p in shown if p.name not in look)
    return (*said, *frame_around(preset))


def frame_around(preset: Preset) -> tuple[str, ...]:
    """The preset's finish in plain words, nothing where it has none."""
    return (f"frame {preset.finish}",) if preset.finish else ()
