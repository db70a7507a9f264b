"""Candidates rendered by threads."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from blackcamo import plugins
from blackcamo.appeal.critic import create
from blackcamo.channel import Channel
from blackcamo.devices import opencv_in_one_thread
from blackcamo.filters import Chain, load_chain
from blackcamo.filters.tone import Tone
from blackcamo.rendering import Anchor, Picture, Prepared, Renderer, Values
from blackcamo.styles.hidden import WAYS
from blackcamo.styles.space import StyleSpace
from blackcamo.testing import make_photo
from blackcamo.types import Param, Params, Pixels
from blackcamo.vision.arrays import to_pixels
from blackcamo.vision.facts import facts
from blackcamo.workers import Workers


class Meeting:
    """A look whose candidates wait for each other."""

    name = "meeting"
    lut_size = 33
    params = (Param("meeting", 0, 9, 0, "", "meeting"),)

    def __init__(self, parties: int) -> None:
        self.barrier = threading.Barrier(parties)
        self.threads: set[int] = set()
        self.torch_threads: set[int] = set()
        self.opencv_threads: set[int] = set()

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        self.threads.add(threading.get_ident())
        self.torch_threads.add(torch.get_num_threads())
        self.opencv_threads.add(cv2.getNumThreads())
        self.barrier.wait(30)
        return rgb * 0.9


class Interrupted:
    """A look whose first candidate is interrupted, and whose second one waits to be let go."""

    name = "interrupted"
    lut_size = 33
    params = (Param("interrupted", 0, 100, 0, "", "interrupted"),)

    def __init__(self) -> None:
        self.calls = 0
        self.let_go = threading.Event()

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        self.calls += 1
        if self.calls > 1:
            self.let_go.wait(30)
        raise KeyboardInterrupt


class Remembering:
    """What hides and remembers its last picture: it is nobody's to use while another does."""

    name = "remembering"
    hidden: Literal[True] = True
    params = (Param("remembering", 0, 9, 0, "", "remembering"),)

    def __init__(self) -> None:
        self._inside = threading.Lock()

    def render(self, rgb: Tensor, params: Params, seed: int) -> Tensor:
        if not self._inside.acquire(blocking=False):
            raise RuntimeError("two at a time")
        try:
            time.sleep(0.02)
            return rgb * 0.99
        finally:
            self._inside.release()


@pytest.fixture(scope="module")
def pixels() -> Pixels:
    return to_pixels(make_photo())


def renderer(pixels: Pixels, chain: Chain) -> Renderer:
    return Renderer(pixels, chain, Channel(), create(), "enhance")


def assert_alike(ones: Sequence[Prepared], others: Sequence[Prepared]) -> None:
    for (params, picture), (params_too, picture_too) in zip(ones, others, strict=True):
        assert isinstance(picture, Picture), picture
        assert isinstance(picture_too, Picture), picture_too
        assert params == params_too
        assert picture.jpeg == picture_too.jpeg
        assert picture.appraisal == picture_too.appraisal
        assert np.array_equal(picture.received, picture_too.received)


@dataclass(frozen=True)
class Rendered:
    """Candidates of all styles, and what they are when rendered here, one by one."""

    params: list[Values]
    anchors: list[Anchor | None]
    here: list[Prepared]


@pytest.fixture(scope="module")
def rendered(pixels: Pixels) -> Rendered:
    chain, known = load_chain(), facts(pixels)
    rng = np.random.default_rng(0)
    params: list[Values] = []
    for name in plugins.names("styles"):
        space = StyleSpace(plugins.load("styles", name), known, chain.space, hidden=WAYS)
        own = rng.normal(0, 0.3, space.lane.style)
        params.append(space.decode(space.lane.vector(own.tolist())))
        for _ in range(3):
            hiding = {w: rng.normal(0, 0.6, n).tolist() for w, n in space.lane.hidden.items()}
            params.append(space.decode(space.lane.vector(own.tolist(), hiding)))
    # In another order styles meet that share nothing.
    order = rng.permutation(len(params)).tolist()
    params = [params[i] for i in order]
    anchors = [Anchor(dict.fromkeys(one, 0.0), 90.0, 88.0) if i % 7 == 0 else None
               for i, one in enumerate(params)]  # fmt: skip
    anchors = [a and Anchor({**chain.space.neutral, **p}, a.appeal, a.floor)
               for a, p in zip(anchors, params, strict=True)]  # fmt: skip
    here = [
        renderer(pixels, chain).prepare([one], anchors=[anchor])[0]
        for one, anchor in zip(params, anchors, strict=True)
    ]
    return Rendered(params, anchors, here)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_threads_make_what_is_made_here(pixels: Pixels, rendered: Rendered, count: int) -> None:
    mine = renderer(pixels, load_chain())
    there = Workers(count).prepare(mine, rendered.params, rendered.anchors)
    assert_alike(rendered.here, there)


def test_candidates_are_rendered_side_by_side_in_threads_of_one(pixels: Pixels) -> None:
    before = torch.get_num_threads(), cv2.getNumThreads()
    torch.set_num_threads(2)
    cv2.setNumThreads(2)
    try:
        look = Meeting(3)
        params = [{"meeting": float(i)} for i in range(1, 7)]
        made = Workers(3).prepare(renderer(pixels, Chain([look])), params, [None] * 6)
        assert all(isinstance(picture, Picture) for _, picture in made)
        assert len(look.threads) == 3
        assert look.torch_threads == look.opencv_threads == {1}
        assert threading.get_ident() not in look.threads
        assert (torch.get_num_threads(), cv2.getNumThreads()) == (2, 2)
    finally:
        torch.set_num_threads(before[0])
        cv2.setNumThreads(before[1])


def test_what_hides_is_used_by_one_thread_at_a_time(pixels: Pixels) -> None:
    params = [{"exposure_ev": 0.01 * i, "remembering": 1.0} for i in range(8)]
    chain = Chain([Tone(), Remembering()])
    made = Workers(4).prepare(renderer(pixels, chain), params, [None] * 8)
    assert [picture for _, picture in made if not isinstance(picture, Picture)] == []


def test_who_leaves_first_leaves_opencv_to_the_others() -> None:
    before = cv2.getNumThreads()
    cv2.setNumThreads(2)
    try:
        one, other = opencv_in_one_thread(), opencv_in_one_thread()
        one.__enter__()
        other.__enter__()
        one.__exit__(None, None, None)
        assert cv2.getNumThreads() == 1
        other.__exit__(None, None, None)
        assert cv2.getNumThreads() == 2
    finally:
        cv2.setNumThreads(before)


def test_who_is_interrupted_does_not_wait_for_the_rest(pixels: Pixels) -> None:
    look = Interrupted()
    params = [{"interrupted": float(i)} for i in range(1, 41)]
    threads = cv2.getNumThreads()
    with pytest.raises(KeyboardInterrupt):
        Workers(1).prepare(renderer(pixels, Chain([look])), params, [None] * 40)
    assert cv2.getNumThreads() == threads
    # And the threads are there for the next.
    look.let_go.set()
    plain = renderer(pixels, Chain([Tone()]))
    made = Workers(1).prepare(plain, [{"exposure_ev": 0.2}], [None])
    assert_alike(made, plain.prepare([{"exposure_ev": 0.2}]))
    assert look.calls <= 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_has_threads_of_its_own() -> None:
    script = """
import os
from blackcamo.workers import Workers, _pool
Workers(2).start()
before = _pool(2)
child = os.fork()
if child == 0:
    assert _pool(2) is not before
    assert _pool(2).submit(int, "7").result(20) == 7
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert _pool(2) is before
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)
