"""Which device torch computes on, and with how many threads."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from blackcamo.errors import OptionError


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


@contextmanager
def one_thread_each() -> Iterator[ThreadPoolExecutor]:
    """A pool with a thread per core in which torch uses one thread per operation.

    Candidates side by side use the cores better than one candidate's operations cut in two.
    torch keeps the setting per thread but also remembers the last one for threads to come, so
    that is put back.
    """
    import torch

    workers = os.cpu_count() or 1
    before = torch.get_num_threads()
    ready = threading.Barrier(workers + 1)

    def start() -> None:
        torch.set_num_threads(1)
        ready.wait()

    with ThreadPoolExecutor(workers) as pool:
        for _ in range(workers):
            pool.submit(start)
        ready.wait()
        torch.set_num_threads(before)
        yield pool
