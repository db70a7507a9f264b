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
import torch

from blackcamo.appeal import critic
from blackcamo.channel import Channel
from blackcamo.filters import Chain, load_chain
from blackcamo.rendering import Renderer
from blackcamo.styles.hidden import WAYS
from blackcamo.styles.space import StyleSpace
from blackcamo.types import Pixels, Style
from blackcamo.vision.facts import facts

Steps: TypeAlias = "tuple[tuple[str, Any, tuple[str, ...]], ...]"
"""Name of the step, class or module, methods or functions."""


@contextmanager
def timed(spent: dict[str, float], clock: Callable[[], float], steps: Steps) -> Iterator[None]:
    """Add up what the named methods take, by their steps; what one calls of others is theirs."""
    lock = threading.Lock()
    local = threading.local()

    def wrap(name: str, method: Any) -> Any:
        def timing(*args: Any, **kwargs: Any) -> Any:
            outer, local.within = getattr(local, "within", 0.0), 0.0
            start = clock()
            try:
                return method(*args, **kwargs)
            finally:
                taken = clock() - start
                with lock:
                    spent[name] += taken - local.within
                local.within = outer + taken

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


STAGES: Steps = (
    ("look", Chain, ("_apply_looks",)),
    ("spatial", Chain, ("style",)),
    ("hidden", Chain, ("hide",)),
    ("encode", Channel, ("encode",)),
    ("decode", Channel, ("decode",)),
    ("damage", critic, ("pyramid", "damage")),
    ("grading", critic.Critic, ("__call__",)),
    ("other", Renderer, ("prepare",)),
)
"""Of a candidate, the appeal measure being the default one."""


def candidate(
    pixels: Pixels, style: Style, *, hidden: bool, count: int = 8, rounds: int = 1
) -> dict[str, float]:
    """Milliseconds of one thread that a candidate of a style takes, by stage, and all of them.

    Args:
        pixels: the photo.
        style: the look.
        hidden: whether candidates differ by what hides in them alone, as in most of a search.
        count: candidates.
        rounds: how often they are made; the least counts.
    """
    chain, known = load_chain(), facts(pixels)
    renderer = Renderer(pixels, chain, Channel(), critic.create(), "enhance")
    space = StyleSpace(style, known, chain.space, hidden=WAYS)
    vectors = np.random.default_rng(0).normal(0, 0.3, (rounds * count + 1, space.dimension))
    own = space.lane.style
    if hidden:
        vectors[:, :own] = vectors[0, :own]
    params = [
        space.decode(vector if hidden else space.lane.vector(vector[:own].tolist()))
        for vector in vectors
    ]
    # Fills what is kept of a photo from one candidate to the next.
    renderer.prepare(params[:1])
    found = []
    for start in range(1, len(params), count):
        spent = defaultdict[str, float](float)
        with timed(spent, time.thread_time, STAGES), in_this_thread():
            renderer.prepare(params[start : start + count])
        found.append({name: 1000 * spent[name] / count for name, *_ in STAGES})
    least = min(found, key=lambda one: sum(one.values()))
    return {**least, "all": sum(least.values())}


@contextmanager
def in_this_thread() -> Iterator[None]:
    """torch with one thread, so that what renders stays in the one that is timed."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
