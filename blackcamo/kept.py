"""What was made last, kept for those who ask for it again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
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
        with self._lock:
            missing = [key for key in dict.fromkeys(keys) if key not in self._known]
            mine: list[Future[V]] = [Future() for _ in missing]
            self._known.update(zip(missing, mine, strict=True))
            found = [self._known[key] for key in keys]
            for key in keys:
                self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        try:
            for future, made in zip(mine, make(missing) if missing else (), strict=True):
                future.set_result(made)
        except BaseException as error:
            with self._lock:
                for key, future in zip(missing, mine, strict=True):
                    if self._known.get(key) is future:
                        del self._known[key]
            for future in mine:
                if not future.done():
                    future.set_exception(error)
            raise
        return [future.result() for future in found]
