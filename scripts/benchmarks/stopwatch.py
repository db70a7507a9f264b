"""How much time named methods take, added up by step; and what a candidate is made of."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias
from unittest import mock

import numpy as np

from blackcamo import plugins
from blackcamo.channel import Channel
from blackcamo.filters import Chain, load_chain
from blackcamo.rendering import Renderer
from blackcamo.styles.hidden import HIDDEN
from blackcamo.styles.space import StyleSpace
from blackcamo.types import Pixels, Style
from blackcamo.vision.facts import facts

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


def candidate(pixels: Pixels, style: Style, appeal: str, count: int = 8) -> dict[str, float]:
    """Milliseconds of one thread that a candidate of a style takes, by step."""
    measure, chain = plugins.load("appeals", appeal)(), load_chain()
    renderer = Renderer(pixels, chain, Channel(), measure, "enhance")
    space = StyleSpace(style, facts(pixels), chain.space, hidden=HIDDEN.free)
    vectors = np.random.default_rng(0).normal(0, 0.3, (count, space.dimension))
    params = [space.decode(vector) for vector in vectors]
    # Fills what is kept of a photo from one candidate to the next.
    renderer.prepare(params[:1])
    steps: Steps = (
        ("look", Chain, ("_apply_looks",)),
        ("spatial", Chain, ("_filter",)),
        ("channel", Channel, ("send_all",)),
        ("appeal", type(measure), ("__call__",)),
    )
    spent = defaultdict[str, float](float)
    with timed(spent, time.thread_time, steps):
        start = time.thread_time()
        renderer.prepare(params)
        spent["all"] = time.thread_time() - start
    return {name: 1000 * spent[name] / count for name in (*(s[0] for s in steps), "all")}
