"""Processes that render candidates side by side.

Threads would not do: torch and OpenCV give Python's lock back for every short operation, so that
two threads that render wait for it half of the time, and eight are hardly faster.
"""

from __future__ import annotations

import itertools
import os
import pickle
import signal
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool

import cloudpickle
import cv2
import loky
from loky.backend import resource_tracker

from blackcamo.devices import usable_cores
from blackcamo.rendering import Anchor, Prepared, Renderer, Values

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
_numbers = itertools.count()
"""Of the renderers that this process sends."""


class Workers:
    """A process per core, at most eight, shared by all searches of this process.

    They start when told to, or at the first use, which takes some seconds, and end with this
    process, or when they were not needed for ten minutes. What they make is what a renderer makes
    in this process, to the byte.
    """

    def __init__(self) -> None:
        _start_tracker()
        self._count = min(usable_cores(), _MOST)
        self._sent: tuple[Renderer, int, bytes] | None = None

    def start(self) -> Future[int]:
        """Let them start while something else is done; the first one ready gives its number."""
        return self._executor().submit(os.getpid)

    def stop(self) -> None:
        """End them, after what they are at."""
        self._executor().shutdown()

    def prepare(
        self,
        renderer: Renderer,
        params: Sequence[Values],
        anchors: Sequence[Anchor | None],
        floor: float,
    ) -> list[Prepared]:
        """What ``renderer.prepare`` gives; candidates are shared out."""
        try:
            number, pickled = self._numbered(renderer)
        except Exception:  # noqa: BLE001 - a plug-in's own __reduce__ may raise anything
            return renderer.prepare(params, anchors=anchors, floor=floor)
        try:
            executor = self._executor()

            def rendered(indices: Iterable[int], sent: bytes | None) -> dict[int, Prepared | None]:
                tasks = {
                    i: executor.submit(_prepare, number, sent, params[i], anchors[i], floor)
                    for i in indices
                }
                return {i: task.result() for i, task in tasks.items()}

            # It is as large as its photo, and goes only to those who say that they need it.
            made = rendered(range(len(params)), None)
            made |= rendered([i for i, one in made.items() if one is None], pickled)
            return [one for i in range(len(params)) if (one := made[i]) is not None]
        except BrokenProcessPool:
            # One was killed, as where memory is short. The next batch starts others.
            return renderer.prepare(params, anchors=anchors, floor=floor)

    def _executor(self) -> Executor:
        executor: Executor = loky.get_reusable_executor(
            max_workers=self._count,
            timeout=_IDLE_S,
            initializer=_begin,
            initargs=(os.getpid(),),
            env=_ENVIRONMENT,
        )
        return executor

    def _numbered(self, renderer: Renderer) -> tuple[int, bytes]:
        """The renderer pickled, and the number by which workers know it."""
        if self._sent is None or self._sent[0] is not renderer:
            self._sent = renderer, next(_numbers), cloudpickle.dumps(renderer)
        return self._sent[1:]


def _start_tracker() -> None:
    """Start the process that cleans up after loky so that a hang-up leaves it to its work.

    By itself it ignores Ctrl-C and SIGTERM only; what is ignored when it starts it ignores, too.
    """
    if hasattr(signal, "SIGHUP") and threading.current_thread() is threading.main_thread():
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            resource_tracker.ensure_running()
        finally:
            signal.signal(signal.SIGHUP, before)


def _begin(parent: int) -> None:
    """What every worker does first; by then what renders is imported."""
    # These reach all processes of a terminal or service; the parent decides what comes of them.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    cv2.setNumThreads(1)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """A parent that was killed cannot tell."""
    while os.getppid() == parent:
        time.sleep(_WATCH_S)
    os._exit(0)


_known: OrderedDict[int, Renderer] = OrderedDict()
"""A worker's renderers, by their numbers."""


def _prepare(
    number: int, pickled: bytes | None, params: Values, anchor: Anchor | None, floor: float
) -> Prepared | None:
    """Prepare a candidate; None if this worker needs the renderer for it."""
    if number not in _known:
        if pickled is None:
            return None
        # It came from the process that started this one.
        _known[number] = pickle.loads(pickled)  # noqa: S301
        while len(_known) > _RENDERERS_KEPT:
            _known.popitem(last=False)
    return _known[number].prepare([params], anchors=[anchor], floor=floor)[0]
