"""Candidates rendered by other processes."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock

import numpy as np
import pytest
from torch import Tensor

from blackcamo.appeal.critic import create
from blackcamo.channel import Channel
from blackcamo.filters import Chain, load_chain
from blackcamo.filters.tone import Tone
from blackcamo.rendering import Anchor, Picture, Prepared, Renderer, Values
from blackcamo.testing import make_photo
from blackcamo.types import Param, Params, Pixels
from blackcamo.vision.arrays import to_pixels
from blackcamo.workers import Workers


class Local:
    """A look that lives in one process."""

    name = "local"
    lut_size = 33
    params = (Param("local_percent", 0, 1, 0, "%", "local"),)

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        return rgb

    def __reduce__(self) -> str:
        raise TypeError("stays here")


class Lone:
    """A look that ends the process it is used in, unless that is this one."""

    name = "lone"
    lut_size = 33
    params = (Param("lone_percent", 0, 1, 0, "%", "lone"),)

    def __init__(self) -> None:
        self.home = os.getpid()

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        if os.getpid() != self.home:
            os.kill(os.getpid(), signal.SIGKILL)
        return rgb * 0.9


@pytest.fixture(scope="module")
def pixels() -> Pixels:
    return to_pixels(make_photo())


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    made = Workers()
    yield made
    made.stop()


def renderer(pixels: Pixels, chain: Chain) -> Renderer:
    return Renderer(pixels, chain, Channel(), create(), "enhance")


def alike(one: Prepared, other: Prepared) -> bool:
    (params, picture), (params_too, picture_too) = one, other
    assert isinstance(picture, Picture)
    assert isinstance(picture_too, Picture)
    return (
        params == params_too
        and picture.jpeg == picture_too.jpeg
        and picture.appraisal == picture_too.appraisal
        and np.array_equal(picture.received, picture_too.received)
    )


def test_workers_make_what_is_made_here(pixels: Pixels, workers: Workers) -> None:
    chain = load_chain()
    params: list[Values] = [{"exposure_ev": 0.1 * i, "clarity_percent": 5.0 * i} for i in range(6)]
    ours = renderer(pixels, chain)
    anchors = [Anchor({"exposure_ev": 0.0, "clarity_percent": 0.0}, 90.0), *[None] * 5]
    here = ours.prepare(params, anchors=anchors, floor=80.0)
    there = workers.prepare(ours, params, anchors, 80.0)
    assert all(alike(one, other) for one, other in zip(here, there, strict=True))


def test_a_renderer_is_sent_to_a_worker_once(pixels: Pixels, workers: Workers) -> None:
    ours = renderer(pixels, Chain([Tone()]))
    params: list[Values] = [{"exposure_ev": 0.01 * i} for i in range(1, 9)]
    anchors = [None for _ in params]
    executor = workers._executor()
    submitted: list[tuple[int, bytes | None]] = []
    submit = executor.submit

    def recording(work: Any, number: int, pickled: bytes | None, *rest: Any) -> Any:
        submitted.append((number, pickled))
        return submit(work, number, pickled, *rest)

    numbers = set()
    with mock.patch.object(executor, "submit", recording):
        for floor in itertools.cycle((70.0, 80.0)):
            submitted.clear()
            made = workers.prepare(ours, params, anchors, floor)
            here = ours.prepare(params, anchors=anchors, floor=floor)
            assert all(alike(one, other) for one, other in zip(here, made, strict=True))
            numbers |= {number for number, _ in submitted}
            assert all(pickled is None for _, pickled in submitted[: len(params)])
            # Once every worker knows it, which of them do is chance.
            if len(submitted) == len(params):
                break
    assert len(numbers) == 1, "another floor needs no other renderer"


def test_what_cannot_leave_this_process_is_rendered_in_it(pixels: Pixels, workers: Workers) -> None:
    ours = renderer(pixels, Chain([Local(), Tone()]))
    ((params, picture),) = workers.prepare(ours, [{"exposure_ev": 0.1}], [None], 80.0)
    assert isinstance(picture, Picture)
    assert params == {"exposure_ev": 0.1}


def test_a_worker_that_is_killed_costs_no_candidate(pixels: Pixels, workers: Workers) -> None:
    ours = renderer(pixels, Chain([Lone()]))
    ((_, picture),) = workers.prepare(ours, [{"lone_percent": 0.5}], [None], 80.0)
    assert isinstance(picture, Picture)
    # Others take its place.
    plain = renderer(pixels, Chain([Tone()]))
    (made,) = workers.prepare(plain, [{"exposure_ev": 0.2}], [None], 80.0)
    assert alike(made, plain.prepare([{"exposure_ev": 0.2}], anchors=[None], floor=80.0)[0])


SCRIPT = """
import time
from blackcamo.workers import Workers
workers = Workers()
print(workers.start().result(), flush=True)
time.sleep(60)
"""


def test_workers_end_with_the_process_that_started_them() -> None:
    # A script without a guard for __main__, which others would run again in every worker.
    with subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout is not None
        worker = int(one.stdout.readline())
        assert alive(worker)
        one.kill()
    deadline = time.monotonic() + 20
    while alive(worker) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not alive(worker)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
