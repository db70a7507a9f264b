"""Searches in processes of their own, to be raced and killed."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy

from blackcamo.errors import StudyError
from blackcamo.study.journal import DurableJournal
from tests.study.conftest import counts, evaluation_of, opened, params_of, proposals_of

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and signals")

REFUSED = 3
_LONGEST_S = 60


def search(storage: str, name: str, *, batches: int, n: int, seen: Path) -> None:
    """What a search does: go on where the study stands, and count what the scorer sees."""
    with opened(storage, name) as study:
        total = study.ledger.get("total", 0)
        for batch in range(len(study.batches()), batches):
            proposals = proposals_of(batch, n)
            numbers = study.begin(batch, proposals, params_of(proposals))
            total += n
            study.sending(counts(total))
            with seen.open("a") as scorer:
                scorer.write("x" * n)
            study.finish(numbers, [evaluation_of(p) for p in proposals], ledger=counts(total))


def start(work: Callable[[], None]) -> int:
    """Run in a forked process, whose number is returned; it is ended where it hangs."""
    pid = os.fork()
    if pid:
        return pid
    # A lock that another thread held at the fork is never let go here.
    signal.alarm(_LONGEST_S)
    status = 1
    try:
        work()
        status = 0
    except StudyError:
        status = REFUSED
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        # Nothing of the test run that was forked may go on here.
        os._exit(status)


def join(pid: int) -> int:
    """The exit status of a process, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def ended(work: Callable[[], None]) -> int:
    """The exit status of what runs in a process; one that hangs is killed, and run once more."""
    status = join(start(work))
    return join(start(work)) if status == -signal.SIGALRM else status


def die_at(operation: int) -> None:
    """Kill this process in the middle of the n-th write to a journal or statement to a database."""
    left = operation

    def count() -> bool:
        nonlocal left
        left -= 1
        return left == 0

    append = DurableJournal.append_logs

    def append_or_die(self: DurableJournal, logs: list[dict[str, object]]) -> None:
        if count():
            with self.hold():
                assert self._held is not None
                self._held.seek(0, os.SEEK_END)
                self._held.write(b'{"op_code":9,"worker_id":"torn')
                os.kill(os.getpid(), signal.SIGKILL)
        append(self, logs)

    DurableJournal.append_logs = append_or_die  # type: ignore[method-assign]

    @sqlalchemy.event.listens_for(sqlalchemy.Engine, "before_cursor_execute")
    def execute_or_die(*_: object) -> None:
        if count():
            os.kill(os.getpid(), signal.SIGKILL)
