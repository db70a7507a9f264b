"""Names for what is written, so that nothing of the user's or of another search is replaced."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from blackcamo.errors import OutputError, PresetError
from blackcamo.images import BEST_EFFORT_SUFFIX, CAMOUFLAGE_SUFFIX, fitting_stem, write_bytes
from blackcamo.images.files import one_line, remove
from blackcamo.preset import Preset, read_preset

MADE_HERE = "by its name blackcamo made it of a photo; name that instead"
"""The note on a camouflage that is named as a photo."""
CAMOUFLAGE = f"{CAMOUFLAGE_SUFFIX}.jpg"
BEST_EFFORT = f"{BEST_EFFORT_SUFFIX}.jpg"
PRESET, COMPARE, CHOICES = ".preset.json", ".compare.png", ".choices.png"
TABLE, BEST_EFFORT_TABLE = ".cube", f"{BEST_EFFORT_SUFFIX}.cube"
_DELIVERED = (CAMOUFLAGE, BEST_EFFORT)
_TABLES = (TABLE, BEST_EFFORT_TABLE)
_OF_A_SEARCH = (*_DELIVERED, PRESET, COMPARE, CHOICES, *_TABLES)
_OF_A_STYLE = (CAMOUFLAGE, PRESET)


def numbered(stem: str) -> Iterator[str]:
    """A stem, and what stands for it where that is taken.

    >>> names = numbered("flower")
    >>> next(names), next(names), next(names)
    ('flower', 'flower-2', 'flower-3')
    """
    yield stem
    number = 2
    while True:
        yield f"{stem}-{number}"
        number += 1


def unclaimed(folder: Path, stem: str, ending: str, data: bytes) -> Path:
    """Where bytes go without replacing others: the first numbered name that is free or has them."""
    names = numbered(fitting_stem(stem, folder))
    return next(p for name in names if is_free_for(p := folder / f"{name}{ending}", data))


def is_free_for(path: Path, data: bytes) -> bool:
    """Whether writing there replaces nothing but the same bytes."""
    try:
        return not os.path.lexists(path) or path.read_bytes() == data
    except OSError:  # a folder, or not ours to read
        return False


def delivered_in(folder: Path, endings: tuple[str, ...]) -> list[Path]:
    """Files of a folder, at any depth, that end so and are not hidden; in order of their paths."""
    found = folder.rglob("*.jpg")
    return sorted(p for p in found if p.name.endswith(endings) and not p.name.startswith("."))


def write_set(files: Mapping[str, bytes], folder: Path, first: str, *, overwrite: bool) -> str:
    """Write files by their endings under the first stem that replaces nothing else; that stem.

    Args:
        files: ending -> content, in the order in which they are written.
        overwrite: replace what has the first stem.

    Raises:
        OutputError: a file cannot be written.
    """
    beside = {CAMOUFLAGE, BEST_EFFORT} - files.keys()
    for stem in numbered(first):
        free = all(is_free_for(folder / f"{stem}{e}", data) for e, data in files.items())
        # A camouflage and a best effort would share their preset.
        if overwrite or (free and not any((folder / f"{stem}{e}").exists() for e in beside)):
            break
    for ending, data in files.items():
        write_bytes(folder / f"{stem}{ending}", data)
    return stem


@dataclass(frozen=True, slots=True)
class Place:
    """Where a search's files go.

    Args:
        stem: what they are named after.
        kept: what lies under the photo's own name instead, None if it cannot be told.
        moved: the stem that another search's files have now, whose name these have; or None.
    """

    stem: str
    kept: Preset | None = None
    moved: str | None = None


class Names:
    """The names of one search's files in a folder: those of its photo, else numbered ones.

    A preset records its study, and the digest of the camouflage or the best effort beside it: files
    of which it says otherwise, or that have none, are somebody else's.

    Args:
        folder: where they go.
        stem: what they are named after.
        styles: those of which a camouflage may be written.
        study: the search that writes them.
        table: whether a table of colours is one of them.
    """

    def __init__(
        self, folder: Path, stem: str, styles: Sequence[str], study: str, *, table: bool = False
    ) -> None:
        self._folder = folder
        self._first = stem
        self._study = study
        main = [ending for ending in _OF_A_SEARCH if table or ending not in _TABLES]
        self._parts = [("", main), *((f".{style}", _OF_A_STYLE) for style in styles)]

    def find(self) -> str:
        """The stem of this search's files, where they lie or may lie."""
        one = re.compile(rf"{re.escape(self._first)}(-\d+)?")
        known = (stem for stem in self._stems(self._study) if one.fullmatch(stem))
        mine = [stem for stem in known if self._owner(stem) == self._study]
        if mine:
            return min(mine, key=lambda stem: (len(stem), stem))
        return self._free()

    def settle(self, better: Callable[[Preset], bool]) -> Place:
        """Where to write now; what is worse gives up the photo's own name.

        Args:
            better: whether what is to be written is better than what a preset records.

        Raises:
            OutputError: a file cannot be moved.
        """
        stem = self.find()
        if stem == self._first:
            return Place(stem)
        theirs = self._record(self._first) if self._owner(self._first) else None
        if theirs is None or not better(theirs):
            return Place(stem, kept=theirs)
        moved = stem if self._owner(stem) is None else self._free()
        self._move(self._first, moved, _study(theirs))
        if moved != stem:  # what an earlier run of this search left there
            self._move(stem, self._first, self._study)
        return Place(self._first, moved=moved)

    def file(self, stem: str) -> str:
        """The name of what lies under a stem, to be told: the delivered file if there is one."""
        names = (f"{stem}{part}{ending}" for part, endings in self._parts for ending in endings)
        return next((n for n in names if os.path.lexists(self._folder / n)), f"{stem}{CAMOUFLAGE}")

    def withdraw(self, stem: str, *, succeeded: bool) -> None:
        """Remove what is not so any more: a best effort of a success, or the other way round.

        Raises:
            OutputError: it cannot be removed.
        """
        if self._record(stem) is None:  # nobody's, or somebody's who has worked on it
            return
        outdated = (BEST_EFFORT, BEST_EFFORT_TABLE) if succeeded else (CAMOUFLAGE, TABLE)
        own = {ending for _, endings in self._parts for ending in endings}
        for ending in outdated:
            if ending in own:
                remove(self._folder / f"{stem}{ending}")

    def _free(self) -> str:
        return next(stem for stem in numbered(self._first) if self._owner(stem) is None)

    def _owner(self, stem: str) -> str | None:
        """The study whose files have this stem; "" if it is not one that tells, None if none do."""
        owners = set()
        for part, endings in self._parts:
            if any(os.path.lexists(self._folder / f"{stem}{part}{ending}") for ending in endings):
                record = self._record(f"{stem}{part}")
                owners.add("" if record is None else _study(record))
        if not owners:
            return None
        return owners.pop() if len(owners) == 1 else ""

    def _record(self, stem: str) -> Preset | None:
        """The preset of that stem, None without one, or if what lies beside it is another's."""
        try:
            preset = read_preset(self._folder / f"{stem}{PRESET}")
            recorded = preset.recorded("camouflage", dict).get("sha256")
        except PresetError:
            return None
        for ending in _DELIVERED:
            try:
                data = (self._folder / f"{stem}{ending}").read_bytes()
            except FileNotFoundError:
                continue
            except OSError:
                return None
            if hashlib.sha256(data).hexdigest() != recorded:
                return None
        return preset

    def _stems(self, study: str) -> list[str]:
        """The stems of a study's presets that begin as this photo's does."""
        names = sorted(path.name for path in self._folder.iterdir())
        stems = (name.removesuffix(PRESET) for name in names if name.endswith(PRESET))
        near = (stem for stem in stems if stem.startswith(self._first))
        records = ((stem, self._record(stem)) for stem in near)
        return [stem for stem, record in records if record and _study(record) == study]

    def _move(self, old: str, new: str, study: str) -> None:
        """Give a study's files another stem; none of them replaces another file.

        Raises:
            OutputError: a file cannot be moved.
        """
        stems = (s for s in self._stems(study) if s == old or s.startswith(f"{old}."))
        parts = [
            (stem.removeprefix(old), _OF_A_SEARCH if stem == old else _OF_A_STYLE) for stem in stems
        ]
        for part, endings in parts:
            for ending in endings:
                source, target = (self._folder / f"{s}{part}{ending}" for s in (old, new))
                try:
                    if os.path.lexists(source) and not os.path.lexists(target):
                        source.rename(target)
                except OSError as error:
                    raise OutputError(
                        f"cannot rename {one_line(source)} ({error.strerror}); choose another --out"
                    ) from error


def _study(preset: Preset) -> str:
    return str(preset.provenance.get("study", ""))


def preset_beside(path: Path) -> Path:
    """Where a search puts the preset of a camouflage, or of a best effort."""
    stem = path.stem.removesuffix(CAMOUFLAGE_SUFFIX).removesuffix(BEST_EFFORT_SUFFIX)
    return path.with_name(f"{stem}.preset.json")
