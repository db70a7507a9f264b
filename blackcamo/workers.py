"""Processes that render candidates side by side.

Threads would not do: torch and OpenCV give Python's lock back for every short operation, so that
two threads that render wait for it half of the time, and eight are hardly faster.
"""

from __future__ import annotations

import functools
import os
import pickle
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool

import cloudpickle
import cv2
import loky

from blackcamo.devices import usable_cores
from blackcamo.rendering import Prepared, Renderer, Values
from blackcamo.strength import Shares

_MOST = 8
"""Each takes some 400 MB, at the size of a proxy (1024 pixels) 550 MB."""
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    # By default glibc gives the memory of every candidate back, and faults it in again for the
    # next: a twentieth to a quarter of the time on small photos.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(1 << 25),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 29),
}
_IDLE_S = 600
_WATCH_S = 1.0
_RENDERERS_KEPT = 2


class Workers:
    """A process per core, at most eight, shared by all searches of this process.

    They start when told to, or at the first use, which takes some seconds, and end with this
    process, or when they were not needed for ten minutes. What they make is what a renderer makes
    in this process, to the byte.
    """

    def __init__(self) -> None:
        self._count = min(usable_cores(), _MOST)
        self._pickled: tuple[Renderer, bytes] | None = None

    def start(self) -> Future[int]:
        """Let them start while something else is done; the first one ready gives its number."""
        return self._executor().submit(os.getpid)

    def stop(self) -> None:
        """End them, after what they are at."""
        self._executor().shutdown()

    def prepare(
        self, renderer: Renderer, params: Sequence[Values], shares: Sequence[Shares]
    ) -> list[Prepared]:
        """What ``renderer.prepare`` gives; candidates are shared out."""
        pickled = self._payload(renderer)
        if pickled is None:
            return renderer.prepare(params, shares=shares)
        try:
            executor = self._executor()
            tasks = [
                executor.submit(_prepare, pickled, values, probable)
                for values, probable in zip(params, shares, strict=True)
            ]
            return [task.result() for task in tasks]
        except BrokenProcessPool:
            # One was killed, as where memory is short. The next batch starts others.
            return renderer.prepare(params, shares=shares)

    def _executor(self) -> Executor:
        executor: Executor = loky.get_reusable_executor(
            max_workers=self._count,
            timeout=_IDLE_S,
            initializer=_begin,
            initargs=(os.getpid(),),
            env=_ENVIRONMENT,
        )
        return executor

    def _payload(self, renderer: Renderer) -> bytes | None:
        """The renderer pickled; None where a plug-in in it cannot be."""
        if self._pickled is None or self._pickled[0] is not renderer:
            try:
                self._pickled = renderer, cloudpickle.dumps(renderer)
            except Exception:  # noqa: BLE001 - a plug-in's own __reduce__ may raise anything
                return None
        return self._pickled[1]


def _begin(parent: int) -> None:
    """What every worker does first; by then what renders is imported."""
    # Ctrl-C reaches all processes of a terminal; the parent decides what comes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """A parent that was killed cannot tell."""
    while os.getppid() == parent:
        time.sleep(_WATCH_S)
    os._exit(0)


def _prepare(pickled: bytes, params: Values, shares: Shares) -> Prepared:
    return _renderer(pickled).prepare([params], shares=[shares])[0]


@functools.lru_cache(maxsize=_RENDERERS_KEPT)
def _renderer(pickled: bytes) -> Renderer:
    # It came from the process that started this one.
    renderer: Renderer = pickle.loads(pickled)  # noqa: S301
    return renderer
