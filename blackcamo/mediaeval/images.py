"""Which files a folder of originals and a run's folder hold, and what belongs together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from blackcamo.errors import InputError, OptionError, PhotoError
from blackcamo.images import PICTURE_SUFFIXES, load_photo
from blackcamo.types import Pixels

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with what is being done, images done and images in all."""

TASK_SIZE = (512, 384)
"""Width and height in pixels of every image of the 2020 task."""

_RUN_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


class WrongSizeError(PhotoError):
    """A picture is not of the size that the task asks for."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """The files of a run's folder, by the originals' stems.

    ``files`` has the one picture of each original; ``missing`` are originals without any,
    ``ambiguous`` those with several, ``extra`` the names of files that belong to no original.
    """

    files: Mapping[str, Path]
    missing: tuple[str, ...]
    ambiguous: tuple[str, ...]
    extra: tuple[str, ...]


def check_run(name: str) -> str:
    """A run's code as the task has it: letters, digits, "-" and "_".

    Raises:
        OptionError: anything else in it, or nothing at all.
    """
    if not name or not set(name) <= _RUN_LETTERS:
        raise OptionError(f"run is {name!r}; its code must be of letters, digits, '-' and '_'")
    return name


def find_originals(folder: Path) -> dict[str, Path]:
    """The pictures of a folder by stem, in the order of their names.

    Raises:
        InputError: the folder cannot be read, has no picture, or two of one stem.
    """
    found: dict[str, Path] = {}
    for path in _files(folder):
        if path.suffix.lower() not in PICTURE_SUFFIXES:
            continue
        if path.stem in found:
            raise InputError(
                f"{folder} has two originals of one name, {found[path.stem].name} and {path.name}; "
                "keep one of them"
            )
        found[path.stem] = path
    if not found:
        raise InputError(f"{folder} has no pictures; name the folder of the originals")
    return found


def match(run: str, folder: Path, originals: Mapping[str, Path]) -> Submitted:
    """Assign a run's files: ``<stem>.*`` and ``<RUN>_<stem>.*`` belong to the original ``<stem>``.

    Raises:
        InputError: the folder cannot be read.
    """
    claims: dict[str, list[Path]] = {stem: [] for stem in originals}
    extra = []
    for path in _files(folder):
        stem = _claimed(path, run, claims.keys())
        if stem is None:
            extra.append(path.name)
        else:
            claims[stem].append(path)
    return Submitted(
        files={stem: paths[0] for stem, paths in claims.items() if len(paths) == 1},
        missing=tuple(stem for stem, paths in claims.items() if not paths),
        ambiguous=tuple(stem for stem, paths in claims.items() if len(paths) > 1),
        extra=tuple(extra),
    )


def _claimed(path: Path, run: str, stems: Collection[str]) -> str | None:
    """The original that a run's file is named after, None where it is no picture of one."""
    if path.suffix.lower() not in PICTURE_SUFFIXES:
        return None
    # A stem as such goes first: an original may itself be named as if it were of this run.
    named = (path.stem, path.stem.removeprefix(f"{run}_"))
    return next((stem for stem in named if stem in stems), None)


def load_sized(path: Path, size_px: tuple[int, int] | None) -> Pixels:
    """The pixels of a picture that has the given width and height; None allows any.

    Raises:
        PhotoError: it cannot be read; `WrongSizeError` where its size is another.
    """
    pixels = load_photo(path).pixels
    height, width = pixels.shape[:2]
    if size_px not in (None, (width, height)):
        raise WrongSizeError(f"{path} is {width}x{height} px; it must be {size_px[0]}x{size_px[1]}")
    return pixels


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
    except OSError as error:
        raise InputError(f"{folder} cannot be listed ({error.strerror}); name a folder") from error
