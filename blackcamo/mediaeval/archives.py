"""Pictures by name in a ZIP or TAR archive, or in the folder that it unpacks to."""

from __future__ import annotations

import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from blackcamo.errors import InputError

MAX_MEMBER_BYTES = 256 << 20
"""No picture of an archive above 256 MiB is read, whatever size it is said to have."""

_DAMAGE = (
    *(OSError, EOFError, LookupError, RuntimeError, ValueError),
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error),
)


@dataclass(frozen=True, slots=True)
class Pictures:
    """Files by their names without folders, read one at a time."""

    path: Path
    names: Mapping[str, Callable[[], bytes]]

    def read(self, name: str) -> bytes:
        """The bytes of a file.

        Raises:
            InputError: the archive is damaged, or the file too large.
        """
        try:
            data = self.names[name]()
        except _DAMAGE as error:
            raise _damaged(self.path) from error
        if len(data) > MAX_MEMBER_BYTES:
            raise InputError(
                f"{self.path}: {name!r} has more than {MAX_MEMBER_BYTES:,} bytes, the most that "
                "is read; no picture of the task has"
            )
        return data


@contextmanager
def open_pictures(path: Path) -> Iterator[Pictures]:
    """Open an archive, by its suffix, or a folder.

    Raises:
        InputError: it is missing or damaged, or may not be read.
    """
    try:
        files = list(path.iterdir()) if path.is_dir() else None
        path.stat()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check the path") from error
    if files is not None:
        yield Pictures(path, {file.name: _reader(partial(_open, file)) for file in files})
        return
    try:
        archive = zipfile.ZipFile(path) if path.suffix == ".zip" else tarfile.open(path)  # noqa: SIM115
    except _DAMAGE as error:
        raise _damaged(path) from error
    with archive:
        try:
            names = _zipped(archive) if isinstance(archive, zipfile.ZipFile) else _tarred(archive)
        except _DAMAGE as error:
            raise _damaged(path) from error
        yield Pictures(path, names)


def _open(file: Path) -> IO[bytes]:
    return file.open("rb")


def _zipped(archive: zipfile.ZipFile) -> dict[str, Callable[[], bytes]]:
    members = (member for member in archive.infolist() if not member.is_dir())
    return {PurePosixPath(m.filename).name: _reader(partial(archive.open, m)) for m in members}


def _tarred(archive: tarfile.TarFile) -> dict[str, Callable[[], bytes]]:
    members = (member for member in archive.getmembers() if member.isfile())
    return {PurePosixPath(m.name).name: _reader(partial(archive.extractfile, m)) for m in members}


def _reader(open_it: Callable[[], IO[bytes] | None]) -> Callable[[], bytes]:
    """A reader of a file, of no more than tells that it is too large."""

    def read() -> bytes:
        file = open_it()
        if file is None:
            raise tarfile.TarError("no file")
        with file:
            return file.read(MAX_MEMBER_BYTES + 1)

    return read


def _damaged(path: Path) -> InputError:
    return InputError(f"{path} is damaged or cut short; download it again")
