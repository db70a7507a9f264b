"""Ctrl-C during a search: the first ends it after the batch at hand, a second one at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from blackcamo.cli.output import complain


@contextmanager
def stop_gently() -> Iterator[Callable[[], bool]]:
    """Gives a function that says whether the user has asked to stop."""
    if threading.current_thread() is not threading.main_thread():
        # Only there do signals arrive.
        yield lambda: False
        return
    asked = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        complain("stopping after this batch; Ctrl-C again stops at once")

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)
