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
from blackcamo.filters import Chain
from blackcamo.rendering import Renderer
from blackcamo.run.results import DEFAULT_APPEAL_FLOOR as FLOOR
from blackcamo.strength import Foresight
from blackcamo.types import Pixels

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


def candidate(pixels: Pixels, chain: Chain, appeal: str, count: int = 40) -> dict[str, float]:
    """Milliseconds of one thread that a candidate takes, by step; workers spend them unseen."""
    measure = plugins.load("appeals", appeal)()
    renderer = Renderer(pixels, chain, Channel(), measure, "enhance")
    vectors = np.random.default_rng(0).normal(0, 0.3, (2 * count, chain.space.dimension))
    seen, params = ([chain.space.decode(v) for v in half] for half in np.split(vectors, 2))
    # Fills the caches, and says what candidates come to, as the first batches of a search do.
    foresight, coordinates = Foresight(), chain.space.coordinates
    first = renderer.prepare(seen, shares=[{}] * count, floor=FLOOR)
    for asked, (weaker, _) in zip(seen, first, strict=True):
        foresight.see(coordinates(asked), coordinates(weaker), FLOOR)
    foresight.learn()
    shares = [foresight.shares(coordinates(values), FLOOR) for values in params]
    steps: Steps = (
        ("frame, look", Chain, ("grade",)),
        ("spatial", Chain, ("finish",)),
        ("channel", Channel, ("send",)),
        ("appeal", type(measure), ("__call__", "appraise_looks")),
    )
    spent = defaultdict[str, float](float)
    with timed(spent, time.thread_time, steps):
        renderer.prepare(params, shares=shares, floor=FLOOR)
    return {name: 1000 * seconds / count for name, seconds in spent.items()}
