"""Ctrl-C: once to end in good order, twice to end at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from blackcamo.cli.output import complain


@contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed, to be asked; a second one raises KeyboardInterrupt."""
    pressed = threading.Event()

    def press(*_: object) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        complain("ending after this batch, with what was found; Ctrl-C again ends at once")

    if threading.current_thread() is not threading.main_thread():
        # Signals are for the main thread; who calls from another one has ways of their own.
        yield pressed.is_set
        return
    before = signal.signal(signal.SIGINT, press)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)
