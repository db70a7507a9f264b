"""Files of lines that several processes append to, and that a kill leaves whole."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def try_lock(descriptor: int) -> bool:
        """Take the operating system's lock on an open file, unless somebody has it."""
        # Windows locks forbid reading, so a byte far behind the end is taken.
        os.lseek(descriptor, 2**40, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Take the operating system's lock on an open file, unless somebody has it."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def wait_until(succeeded: Callable[[], bool], timeout_s: float) -> bool:
    """Try again and again; whether it succeeded in time."""
    deadline = time.monotonic() + timeout_s
    pause_s = 0.0005
    while not succeeded():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.5, 0.02)
    return True


def mend(file: IO[bytes]) -> None:
    """Cut off the line that a killed process did not finish; readers never saw it as complete."""
    end = file.seek(0, os.SEEK_END)
    start = end
    tail = b""
    while start > 0 and b"\n" not in tail:
        start = max(start - 65536, 0)
        file.seek(start)
        tail = file.read(end - start)
    keep = start + tail.rfind(b"\n") + 1
    if keep < end:
        file.truncate(keep)


def append(file: IO[bytes], data: bytes) -> int:
    """Append to an unbuffered file, all of it or nothing; where it begins.

    Raises:
        OSError: it cannot be written.
    """
    end = file.seek(0, os.SEEK_END)
    left = memoryview(data)
    try:
        while left:
            left = left[file.write(left) :]
    except OSError:
        file.truncate(end)
        raise
    return end


@contextlib.contextmanager
def locked(path: Path, timeout_s: float) -> Iterator[IO[bytes]]:
    """A file to append to, made if it is missing, mended, and nobody else's until the end.

    What was written is on the disk then.

    Raises:
        OSError: it cannot be opened or written.
        TimeoutError: another process keeps it locked.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
    with open(descriptor, "r+b", buffering=0) as file:  # noqa: PTH123 - by its descriptor
        # Closing it gives the lock back.
        if not wait_until(lambda: try_lock(descriptor), timeout_s):
            raise TimeoutError
        mend(file)
        yield file
        os.fsync(descriptor)
