"""The default measure climbs the ladder, refuses what searches drift to, and tells the signs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from blackcamo.appeal import critic
from blackcamo.appeal.model import BONUS, UNCHANGED
from blackcamo.channel import Channel
from blackcamo.run.appraising import appraise_pixels
from blackcamo.testing import AppealContract, make_photo
from blackcamo.testing import edits as made
from blackcamo.testing.edits import Edit, failures, ladder
from blackcamo.types import Appeal, Appraisal, Mode, Pixels
from blackcamo.vision.arrays import to_pixels, to_rgb

MEASURE = critic.create()
NOTHING = Edit("nothing", "tasteful", 1)


class TestCritic(AppealContract):
    least_won = 0.8

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
def rated(path: Path) -> dict[tuple[str, str, int], Appraisal]:
    pixels = load(path)
    return {(e.kind, e.name, e.strength): judge(e, pixels) for e in ladder()}


@pytest.mark.parametrize("number", [4, 17])
def test_tasteful_edits_outrank_ugly_ones(kodak: list[Path], number: int) -> None:
    values = {key: found.value for key, found in rated(kodak[number]).items()}
    tasteful = [v for (kind, _, _), v in values.items() if kind == "tasteful"]
    ugly = [v for (kind, _, _), v in values.items() if kind == "ugly"]
    assert np.mean([t > u for t in tasteful for u in ugly]) >= 0.97
    steps = [
        values["ugly", name, s + 1] < values["ugly", name, s]
        for (kind, name, s) in values
        if kind == "ugly" and s < 3
    ]
    assert np.mean(steps) >= 0.97


def test_the_worst_part_bounds_the_appeal(kodak: list[Path]) -> None:
    for key, found in rated(kodak[4]).items():
        worst = min(found.parts.values())
        # What is gained counts only where four of five post it anyway.
        assert found.value <= worst + (BONUS if worst > 80 else 1e-3), key


def test_many_small_losses_add_up(kodak: list[Path]) -> None:
    pixels = load(kodak[4])
    haze = partial(made._grade, lift=0.035, saturation=0.9, stops=0.15, contrast=-0.08)
    found = judge(
        Edit("haze", "ugly", 1, look=haze, spatial=partial(made._blur, sigma=0.001)), pixels
    )
    assert min(found.parts.values()) > found.value + 10
    assert found.value < 75


@pytest.mark.parametrize("name", ["vivid", "clarity"])
def test_what_is_liked_may_exceed_the_photo(kodak: list[Path], name: str) -> None:
    found = rated(kodak[17])["tasteful", name, 2]
    assert found.value > UNCHANGED
    assert found.parts["liked"] > UNCHANGED + 1


SIGNED: dict[str, tuple[Callable[[float], Edit], tuple[float, ...]]] = {
    "flat": (lambda x: Edit("", "ugly", 1, look=partial(made._flat, share=x)), (0.1, 0.25, 0.4)),
    "faded": (lambda x: Edit("", "ugly", 1, look=partial(made._grade, lift=x)), (0.05, 0.1, 0.2)),
    "drained": (
        lambda x: Edit("", "ugly", 1, look=partial(made._grade, saturation=1 - x)),
        (0.2, 0.4, 0.6),
    ),
    "gaudy": (
        lambda x: Edit("", "ugly", 1, look=partial(made._grade, saturation=1 + x)),
        (0.8, 1.6, 3.0),
    ),
    "dark": (lambda x: Edit("", "ugly", 1, look=partial(made._gain, stops=-x)), (0.5, 1, 2)),
    "bright": (lambda x: Edit("", "ugly", 1, look=partial(made._gain, stops=x)), (0.5, 1.0, 2.0)),
    "clipped": (lambda x: Edit("", "ugly", 1, look=partial(made._crush, black=x)), (0.2, 0.3, 0.5)),
    "cast": (
        lambda x: Edit("", "ugly", 1, look=partial(made._powers, powers=(1 + x, 1 - x, 1 + x))),
        (0.15, 0.25, 0.4),
    ),
    "hue": (lambda x: Edit("", "ugly", 1, look=partial(_turned, share=x)), (0.3, 0.6, 1.0)),
    "soft": (
        lambda x: Edit("", "ugly", 1, spatial=partial(made._blur, sigma=x)),
        (2e-3, 3e-3, 5e-3),
    ),
    "crunchy": (
        lambda x: Edit("", "ugly", 1, spatial=partial(made._sharpen, amount=x)),
        (2.5, 4.5, 8.0),
    ),
    "grain": (lambda x: Edit("", "ugly", 1, spatial=partial(made._noise, levels=x)), (4, 8, 14)),
    "shading": (
        lambda x: Edit("", "tasteful", 1, spatial=partial(made._vignette, corner=x)),
        (0.7, 0.85, 1.0),
    ),
    "banding": (
        lambda x: Edit("", "ugly", 1, look=partial(made._posterise, levels=int(x))),
        (9, 6, 4),
    ),
    "framing": (lambda x: Edit("", "ugly", 1, kept=1 - x, corner=0.5), (0.1, 0.3, 0.6)),
    "textured": (
        lambda x: Edit("", "ugly", 1, spatial=partial(made._stripes, levels=x)),
        (5, 8, 14),
    ),
    "damaged": (
        lambda x: Edit("", "ugly", 1, spatial=partial(made._compress, quality=int(x))),
        (20, 10, 4),
    ),
}


def _turned(rgb: Tensor, share: float) -> Tensor:
    return torch.lerp(rgb, rgb[:, [1, 2, 0]], share)


@pytest.mark.parametrize("part", SIGNED)
def test_each_part_answers_to_what_it_names(kodak: list[Path], part: str) -> None:
    pixels = load(kodak[4])
    edit, amounts = SIGNED[part]
    found = [judge(edit(amount), pixels).parts[part] for amount in amounts]
    assert judge(NOTHING, pixels).parts[part] > 88
    assert found[0] > found[1] > found[2]
    assert found[2] < 80


@pytest.mark.parametrize(
    ("gone", "came"), [("flat", "harsh"), ("drained", "gaudy"), ("soft", "crunchy")]
)
def test_what_went_up_is_not_said_to_have_gone_down(
    kodak: list[Path], gone: str, came: str
) -> None:
    pixels = load(kodak[4])
    lost = judge(SIGNED[gone][0](SIGNED[gone][1][-1]), pixels).parts
    assert lost[gone] < 60
    assert lost[came] == pytest.approx(UNCHANGED, abs=0.5)
    if came in SIGNED:
        gained = judge(SIGNED[came][0](SIGNED[came][1][-1]), pixels).parts
        assert gained[gone] > 85 > gained[came]


def test_blur_of_what_is_sharp_is_worse_than_blur_of_what_is_not(kodak: list[Path]) -> None:
    pixels = np.array(load(kodak[4]))
    width = pixels.shape[1] // 2
    # A photo whose right half is out of focus.
    soft = to_pixels(made._blur(to_rgb(pixels)[None], sigma=0.01)[0])
    pixels[:, width:] = soft[:, width:]

    def defocus(rgb: Tensor, *, left: bool) -> Tensor:
        inside = torch.arange(rgb.shape[-1]).lt(width).eq(left).float()
        return torch.lerp(rgb, made._blur(rgb, sigma=0.004), inside)

    touched, spared = (
        judge(Edit("", "tasteful", 1, spatial=partial(defocus, left=left)), pixels)
        for left in (True, False)
    )
    assert touched.parts["blurred"] < 60
    assert spared.parts["blurred"] > 85


def test_grain_is_forgiven_in_black_and_white(kodak: list[Path]) -> None:
    pixels = load(kodak[4])
    grain = partial(made._film_grain, share=0.02)
    grey = partial(made._grade, saturation=0.0)
    coloured = judge(Edit("", "tasteful", 1, spatial=grain), pixels)
    colourless = judge(Edit("", "tasteful", 1, look=grey, spatial=grain), pixels)
    assert coloured.parts["grain"] < colourless.parts["grain"] - 10


def test_half_of_the_colour_is_less_than_none(kodak: list[Path]) -> None:
    pixels = load(kodak[4])
    half, none = (
        judge(Edit("", "tasteful", 1, look=partial(made._grade, saturation=s)), pixels)
        for s in (0.3, 0.0)
    )
    assert half.parts["drained"] < 70 < none.parts["drained"] - 10


@pytest.mark.parametrize("name", list(failures()))
def test_recorded_failures_are_refused(kodak: list[Path], name: str) -> None:
    for number in (3, 17):
        pixels = load(kodak[number])
        edit = failures()[name]
        assert judge(edit, pixels).value < 40
        found = appraise_pixels(pixels, edit.render(pixels, Channel())[1], MEASURE, "enhance")
        assert found.value < 40


@pytest.mark.parametrize("mode", ["enhance", "imperceptible"])
@pytest.mark.parametrize("number", [1, 4, 7])
def test_the_photo_itself_has_90(kodak: list[Path], number: int, mode: Mode) -> None:
    assert judge(NOTHING, load(kodak[number]), mode).value == pytest.approx(UNCHANGED, abs=1)


def test_what_the_codec_does_to_texture_is_nobodys_damage() -> None:
    texture = np.random.default_rng(1).normal(0, 25, (96, 128, 1))
    pixels = np.clip(to_pixels(make_photo(96, 128)) * 0.6 + 50 + texture, 0, 255).astype(np.uint8)
    assert judge(NOTHING, pixels, "imperceptible").value == pytest.approx(UNCHANGED, abs=1)
    assert judge(NOTHING, pixels, "enhance").value == pytest.approx(UNCHANGED, abs=1)


def test_a_look_counts_where_nothing_should_be_seen(kodak: list[Path]) -> None:
    (warm,) = [e for e in ladder() if (e.kind, e.name, e.strength) == ("tasteful", "warm", 3)]
    pixels = load(kodak[4])
    assert judge(warm, pixels).value > judge(warm, pixels, "imperceptible").value + 10
    assert judge(warm, pixels, "imperceptible").parts["liked"] == UNCHANGED


def test_deliberate_clarity_is_no_damage(kodak: list[Path]) -> None:
    pixels = load(kodak[4])
    clear = partial(made._clarity, amount=0.35)
    meant = judge(Edit("clarity", "tasteful", 1, spatial=clear), pixels)
    not_meant = judge(Edit("clarity", "ugly", 1, spatial=clear), pixels)
    assert meant.parts["damaged"] == UNCHANGED
    assert not_meant.parts["damaged"] < UNCHANGED - 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (8, 8), (40, 30), (5, 700)])
def test_small_pictures_are_judged(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8)
    found = judge(NOTHING, pixels)
    assert 0 <= found.value <= 100


def test_another_photo_of_the_same_size_is_not_mistaken(kodak: list[Path]) -> None:
    one, other = load(kodak[4]), load(kodak[7])
    alone = critic.create()
    for pixels in (one, other, one):
        with torch.inference_mode():
            (found,) = alone(NOTHING.render(pixels, Channel())[0], "enhance")
        assert found.value == pytest.approx(judge(NOTHING, pixels).value)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("mode", ["enhance", "imperceptible"])
def test_a_gpu_gives_the_same(kodak: list[Path], mode: Mode) -> None:
    pixels = to_pixels(to_rgb(load(kodak[5])))
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
