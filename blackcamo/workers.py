"""Threads that render candidates side by side.

What renders lets other threads go on while it computes, four fifths of its time, so that two
threads share little but the memory that processes would each have of their own.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from blackcamo.devices import opencv_in_one_thread, single_threads, usable_cores
from blackcamo.rendering import Anchor, Prepared, Renderer, Values

_MOST = 8
"""More would wait for each other: a fifth of the work is Python's own."""


class Workers:
    """A thread per core, at most eight, shared by all searches of this process.

    What they make is what a renderer makes alone, to the byte.

    Args:
        count: how many threads; None is as many as suit the machine.
    """

    def __init__(self, count: int | None = None) -> None:
        self._count = min(usable_cores(), _MOST) if count is None else count

    def start(self) -> None:
        """Make the threads, so that the first candidates need not wait for them."""
        _pool(self._count)

    def prepare(
        self,
        renderer: Renderer,
        params: Sequence[Values],
        anchors: Sequence[Anchor | None],
    ) -> list[Prepared]:
        """As ``renderer.prepare``, candidates being shared out."""
        pool = _pool(self._count)
        with opencv_in_one_thread():
            tasks = [
                pool.submit(renderer.prepare, [values], anchors=[anchor])
                for values, anchor in zip(params, anchors, strict=True)
            ]
            try:
                return [task.result()[0] for task in tasks]
            finally:
                # Whoever interrupts a search does not wait for the rest of a batch.
                for task in tasks:
                    task.cancel()


@cache
def _pool(count: int) -> ThreadPoolExecutor:
    return single_threads(count)


if hasattr(os, "register_at_fork"):
    # Threads do not come along.
    os.register_at_fork(after_in_child=_pool.cache_clear)
