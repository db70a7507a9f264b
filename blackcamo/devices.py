"""Which device torch computes on, and with how many threads."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from blackcamo.errors import OptionError

T = TypeVar("T")


def resolve_device(device: str) -> str:
    """The torch device for ``auto``, ``cpu``, ``cuda`` or ``cuda:N``; auto is CUDA where it works.

    Raises:
        OptionError: another name, or a CUDA device that is not there.
    """
    import torch

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    kind, _, index = device.partition(":")
    if kind == "cpu" and not index:
        return device
    if kind != "cuda" or not (index.isdecimal() or device == "cuda"):
        raise OptionError(f"unknown device {device!r}; it must be auto, cpu, cuda or cuda:N")
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if count <= int(index or 0):
        found = f"{count} of them" if count else "none"
        raise OptionError(
            f"device is {device!r}, but torch {torch.__version__} finds {found} here; "
            "use 'cpu' or 'auto', or install a CUDA build of torch"
        )
    return device


def usable_cores() -> int:
    """How many cores this process may use."""
    # macOS and Windows do not say; there it is all of them.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_one_thread(work: Callable[[], T]) -> T:
    """The result of ``work``, torch having used no other thread for it."""
    import torch

    if torch.get_num_threads() == 1:
        return work()
    with single_threads(1) as thread:
        return thread.submit(work).result()


def single_threads(count: int) -> ThreadPoolExecutor:
    """So many threads, in each of which torch uses no other.

    torch keeps the setting per thread but also remembers the last one for threads to come, so
    that is put back.
    """
    import torch

    before = torch.get_num_threads()
    pool = ThreadPoolExecutor(count, thread_name_prefix="blackcamo")
    all_of_them = threading.Barrier(count)

    def begin(_: int) -> None:
        # A thread that was not asked yet takes over what is set for threads to come.
        torch.get_num_threads()
        torch.set_num_threads(1)
        all_of_them.wait()

    list(pool.map(begin, range(count)))
    torch.set_num_threads(before)
    return pool


@contextmanager
def opencv_in_one_thread() -> Iterator[None]:
    """OpenCV without threads of its own, for all threads of this process, until all have left."""
    import cv2

    global _single, _before
    with _lock:
        if _single == 0:
            _before = cv2.getNumThreads()
            cv2.setNumThreads(1)
        _single += 1
    try:
        yield
    finally:
        with _lock:
            _single -= 1
            if _single == 0:
                cv2.setNumThreads(_before)


_lock = threading.Lock()
_single, _before = 0, 0
"""How many are within, and how many threads OpenCV had before the first."""
