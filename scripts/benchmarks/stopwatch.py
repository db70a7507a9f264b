"""How much time named methods take, added up by step."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias
from unittest import mock

Steps: TypeAlias = "tuple[tuple[str, type, tuple[str, ...]], ...]"
"""Name of the step, class, methods."""


@contextmanager
def timed(spent: dict[str, float], clock: Callable[[], float], steps: Steps) -> Iterator[None]:
    """Add up what the named methods take, by their steps."""
    lock = threading.Lock()

    def wrap(name: str, method: Any) -> Any:
        def timing(*args: Any, **kwargs: Any) -> Any:
            start = clock()
            try:
                return method(*args, **kwargs)
            finally:
                with lock:
                    spent[name] += clock() - start

        return timing

    patches = [
        mock.patch.object(kind, method, wrap(name, getattr(kind, method)))
        for name, kind, methods in steps
        for method in methods
    ]
    for patch in patches:
        patch.start()
    try:
        yield
    finally:
        for patch in patches:
            patch.stop()
