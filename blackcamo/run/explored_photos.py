"""The photos of an exploration, none of them twice, each with a name for tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from blackcamo.errors import BlackcamoError, OptionError
from blackcamo.images import load_photo
from blackcamo.run.finding import find_photos


@dataclass(frozen=True, slots=True)
class ExploredPhoto:
    """A photo's file, the digest of its bytes, and its name in the table."""

    path: Path
    sha256: str
    name: str


def explored_photos(
    photos: Sequence[str | Path],
) -> tuple[list[ExploredPhoto], dict[Path, str]]:
    """The photos that can be read, and why others cannot.

    Raises:
        OptionError: none can be read.
    """
    found: dict[str, Path] = {}
    failures: dict[Path, str] = {}
    for path in find_photos(photos):
        try:
            found.setdefault(load_photo(path).sha256, path)
        except BlackcamoError as error:
            failures[path] = str(error)
    if not found:
        why = next(iter(failures.values()), "none is named")
        raise OptionError(f"no photo can be explored: {why}")
    stems = [path.stem for path in found.values()]
    named = [
        ExploredPhoto(
            path, sha256, path.stem if stems.count(path.stem) == 1 else _named(path, sha256)
        )
        for sha256, path in found.items()
    ]
    return named, failures


def _named(path: Path, sha256: str) -> str:
    """A name for one of several photos whose files have the same."""
    return f"{path.stem}-{sha256[:8]}"
