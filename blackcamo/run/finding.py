"""Which photos are meant: files, folders of them, patterns."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from blackcamo.errors import PhotoError
from blackcamo.images import PICTURE_SUFFIXES, Source, made_here, sources_of
from blackcamo.types import PhotoLike


@dataclass(frozen=True, slots=True)
class FoundPhoto:
    """A photo, and the folder that it lies in below the one that was named.

    ``data`` are the bytes of one that came as pixels and is no file.
    """

    path: Path
    below: Path = Path()
    data: bytes | None = None

    @property
    def source(self) -> Source:
        """Where it comes from."""
        return Source(self.path, self.data)


def find_photos(photos: Sequence[str | Path]) -> list[Path]:
    """Pictures as named, folders replaced by the pictures in them, none of them twice.

    Hidden files of a folder and what blackcamo made are left out; an empty folder stays as it is,
    to be refused by name.

    Raises:
        PhotoError: a folder cannot be read.
    """
    return [found.path for found in find_below(photos)]


def find_below(photos: Sequence[str | Path], *, recursive: bool = False) -> list[FoundPhoto]:
    """The photos of :func:`find_photos`, also by patterns, with their folders below what was named.

    Args:
        photos: pictures, folders, and patterns of ``*``, ``?``, ``[...]`` and ``**`` for what is
            in them.
        recursive: look into the folders of folders, too, but for hidden ones.

    Raises:
        PhotoError: a folder cannot be read.
    """
    found: dict[Path, FoundPhoto] = {}
    for path in map(Path, photos):
        matches = _matches(path)
        for match, below in [(path, Path())] if matches is None else matches:
            inside = list(_inside(match, below, recursive=recursive)) if match.is_dir() else []
            if matches is not None and match.is_dir() and not inside:
                continue
            for one in inside or [FoundPhoto(match, below)]:
                found.setdefault(one.path, one)
    return list(found.values())


def find_sources(photos: PhotoLike | Sequence[PhotoLike]) -> list[Source]:
    """The sources of pictures: files as :func:`find_photos` finds them, and those in memory.

    Args:
        photos: one or several.

    Raises:
        PhotoError: a folder cannot be read, or a picture in memory is none.
        OptionError: something else.
    """
    found: dict[Path, Source] = {}
    for source in sources_of(photos):
        paths = find_photos([source.path]) if source.data is None else [source.path]
        for path in paths:
            found.setdefault(path, Source(path, source.data))
    return list(found.values())


def _matches(path: Path) -> list[tuple[Path, Path]] | None:
    """The matches of a pattern, and the folder above them; None where there are none.

    A file of that very name is no pattern.
    """
    if not glob.has_magic(str(path)) or os.path.lexists(path):
        return None
    base = Path(*_plain_parts(path))
    matched = [Path(name) for name in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207
    return [
        (match, (match if match.is_dir() else match.parent).relative_to(base))
        for match in matched
        if match.is_dir() or _is_photo(match)
    ] or None


def _plain_parts(path: Path) -> Iterator[str]:
    for part in path.parts[:-1]:
        if glob.has_magic(part):
            return
        yield part


def _inside(folder: Path, below: Path, *, recursive: bool) -> Iterator[FoundPhoto]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise PhotoError(f"{folder} cannot be read ({error.strerror})") from error
    for entry in entries:
        if recursive and entry.is_dir():
            # A link may lead back here.
            if not entry.name.startswith(".") and not entry.is_symlink():
                yield from _inside(entry, below / entry.name, recursive=True)
        elif _is_photo(entry):
            yield FoundPhoto(entry, below)


def _is_photo(path: Path) -> bool:
    return (
        path.suffix.lower() in PICTURE_SUFFIXES
        and not path.name.startswith(".")
        and not made_here(path)
    )
