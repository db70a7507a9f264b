"""Originals: the photos that results were made of, among those that a user names."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from blackcamo.errors import InputError, PhotoError
from blackcamo.images import Photo, load_photo
from blackcamo.images.files import read_bytes
from blackcamo.preset import Preset
from blackcamo.run.finding import find_photos
from blackcamo.types import PathLike


class Originals:
    """The photos among which originals are found: by name, else by what is in them."""

    def __init__(self, photos: PathLike | Sequence[PathLike]) -> None:
        photos = [photos] if isinstance(photos, PathLike) else photos
        for path in map(Path, photos):
            if not path.exists():
                raise InputError(f"{path} does not exist; name the folder of the originals")
        self._paths = [path for path in find_photos(photos) if path.is_file()]
        self.folders = {path.parent for path in self._paths}

    def of(self, preset: Preset) -> Photo:
        """The photo that a preset was found for.

        Raises:
            PhotoError: it is not there, has changed, or cannot be read.
            PresetError: the preset does not say which it is.
        """
        recorded: dict[str, Any] = preset.recorded("photo", dict)
        name, digest = (str(recorded.get(key)) for key in ("name", "sha256"))
        named = [path for path in self._paths if path.name == name]
        for path in named:
            if (photo := load_photo(path)).sha256 == digest:
                return photo
        if digest in self._by_digest:
            return load_photo(self._by_digest[digest])
        if named:
            raise PhotoError(f"{named[0]} has changed since; name the folder of the original")
        raise PhotoError(f"original {name} was not found; name its folder with --photos")

    @cached_property
    def _by_digest(self) -> Mapping[str, Path]:
        digests = {}
        for path in self._paths:
            try:
                digests[hashlib.sha256(read_bytes(path)).hexdigest()] = path
            except PhotoError:
                # What cannot be read is nobody's original.
                continue
        return digests
