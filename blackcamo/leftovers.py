"""Leftovers that must not outlive this process: programs it started, folders of private files.

A folder lies in the system's temporary one, for this user alone, and holds a file that is locked as
long as its process lives. A process that was killed cannot remove its folder; the next one does.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from blackcamo.appending import try_lock

_PREFIX = "blackcamo-"
_LOCK = ".blackcamo-lock"
_UNLOCKED_S = 3600.0
"""Age from which on a folder without a lock file was left behind before it got one."""

_programs: set[subprocess.Popen[str]] = set()
_own: dict[int, Path] = {}
"""Process -> its folder; a child that was forked has none of its own yet."""


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """A folder that this user alone can look into, gone with everything in it afterwards.

    Raises:
        OSError: it cannot be made.
    """
    with tempfile.TemporaryDirectory(dir=_folder()) as folder:
        yield Path(folder)


@contextlib.contextmanager
def program(words: Sequence[str], **settings: Any) -> Iterator[subprocess.Popen[str]]:
    """A program in a process group of its own, which ends, with its children, when this does.

    Args:
        words: the program and its arguments.
        settings: of :class:`subprocess.Popen`.

    Raises:
        OSError: it cannot be started.
    """
    # The user's Ctrl-C does not reach its group, so that a search may end in good order.
    with subprocess.Popen(  # noqa: S603 - no shell reads these words
        list(words), start_new_session=True, text=True, **settings
    ) as process:
        _programs.add(process)
        try:
            yield process
        finally:
            _programs.discard(process)
            _end(process)


def end_programs() -> None:
    """End every program that still runs, and its children."""
    for process in list(_programs):
        _end(process)


def sweep() -> None:
    """Remove the folders of processes that were killed."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        for entry in list(os.scandir(tempfile.gettempdir())):
            with contextlib.suppress(OSError):
                ours = entry.name.startswith(_PREFIX) and entry.is_dir(follow_symlinks=False)
                if ours and entry.stat(follow_symlinks=False).st_uid == os.getuid():
                    _sweep(Path(entry.path))


def _sweep(folder: Path) -> None:
    """Remove one folder if nobody holds its lock.

    Raises:
        OSError: it is gone meanwhile.
    """
    lock = folder / _LOCK
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        if time.time() - folder.lstat().st_mtime > _UNLOCKED_S:
            folder.rmdir()
        return
    try:
        if try_lock(descriptor):
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)


def _folder() -> Path:
    """This process's own folder, made when it is first needed."""
    folder = _own.get(os.getpid())
    if folder is None or not folder.is_dir():
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        # Under its name the lock file is held from the first moment.
        fresh = folder / f"{_LOCK}.new"
        descriptor = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        # Where a file system knows no locks, nobody can remove the folder by mistake either.
        with contextlib.suppress(OSError):
            try_lock(descriptor)
        fresh.rename(folder / _LOCK)
        _own[os.getpid()] = folder
    return folder


def _end(process: subprocess.Popen[str]) -> None:
    """End a program that still runs, and its children, which could hold its pipes open."""
    # Once it was waited for, its number may be another group's.
    if process.returncode is None:
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)


@atexit.register
def _leave() -> None:
    end_programs()
    folder = _own.pop(os.getpid(), None)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
