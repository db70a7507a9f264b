"""One writer per study: a lease that its holder renews and that others take when it dies."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from blackcamo.errors import StudyBusyError, StudyError

BEAT_S = 5.0
"""Time between two heartbeats; a journal grows by a line each."""
PATIENCE_S = 20.0
"""A holder elsewhere that has not renewed its lease for so long counts as dead."""

Record: TypeAlias = dict[str, Any]


class Register(Protocol):
    """A value that several processes share."""

    def read(self) -> Record | None:
        """The value now."""

    def swap(self, old: Record | None, new: Record) -> bool:
        """Set it to ``new`` if it is still ``old``; only one process at a time succeeds."""


class Lease:
    """The right to write, recorded in a register with a counter that the holder raises.

    No clocks are compared: a holder is alive as long as its counter is seen to rise, and one on
    the same machine as long as its process exists. So a clock that jumps changes nothing, and a
    search that was killed is continued at once.

    Args:
        register: where the holder is recorded.
        subject: what the lease is for, in messages.
        beat_s: seconds between two renewals.
        patience_s: seconds without a renewal after which the lease is taken over.
    """

    def __init__(
        self,
        register: Register,
        subject: str,
        *,
        beat_s: float = BEAT_S,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._register = register
        self._subject = subject
        self._beat_s = beat_s
        self._patience_s = patience_s
        self._mine: Record | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def acquire(self) -> None:
        """Become the holder; waits only for holders whose life cannot be seen from here.

        Raises:
            StudyBusyError: somebody else is.
        """
        while True:
            seen = self._register.read()
            if seen is not None and not _is_free(seen):
                self._outlive(seen)
            self._mine = {"owner": uuid.uuid4().hex, "beat": 0, **_whoami()}
            if self._register.swap(seen, self._mine):
                break
            self._mine = None
        self._stop.clear()
        self._thread = threading.Thread(target=self._renew, name="study-lease", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Make sure that the lease is still ours.

        Raises:
            StudyError: it is not held, or was taken over while this process stood still.
        """
        if self._mine is None:
            raise StudyError(f"{self._subject} is open for reading; open it to write first")
        seen = self._register.read()
        if seen is None or seen["owner"] != self._mine["owner"]:
            raise StudyError(
                f"{self._subject} was taken over by {_name(seen)} while this process stood still"
            )

    def release(self) -> None:
        """Stop renewing and let others in; does nothing if the lease is not held."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        mine, self._mine = self._mine, None
        if mine is not None:
            # Where the storage cannot be reached the lease runs out by itself.
            with contextlib.suppress(StudyError):
                self._register.swap(mine, {"owner": None})

    def _renew(self) -> None:
        while not self._stop.wait(self._beat_s):
            mine = self._mine
            if mine is None:
                return
            renewed = {**mine, "beat": mine["beat"] + 1}
            # A storage that cannot be reached now may be at the next beat; the search itself
            # reports it if not.
            with contextlib.suppress(StudyError):
                if not self._register.swap(mine, renewed):
                    return
                self._mine = renewed

    def _outlive(self, seen: Record) -> None:
        """Return when the holder is dead or gone.

        Raises:
            StudyBusyError: it is alive.
        """
        alive = _is_alive(seen)
        deadline = time.monotonic() + self._patience_s
        while alive is None and time.monotonic() < deadline:
            time.sleep(min(self._beat_s, self._patience_s) / 10)
            now = self._register.read()
            if now is None or _is_free(now):
                return
            if now != seen:
                alive, seen = True, now
        if alive:
            raise StudyBusyError(
                f"{self._subject} is being written by {_name(seen)}; wait for it or end it"
            )


def _is_free(seen: Record) -> bool:
    return seen["owner"] is None


def _name(seen: Record | None) -> str:
    if seen is None or "host" not in seen:
        return "another process"
    return f"process {seen['pid']} on {seen['host']}"


def _is_alive(seen: Record) -> bool | None:
    """Whether the holder's process exists; None if that cannot be told from here."""
    me = _whoami()
    if seen["machine"] is None or seen["machine"] != me["machine"]:
        return None
    started = _process_start(seen["pid"])
    # A number that was given to another process since then says nothing of the holder.
    return started is not None and started == seen["started"]


def _whoami() -> Record:
    return {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "machine": _machine(),
        "started": _process_start(os.getpid()),
    }


def _machine() -> str | None:
    """An identity of machine, boot and container; None where there is none."""
    if sys.platform != "linux":
        return None
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return None


def _process_start(pid: int) -> int | None:
    """When a process of this machine started, in ticks since boot; None if there is none."""
    try:
        # The name in parentheses may hold anything; the start is the 20th field after it.
        status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if status[0] in "ZX" else int(status[19])
