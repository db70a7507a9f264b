"""Executors of searches: one photo after the other, or several in threads that share a scorer."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Collection
from concurrent import futures
from pathlib import Path
from typing import Protocol, TypeAlias

from blackcamo.run.finding import FoundPhoto
from blackcamo.run.results import SearchResult

Search: TypeAlias = Callable[[FoundPhoto, Path], SearchResult]
Pending: TypeAlias = "futures.Future[SearchResult]"

_TICK_S = 0.2


def first_done(
    pending: Collection[Pending], tick: Callable[[], None] = lambda: None
) -> Collection[Pending]:
    """Wait until at least one is done; those that are.

    Args:
        tick: called five times a second meanwhile.
    """
    while True:
        # Where a wait without an end cannot be interrupted by Ctrl-C.
        done, _ = futures.wait(pending, _TICK_S, futures.FIRST_COMPLETED)
        if done:
            return done
        tick()


class Executor(Protocol):
    """An executor of searches, a number of photos at once."""

    @property
    def places(self) -> int:
        """How many photos it is given at once."""

    def submit(self, photo: FoundPhoto, first: Path) -> Pending:
        """Begin a photo; ``first`` is the one whose files it would replace, or itself."""

    def wait(self, pending: Collection[Pending]) -> Collection[Pending]:
        """Wait until at least one of them is done; those that are."""

    def close(self) -> None:
        """Give back what it holds; photos that are not done are given up."""


class Inline:
    """One photo after the other, in the calling thread."""

    places = 1

    def __init__(self, search: Search) -> None:
        self._search = search

    def submit(self, photo: FoundPhoto, first: Path) -> Pending:
        """Search a photo."""
        done: Pending = futures.Future()
        done.set_result(self._search(photo, first))
        return done

    def wait(self, pending: Collection[Pending]) -> Collection[Pending]:
        """All of them."""
        return pending

    def close(self) -> None:
        """Nothing is held."""


class Threads:
    """Several photos at once, each in a thread.

    The threads are no reason for the process to stay: whoever interrupts it twice does not wait.

    Args:
        count: how many photos.
    """

    def __init__(self, search: Search, count: int) -> None:
        self.places = count
        self._search = search
        self._todo: queue.SimpleQueue[tuple[Pending, FoundPhoto, Path] | None] = queue.SimpleQueue()
        for number in range(count):
            name = f"blackcamo-photo-{number}"
            threading.Thread(target=self._work, name=name, daemon=True).start()

    def submit(self, photo: FoundPhoto, first: Path) -> Pending:
        """Give a photo to the next thread that is free."""
        done: Pending = futures.Future()
        self._todo.put((done, photo, first))
        return done

    def wait(self, pending: Collection[Pending]) -> Collection[Pending]:
        """Those that are done, at least one."""
        return first_done(pending)

    def close(self) -> None:
        """Let the threads end after what they have."""
        for _ in range(self.places):
            self._todo.put(None)

    def _work(self) -> None:
        while (task := self._todo.get()) is not None:
            done, photo, first = task
            try:
                done.set_result(self._search(photo, first))
            except BaseException as error:  # noqa: BLE001 - raised where it is waited for
                done.set_exception(error)
