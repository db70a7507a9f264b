"""The default measure climbs the ladder, and sees what earlier measures did not."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from PIL import Image

from blackcamo.appeal import critic
from blackcamo.channel import Channel
from blackcamo.filters import load_chain
from blackcamo.rendering import Picture, Renderer
from blackcamo.testing import AppealContract
from blackcamo.testing.edits import Edit, failures, ladder
from blackcamo.types import Appeal, Appraisal, Mode, Pixels

MEASURE = critic.create()


class TestCritic(AppealContract):
    least_won = 0.98

    def make_appeal(self) -> Appeal:
        return MEASURE


def load(path: Path, side: int = 384) -> Pixels:
    image = Image.open(path).convert("RGB")
    image.thumbnail((side, side))
    return np.asarray(image)


def judge(edit: Edit, pixels: Pixels, mode: Mode = "enhance") -> Appraisal:
    with torch.inference_mode():
        return MEASURE(edit.render(pixels, Channel())[0], mode)[0]


@cache
def rated(path: Path) -> dict[tuple[str, str, int], float]:
    pixels = load(path)
    return {(e.kind, e.name, e.strength): judge(e, pixels).value for e in ladder()}


@pytest.mark.parametrize("number", [3, 14, 22])
def test_every_tasteful_edit_outranks_every_ugly_one(kodak: list[Path], number: int) -> None:
    values = rated(kodak[number])
    tasteful = [v for (kind, _, _), v in values.items() if kind == "tasteful"]
    ugly = [v for (kind, _, _), v in values.items() if kind == "ugly"]
    won = np.mean([t > u for t in tasteful for u in ugly])
    assert won >= 0.98
    # A plain look of every-day strength is hardly a complaint.
    spatial = ("grain", "crisp", "glow", "soft-vignette")
    plain = [
        value
        for (kind, name, strength), value in values.items()
        if (kind, strength) == ("tasteful", 1) and name not in spatial
    ]
    assert min(plain) > 90


@pytest.mark.parametrize("number", [3, 14, 22])
def test_stronger_is_uglier(kodak: list[Path], number: int) -> None:
    values = rated(kodak[number])
    steps = [
        values["ugly", name, s + 1] < values["ugly", name, s]
        for (kind, name, s) in values
        if kind == "ugly" and s < 3
    ]
    assert np.mean(steps) >= 0.98


def test_the_dark_noisy_portrait_is_refused(kodak: list[Path]) -> None:
    assert judge(failures()["dark, noisy portrait"], load(kodak[3])).value < 40


@pytest.mark.parametrize("number", [3, 22])
def test_stripes_through_smooth_areas_are_refused(kodak: list[Path], number: int) -> None:
    found = judge(failures()["stripes through sky and walls"], load(kodak[number]))
    assert found.value < 40
    assert found.parts["damage_smooth"] < 70


@pytest.mark.parametrize("mode", ["enhance", "imperceptible"])
def test_nothing_is_no_complaint(kodak: list[Path], mode: Mode) -> None:
    found = judge(Edit("nothing", "tasteful", 1), load(kodak[1]), mode)
    # In the stricter mode the codec counts.
    assert found.value > (99.9 if mode == "enhance" else 75)
    assert found.value == min(found.parts.values())


def test_a_look_counts_where_nothing_should_be_seen(kodak: list[Path]) -> None:
    (warm,) = [e for e in ladder() if (e.kind, e.name, e.strength) == ("tasteful", "warm", 3)]
    pixels = load(kodak[3])
    assert judge(warm, pixels).value > 75 > judge(warm, pixels, "imperceptible").value + 10


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (8, 8), (40, 30), (5, 700)])
def test_small_pictures_are_judged(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8)
    found = judge(Edit("nothing", "tasteful", 1), pixels)
    assert 0 <= found.value <= 100


def test_what_is_seen_of_a_look_is_known_at_the_end_where_nothing_should_be(
    kodak: list[Path],
) -> None:
    (warm,) = [e for e in ladder() if (e.kind, e.name, e.strength) == ("tasteful", "warm", 3)]
    views, _ = warm.render(load(kodak[3]), Channel())
    with torch.inference_mode():
        (visible,), (hidden,) = (MEASURE.appraise_looks(views, mode) for mode in get_args(Mode))
    assert set(visible.by_kind) == {"look", "geometry"}
    assert set(hidden.by_kind) == {"geometry"}


@pytest.mark.parametrize("mode", ["enhance", "imperceptible"])
@pytest.mark.parametrize("number", [3, 12])
def test_candidates_are_weakened_to_the_floor_and_not_past_it(
    kodak: list[Path], number: int, mode: Mode
) -> None:
    chain = load_chain(mode=mode)
    renderer = Renderer(load(kodak[number]), chain, Channel(), MEASURE, mode)
    vectors = np.random.default_rng(0).uniform(-0.6, 0.6, (12, chain.space.dimension))
    params = [chain.space.decode(v) for v in vectors]
    prepared = renderer.prepare(params, shares=[{}] * len(params), floor=70.0)
    appeals = [p.appraisal.value for _, p in prepared if isinstance(p, Picture)]
    assert len(appeals) == len(vectors)
    assert min(appeals) >= 70
    assert np.median(appeals) < 73


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("mode", ["enhance", "imperceptible"])
def test_a_gpu_gives_the_same(kodak: list[Path], mode: Mode) -> None:
    pixels = load(kodak[5])
    for edit in ladder()[::11]:
        views, _ = edit.render(pixels, Channel())
        there = replace(
            views,
            **{
                field.name: getattr(views, field.name).cuda()
                for field in fields(views)
                if field.name != "frames"
            },
        )
        with torch.inference_mode():
            (here,), (found,) = MEASURE(views, mode), MEASURE(there, mode)
        assert found.value == pytest.approx(here.value, abs=0.1)
