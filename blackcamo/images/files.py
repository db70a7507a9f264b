"""Files as bytes: read with clear refusals, written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
import sys
import tempfile
from pathlib import Path

from blackcamo.errors import OutputError, PhotoError

MAX_FILE_BYTES = 2**31
"""No file above 2 GiB is read: 200 megapixels of uncompressed 16-bit RGBA take 1.6 GB."""

CAMOUFLAGE_SUFFIX = ".camo"
"""Suffix of the stem of a photo in the name of its camouflage."""
BEST_EFFORT_SUFFIX = ".best-effort"
"""Suffix instead of it where the photo could not be camouflaged."""
PICTURE_SUFFIXES = frozenset(
    {".avif", ".gif", ".heic", ".heif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
)
"""Endings of the files of a folder that are taken for pictures, in lower case."""

_MADE_HERE = re.compile(
    r"\.(camo|best-effort|compare|choices|choose|report|styles|looks|hald|[\w-]+-layer)",
    re.IGNORECASE,
)
_NAME_BYTES = 255
"""The longest name on most file systems; those that encrypt names take fewer bytes."""
_ENDING_BYTES = 64
"""Bytes of that which are kept free for endings: ".bleach-bypass.preset.json" and the like."""

_REMEDIES = {
    errno.EACCES: "choose a folder that you may write to",
    errno.EPERM: "choose a folder that you may write to",
    errno.EROFS: "choose a folder that you may write to",
    errno.ENOSPC: "free some space or choose another folder",
    errno.EDQUOT: "free some space or choose another folder",
    errno.EFBIG: "raise the limit on file sizes or choose another folder",
}


def one_line(path: Path) -> str:
    """The path as it stands in a message: quoted if it holds anything unprintable.

    >>> one_line(Path("a b.jpg")), one_line(Path("a\\nb.jpg"))
    ('a b.jpg', "'a\\\\nb.jpg'")
    """
    return text if (text := str(path)).isprintable() else repr(text)


def read_bytes(path: Path) -> bytes:
    """The bytes of a photo's file.

    Raises:
        PhotoError: it is missing, a folder or a device, empty, too big or may not be read.
    """
    name = one_line(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise PhotoError(f"{name} is a folder; name the photos in it")
        if not stat.S_ISREG(status.st_mode):
            raise PhotoError(f"{name} is not a regular file; save the photo to one first")
        if status.st_size > MAX_FILE_BYTES:
            raise PhotoError(
                f"{name} has {status.st_size:,} bytes; at most {MAX_FILE_BYTES:,} are read: "
                "save the photo in a compressed format"
            )
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise PhotoError(f"{name} does not exist; check the path") from error
    except PermissionError as error:
        raise PhotoError(f"{name} may not be read; check its permissions") from error
    except (OSError, ValueError) as error:  # ValueError: the path holds a null character
        reason = getattr(error, "strerror", None) or error
        raise PhotoError(f"{name} cannot be read ({reason}); check the path") from error
    if not data:
        raise PhotoError(f"{name} is empty; copy it again from its source")
    return data


def made_here(path: Path) -> bool:
    """Whether a picture's name is one that blackcamo gives to what it makes of photos.

    >>> made_here(Path("a/img.noir.camo.jpg")), made_here(Path("my.camouflage.jpg"))
    (True, False)
    """
    return _MADE_HERE.fullmatch(Path(path.stem).suffix) is not None


def fitting_stem(stem: str, folder: Path) -> str:
    """A stem, cut at a letter where names made of it would be too long for the folder.

    >>> len(fitting_stem("x" * 250, Path())) <= 191
    True
    """
    return cut(stem, max(_longest_name(folder) - _ENDING_BYTES, _ENDING_BYTES))


def cut(name: str, most_bytes: int) -> str:
    """A name without the letters that are beyond so many bytes.

    >>> cut("d\u00e9j\u00e0", 5)
    'd\u00e9j'
    """
    while len(os.fsencode(name)) > most_bytes:
        name = name[:-1]
    return name


def _longest_name(folder: Path) -> int:
    """Bytes that a file's name may have in a folder, which need not be there yet."""
    if sys.platform != "win32":
        for place in (folder.absolute(), *folder.absolute().parents):
            with contextlib.suppress(OSError, ValueError):
                return os.pathconf(place, "PC_NAME_MAX")
    return _NAME_BYTES


def prepare_folder(folder: Path) -> None:
    """Make a folder that files can be written to, if it is not there.

    Raises:
        OutputError: it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, ValueError) as error:
        raise _refusal(folder, error) from error


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file whole or not at all; missing parent folders are made.

    The bytes go to a temporary file in the same folder, which then takes the name, so that
    whoever opens ``path`` sees the old file or the new one, never a part. A symbolic link is
    followed. Permissions are those that the umask gives a new file.

    Raises:
        OutputError: the folder cannot be made or written to, the disk is full, or ``path`` is a
            folder or a device.
    """
    name = one_line(Path(path))
    try:
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file():
            raise OutputError(f"cannot write {name}: it is not a regular file; choose another name")
        target.parent.mkdir(parents=True, exist_ok=True)
        # Not named after the target: its name may already be as long as the file system allows.
        temporary = target.with_name(f".{secrets.token_hex(8)}.tmp")
        try:
            with temporary.open("xb") as stream:
                stream.write(data)
                stream.flush()
                # Without this a power cut can leave the new name with an empty file.
                os.fsync(stream.fileno())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise _refusal(Path(path), error) from error


def remove(path: Path) -> None:
    """Remove a file of ours, if it is there.

    Raises:
        OutputError: the folder may not be written to, or the file is in use.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _refusal(path, error) from error


def _refusal(path: Path, error: OSError | ValueError) -> OutputError:
    reason = getattr(error, "strerror", None) or error
    remedy = _REMEDIES.get(getattr(error, "errno", None) or 0, "choose another path")
    return OutputError(f"cannot write {one_line(path)}: {reason}; {remedy}")
