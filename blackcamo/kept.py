"""A cache of the things asked for last, made once for all threads that ask."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """The things asked for last; threads that ask for the same one wait for the first of them.

    Args:
        most: how many are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[K, Future[V]] = OrderedDict()
        self._lock = threading.Lock()

    def all(self, keys: Sequence[K], make: Callable[[list[K]], Sequence[V]]) -> list[V]:
        """Those of the keys, in their order; the unknown ones are made, together and each once.

        What ``make`` raises is raised, and nothing of it kept.
        """
        found, mine = self._asked(keys)
        try:
            for future, made in zip(mine.values(), make(list(mine)) if mine else (), strict=True):
                future.set_result(made)
        except BaseException as error:
            self._forget(mine, error)
            raise
        return [future.result() for future in found]

    def _asked(self, keys: Sequence[K]) -> tuple[list[Future[V]], dict[K, Future[V]]]:
        """The futures of all keys, and of those that are to be made here."""
        with self._lock:
            mine: dict[K, Future[V]] = {key: Future() for key in keys if key not in self._known}
            self._known.update(mine)
            found = [self._known[key] for key in keys]
            for key in keys:
                self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return found, mine

    def _forget(self, mine: Mapping[K, Future[V]], error: BaseException) -> None:
        """Keep nothing of what could not be made, and say so to those who wait for it."""
        with self._lock:
            for key, future in mine.items():
                if self._known.get(key) is future:
                    del self._known[key]
        for future in mine.values():
            if not future.done():
                future.set_exception(error)
