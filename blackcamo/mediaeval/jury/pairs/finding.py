"""Pairs to be judged: those of a CSV file, or camouflages with the originals of their presets."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blackcamo.errors import InputError
from blackcamo.images import BEST_EFFORT_SUFFIX, CAMOUFLAGE_SUFFIX, PICTURE_SUFFIXES
from blackcamo.images.files import read_bytes
from blackcamo.mediaeval.jury.pairs.tables import read_rows
from blackcamo.mediaeval.submission import PRESET_SUFFIX
from blackcamo.preset import Preset, read_preset

_ENDINGS = (f"{CAMOUFLAGE_SUFFIX}.jpg", f"{BEST_EFFORT_SUFFIX}.jpg")
_UNNAMED = "edit"


@dataclass(frozen=True, slots=True)
class Pair:
    """An original and an edit of it; ``edit`` names what was done, for the tally."""

    original: Path
    edited: Path
    edit: str


def find_pairs(source: Path, *, photos: Sequence[Path] = ()) -> list[Pair]:
    """The pairs of a CSV file, or of a folder that searches wrote to.

    Args:
        source: a CSV file with the columns original, edited and, if wanted, edit, whose paths
            are relative to its folder; or a folder with ``<stem>.camo.jpg`` (or
            ``.best-effort.jpg``) and ``<stem>.preset.json`` at any depth.
        photos: for a folder: where the originals lie, files or folders.

    Raises:
        InputError: there are no pairs, one is given twice, or a file is missing.
        PhotoError, PresetError: a file of a camouflage cannot be read.
    """
    pairs = _of_folder(source, photos) if source.is_dir() else _of_table(source)
    if not pairs:
        raise InputError(f"{source} has no pairs; see `blackcamo jury make --help`")
    return pairs


def photo_names(originals: Iterable[Path]) -> dict[Path, str]:
    """A name for each original that says nothing of the folders above them all.

    >>> list(photo_names([Path("/a/b/x.jpg"), Path("/a/c/x.png"), Path("/a/c/x.jpg")]).values())
    ['b/x.jpg', 'c/x.jpg', 'c/x-2.jpg']
    """
    paths = {path: path.resolve() for path in originals}
    common = Path(os.path.commonpath([path.parent for path in paths.values()]))
    names: dict[Path, str] = {}
    by_file: dict[Path, str] = {}
    for path, resolved in paths.items():
        if resolved not in by_file:
            stem, taken = resolved.relative_to(common).with_suffix("").as_posix(), by_file.values()
            numbered = (f"{stem}{f'-{n}' if n > 1 else ''}.jpg" for n in range(1, len(paths) + 1))
            by_file[resolved] = next(name for name in numbered if name not in taken)
        names[path] = by_file[resolved]
    return names


def _of_table(path: Path) -> list[Pair]:
    pairs: list[Pair] = []
    for where, row in read_rows(path, ("original", "edited")):
        for column in ("original", "edited"):
            if not row[column]:
                raise InputError(f"{where}: {column} is empty; name a picture")
            if not (path.parent / row[column]).is_file():
                raise InputError(f"{where}: {column} is {row[column]!r}, which does not exist")
        original, edited = (path.parent / row[column] for column in ("original", "edited"))
        if original.resolve() == edited.resolve():
            raise InputError(
                f"{where}: edited is {row['edited']!r}, the original; controls come by --controls"
            )
        if any(edited.resolve() == pair.edited.resolve() for pair in pairs):
            raise InputError(f"{where}: edited is {row['edited']!r}, which is given twice")
        pairs.append(Pair(original, edited, row.get("edit") or _UNNAMED))
    return pairs


def _of_folder(folder: Path, photos: Sequence[Path]) -> list[Pair]:
    originals = _Originals(photos)
    pairs = []
    for beside in sorted(folder.rglob(f"*{PRESET_SUFFIX}")):
        stem = beside.name.removesuffix(PRESET_SUFFIX)
        delivered = [p for end in _ENDINGS if (p := beside.with_name(stem + end)).is_file()]
        if beside.name.startswith(".") or not delivered:
            continue
        camouflage = delivered[0]
        preset = read_preset(beside)
        if preset.recorded("camouflage", dict).get("sha256") != _digest(camouflage):
            raise InputError(f"{camouflage} is not the file that its preset records; search again")
        pairs.append(Pair(originals.of(preset), camouflage, preset.style or _UNNAMED))
    return pairs


class _Originals:
    """The photos among which originals are found: of their name first, then of any."""

    def __init__(self, photos: Sequence[Path]) -> None:
        self._paths: list[Path] = []
        self._digests: dict[Path, str] = {}
        for path in photos:
            if not path.exists():
                raise InputError(f"{path} does not exist; name the folder of the originals")
            inside = sorted(path.iterdir()) if path.is_dir() else [path]
            suited = (p for p in inside if p.suffix.lower() in PICTURE_SUFFIXES and p.is_file())
            self._paths += suited

    def of(self, preset: Preset) -> Path:
        recorded: dict[str, Any] = preset.recorded("photo", dict)
        name, digest = recorded.get("name"), recorded.get("sha256")
        for path in sorted(self._paths, key=lambda p: p.name != name):
            if path not in self._digests:
                self._digests[path] = _digest(path)
            if self._digests[path] == digest:
                return path
        raise InputError(f"original {name} was not found; name its folder with --photos")


def _digest(path: Path) -> str:
    return hashlib.sha256(read_bytes(path)).hexdigest()
