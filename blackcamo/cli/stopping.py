"""Ctrl-C, SIGTERM and SIGHUP: once to end in good order, twice to end at once."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TypeAlias

from blackcamo import leftovers
from blackcamo.cli.output import INTERRUPTED, complain, silence

_Handler: TypeAlias = Callable[[int, FrameType | None], None]
SIGNALED = 128
"""Added by shells to a signal for the status of the process that it has ended."""
_HANG_UP = getattr(signal, "SIGHUP", None)
_ended_by: int = signal.SIGINT
"""The signal that has raised the latest KeyboardInterrupt: between there and here it is turned into
other exceptions."""


class Stop:
    """Whether a command is to end in good order, to be asked."""

    def __init__(self) -> None:
        self.status = INTERRUPTED
        self._asked_for = False

    def __call__(self) -> bool:
        """Whether Ctrl-C was pressed, or one of its like has come."""
        return self._asked_for

    def ask(self, number: int) -> None:
        """Ask for it; the second time the process ends at once."""
        if self._asked_for:
            end_at_once(number)
        self._asked_for, self.status = True, SIGNALED + number
        again = "Ctrl-C again" if number == signal.SIGINT else "a second signal"
        # What the signal came in between may be writing itself.
        with contextlib.suppress(RuntimeError):
            complain(f"ending after this batch, with what was found; {again} ends at once")


@contextlib.contextmanager
def stopping() -> Iterator[Stop]:
    """Let the first signal ask for an end in good order; the second raises KeyboardInterrupt."""
    stop = Stop()
    terminals = [descriptor for descriptor in (1, 2) if os.isatty(descriptor)]

    def ask(number: int, _: FrameType | None) -> None:
        if number == _HANG_UP:
            silence(*terminals)
        stop.ask(number)

    with _handled(ask, signal.SIGINT, signal.SIGTERM, _HANG_UP):
        yield stop


@contextlib.contextmanager
def ending_at_once() -> Iterator[Callable[[], int]]:
    """Let signals raise KeyboardInterrupt, and end what this process has started.

    It gives what says the exit status after that.
    """
    global _ended_by
    _ended_by = signal.SIGINT
    with _handled(end_at_once, signal.SIGINT, signal.SIGTERM, _HANG_UP):
        yield lambda: SIGNALED + _ended_by


def end_at_once(number: int, _: FrameType | None = None) -> None:
    """End what this process has started.

    Raises:
        KeyboardInterrupt: always.
    """
    global _ended_by
    _ended_by = number
    leftovers.end_programs()
    raise KeyboardInterrupt


@contextlib.contextmanager
def _handled(handler: _Handler, *numbers: int | None) -> Iterator[None]:
    """Handle signals, but for those that whoever started the process has it ignore (nohup)."""
    if threading.current_thread() is not threading.main_thread():
        # Signals are for the main thread; who calls from another one has ways of their own.
        yield
        return
    heard = [n for n in numbers if n is not None and signal.getsignal(n) != signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in heard}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
