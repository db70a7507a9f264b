"""Pictures by name in a ZIP or TAR archive, or in the folder that it unpacks to."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from blackcamo.errors import InputError

_DAMAGE = (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Pictures:
    """Files by their names without folders, read one at a time."""

    path: Path
    names: Mapping[str, Callable[[], bytes]]

    def read(self, name: str) -> bytes:
        """The bytes of a file.

        Raises:
            InputError: the archive is damaged.
        """
        try:
            return self.names[name]()
        except _DAMAGE as error:
            raise _damaged(self.path) from error


@contextmanager
def open_pictures(path: Path) -> Iterator[Pictures]:
    """Open an archive, by its suffix, or a folder.

    Raises:
        InputError: it is damaged.
    """
    if path.is_dir():
        yield Pictures(path, {file.name: file.read_bytes for file in path.iterdir()})
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


def _zipped(archive: zipfile.ZipFile) -> dict[str, Callable[[], bytes]]:
    def reader(member: zipfile.ZipInfo) -> Callable[[], bytes]:
        return lambda: archive.read(member)

    return {PurePosixPath(m.filename).name: reader(m) for m in archive.infolist() if not m.is_dir()}


def _tarred(archive: tarfile.TarFile) -> dict[str, Callable[[], bytes]]:
    def reader(member: tarfile.TarInfo) -> Callable[[], bytes]:
        def read() -> bytes:
            file = archive.extractfile(member)
            if file is None:
                raise tarfile.TarError(f"{member.name} is no file")
            with file:
                return file.read()

        return read

    return {PurePosixPath(m.name).name: reader(m) for m in archive.getmembers() if m.isfile()}


def _damaged(path: Path) -> InputError:
    return InputError(f"{path} is damaged or cut short; download it again")
