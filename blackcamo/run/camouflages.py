"""The camouflages that a report shows: found in folders, or by the photo they were made of."""

from __future__ import annotations

import contextlib
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blackcamo.errors import InputError, PresetError
from blackcamo.images import BEST_EFFORT_SUFFIX, CAMOUFLAGE_SUFFIX
from blackcamo.images.files import read_bytes
from blackcamo.preset import read_preset
from blackcamo.run.config import out_folder
from blackcamo.run.naming import BEST_EFFORT, CAMOUFLAGE, delivered_in, preset_beside

_DELIVERED = (CAMOUFLAGE_SUFFIX, BEST_EFFORT_SUFFIX)


@dataclass(frozen=True, slots=True)
class FoundCamouflage:
    """A camouflage, and what tells it from others of its name."""

    path: Path
    where: str


def find_camouflages(named: Sequence[Path]) -> list[FoundCamouflage]:
    """The camouflages of folders and photos, by name.

    Args:
        named: folders in which camouflages lie, at any depth; photos; or camouflages.

    Raises:
        InputError: a file or folder does not exist, or there are no camouflages.
        PhotoError: a photo cannot be read.
    """
    found: dict[Path, str] = {}
    for one in named:
        if one.is_file():
            for path in _camouflages(one):
                found.setdefault(path, f"in {path.parent.name}")
            continue
        if not one.is_dir():
            raise InputError(f"{one} does not exist; name a photo, or a folder of `search`")
        for path in delivered_in(one, (CAMOUFLAGE, BEST_EFFORT)):
            inside = path.parent.relative_to(one).as_posix()
            found.setdefault(path, f"in {one.resolve().name}/{inside}".removesuffix("/."))
    if not found:
        raise InputError(
            f"{', '.join(map(str, named))}: no {' or '.join(f'*{s}.jpg' for s in _DELIVERED)} in "
            "it; name a folder that `search` wrote to"
        )
    ordered = sorted(found, key=lambda path: (path.name, str(path)))
    times = Counter(path.name for path in ordered)
    return [FoundCamouflage(path, found[path] if times[path.name] > 1 else "") for path in ordered]


def _is_delivered(path: Path) -> bool:
    return path.stem.endswith(_DELIVERED) and not path.name.startswith(".")


def _camouflages(file: Path) -> list[Path]:
    """The camouflages of a photo; or the file itself, where that is one.

    Raises:
        InputError: there is nothing.
        PhotoError: it cannot be read.
    """
    if _is_delivered(file):
        return [file]
    digest = hashlib.sha256(read_bytes(file)).hexdigest()
    folder = out_folder(None, file.stem)
    made = []
    for path in sorted(folder.glob("*.jpg")) if folder.is_dir() else ():
        if not _is_delivered(path):
            continue
        with contextlib.suppress(PresetError):
            photo: dict[str, Any] = read_preset(preset_beside(path)).recorded("photo", dict)
            made += [path] if photo.get("sha256") == digest else []
    if not made:
        raise InputError(
            f"{file}: nothing in {folder} was made of it; search it first, or name the folder that "
            "`search` wrote to"
        )
    return made
