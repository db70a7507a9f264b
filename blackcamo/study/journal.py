"""A journal file that survives kills and full disks, and a lock that dies with its holder."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from optuna.storages.journal import JournalFileBackend

from blackcamo.appending import append, mend, try_lock, wait_until
from blackcamo.errors import StudyError
from blackcamo.study import lines

LOCK_TIMEOUT_S = 60.0
"""How long to wait for another process; holders keep the lock for milliseconds."""
FOREIGN_GRACE_S = 30.0
"""Age at which a lock file of another program counts as left behind, as in Optuna itself."""
_MARK = b"blackcamo\n"
_FIRST_BYTES = b'{"op_code":'


class JournalLock:
    """The operating system's lock on the journal, and ``FILE.lock`` for other programs.

    The first is released by the system when its holder dies, so a killed search never makes the
    next one wait. The second is what Optuna's own locks look at (optuna-dashboard writes to
    journals too); left behind by a killed search, it is removed by the next, which can tell
    because it holds the first.

    Args:
        path: the journal.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock_file = path.with_name(path.name + ".lock")
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Wait for the lock.

        Raises:
            StudyError: another process keeps it.
        """
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            self._wait(lambda: try_lock(descriptor))
            self._wait(self._create_lock_file)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor is None:
            raise RuntimeError("the journal's lock is not held")
        self._lock_file.unlink(missing_ok=True)
        os.close(self._descriptor)
        self._descriptor = None

    def _wait(self, succeeded: Callable[[], bool]) -> None:
        if not wait_until(succeeded, LOCK_TIMEOUT_S):
            raise StudyError(
                f"{self._path}: another process has kept the journal locked for "
                f"{LOCK_TIMEOUT_S:g} s; end it or use another --storage"
            )

    def _create_lock_file(self) -> bool:
        try:
            descriptor = os.open(self._lock_file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        except FileExistsError:
            self._remove_leftover()
            return False
        os.write(descriptor, _MARK)
        os.close(descriptor)
        return True

    def _remove_leftover(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            status = self._lock_file.lstat()
            # Nobody but the holder of the system's lock writes the mark, and that is us.
            ours = stat.S_ISREG(status.st_mode) and self._lock_file.read_bytes() == _MARK
            if ours or abs(time.time() - status.st_mtime) > FOREIGN_GRACE_S:
                self._lock_file.unlink()


class DurableJournal(JournalFileBackend):
    """Optuna's journal file, with held locks and without torn lines.

    Args:
        path: the journal; created if missing.

    Raises:
        StudyError: the file is something else.
        OSError: it cannot be read or created.
    """

    def __init__(self, path: Path) -> None:
        if path.exists():
            _check_journal(path)
        self._path = path
        self._file_lock = JournalLock(path)
        super().__init__(str(path))
        self._thread_lock = threading.RLock()
        self._held: IO[bytes] | None = None
        self._only: set[str] | None = None
        self._skipped: Beginning | None = None
        self._number, self._offset = 0, 0
        self._census = lines.Census()
        self._workers: dict[str, str] = {}

    def limit(self, names: Collection[str]) -> None:
        """Read the trials and records of these studies alone, and of those that are made here.

        To be called before anything is read; of other studies Optuna is told how many trials they
        have. Where none of these studies is there yet, what the journal holds is not read again if
        this process has done so before.
        """
        self._only = set(names)
        self._skipped = beginning_without(self._path, names)

    @contextlib.contextmanager
    def hold(self, *, durable: bool = True) -> Iterator[IO[bytes]]:
        """Keep the lock over several writes: nobody else writes between them, and one sync does.

        It gives the open file, which is to be left open.

        Args:
            durable: what was written is on the disk when the outermost hold ends. Without it, a
                power failure may take the journal's last lines; a killed process takes nothing.
        """
        with self._thread_lock:
            if self._held is not None:
                yield self._held
                return
            self._file_lock.acquire()
            try:
                with self._path.open("r+b", buffering=0) as file:
                    mend(file)
                    self._held = file
                    try:
                        yield file
                    finally:
                        self._held = None
                        if durable:
                            os.fsync(file.fileno())
            finally:
                self._file_lock.release()

    def read_logs(self, log_number_from: int) -> Iterator[lines.Log]:  # type: ignore[override]
        """The operations from that number on; what is not asked for is told in brief.

        Raises:
            StudyError: a line is damaged, or the file became shorter than it was.
        """
        if log_number_from != self._number:
            self._rewind()
        if self._number == 0 and self._skipped is not None:
            logs = list(self._skipped.census.logs())
            self._number, self._offset = len(logs), self._skipped.offset
            self._census = self._skipped.census.copy()
            yield from logs[log_number_from:]
        with self._path.open("rb") as file:
            if os.fstat(file.fileno()).st_size < self._offset:
                raise StudyError(
                    f"{self._path} has become shorter than it was, by another program; what it "
                    "held is lost. Restore it from a copy, or use another --storage"
                )
            file.seek(self._offset)
            for line in file:
                # What is being written at this moment, or was when its writer was killed.
                if not line.endswith(b"\n"):
                    return
                log = self._told(line)
                self._number += 1
                self._offset += len(line)
                if self._number > log_number_from:
                    ours = self._workers.get(log.get("worker_id", ""))
                    yield {**log, "worker_id": ours} if ours else log

    def _rewind(self) -> None:
        self._number = self._offset = 0
        self._census = lines.Census()

    def _told(self, line: bytes) -> lines.Log:
        try:
            operation = self._census.count(line)
            name = None if operation.study is None else self._census.names.get(operation.study)
            if self._only is None or name in self._only:
                return operation.log or lines.parse(line)
            if self._skipped is not None:
                return lines.stub_of_others(operation) or operation.log or lines.parse(line)
            if operation.code <= lines.STUDY_USER_ATTR:
                return operation.log or lines.parse(line)
            return lines.stub(operation)
        except lines.DamagedLine as error:
            raise StudyError(
                f"{self._path} is a damaged journal: line {self._number + 1}: {error}"
            ) from error

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Append operations, all of their lines or none."""
        self._workers.update({lines.short_worker(w): w for w in (log["worker_id"] for log in logs)})
        text = "".join(json.dumps(lines.compact(log), separators=(",", ":")) + "\n" for log in logs)
        if self._only is not None:
            self._only |= {log["study_name"] for log in logs if "study_name" in log}
        with self.hold() as file:
            append(file, text.encode())


@dataclass
class Beginning:
    """The part of a journal that this process has read, and what it made.

    ``mark`` are its last bytes, by which another file of that name is told.
    """

    offset: int = 0
    mark: bytes = b""
    census: lines.Census = field(default_factory=lines.Census)

    def fits(self, file: IO[bytes]) -> bool:
        """Whether a file still begins so."""
        file.seek(self.offset - len(self.mark))
        return file.read(len(self.mark)) == self.mark

    def go_on(self, file: IO[bytes]) -> None:
        """Read what was written since.

        Raises:
            DamagedLine: a line is no operation.
        """
        file.seek(self.offset)
        for line in file:
            if not line.endswith(b"\n"):
                return
            self.census.count(line)
            self.offset += len(line)
            self.mark = line[-_MARK_BYTES:]


_MARK_BYTES = 80
_beginnings: dict[str, Beginning] = {}
_reading = threading.Lock()


def beginning_without(path: Path, names: Collection[str]) -> Beginning | None:
    """The journal as it is now, if it holds no study of these names and no damaged line."""
    with _reading, path.open("rb") as file:
        known = _beginnings.setdefault(str(path.absolute()), Beginning())
        if not known.fits(file):
            known = _beginnings[str(path.absolute())] = Beginning()
        try:
            known.go_on(file)
        except lines.DamagedLine:
            del _beginnings[str(path.absolute())]
            return None
        if not known.census.studies or set(names) & set(known.census.names.values()):
            return None
        return Beginning(known.offset, known.mark, known.census.copy())


def _check_journal(path: Path) -> None:
    """Refuse files that are no journals before anything is written to them."""
    with path.open("rb") as file:
        head = file.read(len(_FIRST_BYTES))
    if not _FIRST_BYTES.startswith(head):
        hint = f"; for SQLite say sqlite:///{path}" if head.startswith(b"SQLite") else ""
        raise StudyError(f"{path} is not an Optuna journal{hint}")
