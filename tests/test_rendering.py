"""Candidates that share a style are rendered, sent and judged with what is known of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from blackcamo.appeal import critic
from blackcamo.channel import Channel
from blackcamo.filters import Chain
from blackcamo.filters.tone import Tone
from blackcamo.filters.weave import Weave
from blackcamo.rendering import Anchor, Picture, Prepared, Renderer, Values
from blackcamo.rendering import renderer as renderer_module
from blackcamo.testing import make_photo
from blackcamo.types import Param, Params, Pixels
from blackcamo.vision.arrays import to_pixels

WOVEN = {"weave_cb_01": 0.5, "weave_cr_10": 0.5}


class Counted:
    """A spatial filter that counts its calls, and fails when told to."""

    name = "counted"
    params = (Param("counted", 0, 1, 0, "", "counted"),)

    def __init__(self) -> None:
        self.calls = 0
        self.broken = False
        self._lock = threading.Lock()

    def render(self, rgb: Tensor, params: Params, seed: int) -> Tensor:
        with self._lock:
            self.calls += 1
        if self.broken:
            raise RuntimeError("broken")
        return rgb * (1 - 0.1 * params["counted"].view(-1, 1, 1, 1))


@pytest.fixture
def pixels() -> Pixels:
    return to_pixels(make_photo())


def make(pixels: Pixels, spatial: Counted | None = None) -> Renderer:
    chain = Chain([Tone(), spatial or Counted(), Weave()])
    return Renderer(pixels, chain, Channel(), critic.create(), "enhance")


def values(exposure: float, strength: float, counted: float = 0.5) -> Values:
    return {"exposure_ev": exposure, "counted": counted, "weave_jnd": strength, **WOVEN}


def told(prepared: Sequence[Prepared]) -> list[tuple[bytes, float, dict[str, float]]]:
    pictures = [picture for _, picture in prepared]
    assert all(isinstance(picture, Picture) for picture in pictures), pictures
    return [
        (p.jpeg, p.appraisal.value, dict(p.appraisal.parts))
        for p in pictures
        if isinstance(p, Picture)
    ]


def counting(monkeypatch: pytest.MonkeyPatch, of: Any, name: str) -> Callable[[], int]:
    calls: list[None] = []
    method = getattr(of, name)

    def counted(*args: Any, **kwargs: Any) -> Any:
        calls.append(None)
        return method(*args, **kwargs)

    monkeypatch.setattr(of, name, counted)
    return lambda: len(calls)


def test_what_hides_in_one_style_is_judged_on_one_styled_picture(
    pixels: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    spatial = Counted()
    renderer = make(pixels, spatial)
    trips = counting(monkeypatch, Channel, "send")
    pyramids = counting(monkeypatch, critic, "pyramid")
    renderer.prepare([values(0.1, 1 + step / 10) for step in range(6)])
    assert spatial.calls == 1
    # The styled picture's, and one for each candidate.
    assert (trips(), pyramids()) == (7, 7)
    renderer.prepare([values(0.2, 0.0)])
    # Where nothing hides, there is one picture, and no damage to look for.
    assert (spatial.calls, trips(), pyramids()) == (2, 8, 7)


def test_what_is_kept_changes_nothing(pixels: Pixels) -> None:
    candidates = [values(e, s) for s in (1.0, 0.0, 2.0) for e in (0.1, 0.2, -0.3, 0.4, 0.0, 0.1)]
    # Without a look two styles differ by their spatial filters alone.
    candidates += [values(0.0, s, counted) for counted in (0.1, 0.9) for s in (1.0, 2.0)]
    renderer = make(pixels)
    together = told(renderer.prepare(candidates))
    again = told(renderer.prepare(candidates[::-1]))[::-1]
    alone = [told(make(pixels).prepare([one]))[0] for one in candidates]
    assert together == alone == again
    assert len({jpeg for jpeg, _, _ in alone}) == len(candidates) - 3


def test_threads_share_a_style_and_wait_for_each_other(pixels: Pixels) -> None:
    spatial = Counted()
    renderer = make(pixels, spatial)
    candidates = [values(0.1, 1 + step / 10) for step in range(8)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda one: told(renderer.prepare([one]))[0], candidates))
    assert spatial.calls == 1
    assert found == told(make(pixels).prepare(candidates))


def test_a_style_that_failed_is_tried_again(pixels: Pixels) -> None:
    spatial = Counted()
    renderer = make(pixels, spatial)
    spatial.broken = True
    ((_, failed),) = renderer.prepare([values(0.1, 1.0)])
    assert failed == "RuntimeError: broken"
    spatial.broken = False
    assert told(renderer.prepare([values(0.1, 1.0)])) == told(
        make(pixels).prepare([values(0.1, 1)])
    )


def test_of_large_pictures_none_is_kept(pixels: Pixels, monkeypatch: pytest.MonkeyPatch) -> None:
    spatial = Counted()
    monkeypatch.setattr(renderer_module, "_STYLES_KEPT_PX", pixels.shape[0] * pixels.shape[1] - 1)
    renderer = make(pixels, spatial)
    found = told(renderer.prepare([values(0.1, 1.0), values(0.1, 2.0)]))
    assert spatial.calls == 2
    assert found == told(make(pixels).prepare([values(0.1, 1.0), values(0.1, 2.0)]))


def test_a_gpus_batch_renders_each_style_once(pixels: Pixels) -> None:
    photo = torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1))) / 255
    spatial = Counted()
    chain = Chain([Tone(), spatial, Weave()], together_px=1 << 24)
    candidates = [values(e, s) for e in (0.1, 0.2) for s in (0.0, 1.0, 2.0)]
    styled = chain.style(photo, [chain.without_hidden(one) for one in candidates[::3]])
    rendered = chain.hide([one for one in styled for _ in range(3)], candidates)
    assert spatial.calls == 1
    for one, whole in zip(rendered, chain.render(photo, candidates), strict=True):
        assert torch.equal(one.filtered, whole.filtered)
    assert [r.filtered is r.styled for r in rendered] == [True, False, False] * 2


@pytest.mark.parametrize(("strength", "renderings"), [(1.0, 3), (2.0, 5), (4.0, 3)])
def test_what_is_far_under_the_floor_is_weakened_no_further_than_to_it(
    strength: float, renderings: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    texture = np.random.default_rng(1).normal(0, 25, (96, 128, 1))
    pixels = np.clip(to_pixels(make_photo(96, 128)) * 0.6 + 50 + texture, 0, 255).astype(np.uint8)
    renderer = Renderer(pixels, Chain([Weave()]), Channel(), critic.create(), "enhance")
    wanted = {"weave_jnd": strength, "weave_cb_01": 1.0}
    ((_, plain),) = renderer.prepare([{}])
    assert isinstance(plain, Picture)
    anchor = Anchor({"weave_jnd": 0.0}, plain.appraisal.value, 80.0)
    ((alone, strong),) = renderer.prepare([wanted])
    trips = counting(monkeypatch, Channel, "send_all")
    ((params, picture),) = renderer.prepare([wanted], anchors=[anchor])
    assert isinstance(strong, Picture)
    assert isinstance(picture, Picture)
    # As it is, and weakened as often as it takes; along a line of appeal itself the strongest
    # takes five, too.
    assert trips() <= renderings
    assert strong.appraisal.value < 80 <= picture.appraisal.value < 84
    assert 0 < params["weave_jnd"] < alone["weave_jnd"]
    # What the anchor does not name is no strength, and stays.
    assert params["weave_cb_01"] == 1.0
