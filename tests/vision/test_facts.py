from __future__ import annotations

import time
from typing import Any, TypeAlias

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from blackcamo.testing.styles import odd_photos
from blackcamo.types import Pixels
from blackcamo.vision import subject as subjects
from blackcamo.vision.facts import PhotoFacts, facts

Levels: TypeAlias = float | NDArray[Any]
NUMBERS = [name for name in PhotoFacts.__annotations__ if name != "pixels"]


def from_lab(lightness: Levels, a: Levels = 0.0, b: Levels = 0.0) -> Pixels:
    """A picture of CIELAB colours, each an array (H, W) or a number."""
    planes = np.broadcast_arrays(lightness, a, b)
    rgb = cv2.cvtColor(np.stack(planes, -1).astype(np.float32), cv2.COLOR_LAB2RGB)
    return np.asarray(np.rint(np.clip(rgb, 0, 1) * 255), np.uint8)


RAMP = np.tile(np.linspace(20, 80, 200), (150, 1))
LEFT = np.arange(200) < 100


def test_tones_are_lightness() -> None:
    known = facts(from_lab(RAMP))
    assert known.black == pytest.approx(20.3, abs=0.5)
    assert known.white == pytest.approx(79.7, abs=0.5)
    assert known.lightness == pytest.approx(50, abs=0.3)
    assert known.contrast == pytest.approx(60 / 12**0.5, abs=0.3)
    assert known.shadows == known.lights == 0


def test_ends_are_shares_of_the_picture() -> None:
    known = facts(from_lab(np.where(LEFT, 5, np.where(np.arange(200) < 150, 50, 97)) + 0 * RAMP))
    assert (known.shadows, known.lights) == (0.5, 0.25)


def test_chroma_is_that_of_cielab() -> None:
    known = facts(from_lab(50, np.where(LEFT, 30, 0) + 0 * RAMP, 0))
    assert known.chroma == pytest.approx(15, abs=0.5)
    assert known.strong_chroma == pytest.approx(30, abs=0.7)


def test_a_cast_is_what_pale_tones_have_in_common() -> None:
    tinted = facts(from_lab(RAMP, -4, 8))
    assert tinted.cast_a == pytest.approx(-4, abs=0.4)
    assert tinted.cast_b == pytest.approx(8, abs=0.4)
    # A red wall is no cast, and few pale pixels say little.
    walls = facts(from_lab(RAMP, 40, 30))
    assert (walls.cast_a, walls.cast_b) == (0, 0)
    few = facts(from_lab(RAMP, np.where(abs(np.arange(200) - 90) < 3, 6, 50), 0))
    assert 0 < few.cast_a < 3.5


@pytest.mark.parametrize(
    ("colour", "is_skin"),
    [
        ((236, 188, 160), True),
        ((198, 134, 104), True),
        ((110, 72, 54), True),
        ((90, 140, 200), False),
        ((60, 140, 60), False),
        ((128, 128, 128), False),
        ((230, 30, 20), False),
    ],
)
def test_skin_is_found_in_all_shades(colour: tuple[int, int, int], is_skin: bool) -> None:
    assert facts(np.full((40, 60, 3), colour, np.uint8)).skin == is_skin


def test_separation_is_what_grey_loses() -> None:
    squares = (np.indices((120, 200)) // 20).sum(0) % 2 == 0
    # Of one lightness, and of mixes as like as colours can be, against squares of light alone.
    light = facts(from_lab(np.where(squares, 40, 60))).separation
    colour = facts(from_lab(60, np.where(squares, 14, 0), np.where(squares, 0, 30))).separation
    assert light < 0.1
    assert colour > 0.3
    # Red on green of one lightness parts well through a red filter.
    assert facts(from_lab(55, np.where(squares, 45, -45), 30)).separation < colour


def test_odd_photos_have_finite_facts() -> None:
    for what, pixels in odd_photos():
        known = facts(pixels)
        for name in NUMBERS:
            assert np.isfinite(getattr(known, name)), (what, name)
        assert 0 <= known.separation <= 1, what


def test_facts_do_not_depend_on_the_size() -> None:
    rng = np.random.default_rng(0)
    blobs = cv2.resize(rng.random((6, 8, 3)).astype(np.float32), (1024, 768))
    large = np.asarray(blobs * 255, np.uint8)
    small = cv2.resize(large, (512, 384), interpolation=cv2.INTER_AREA)
    one, other = facts(large), facts(np.asarray(small, np.uint8))
    for name in NUMBERS:
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=0.6), name


def test_facts_take_little_time() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (768, 1024, 3), dtype=np.uint8)
    facts(photo)

    def timed() -> float:
        start = time.perf_counter()
        facts(photo)
        return time.perf_counter() - start

    assert min(timed() for _ in range(5)) < 0.2


def test_the_subject_is_looked_for_once_and_only_when_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[Pixels] = []

    def find(pixels: Pixels) -> None:
        seen.append(pixels)

    monkeypatch.setattr(subjects, "find_subject", find)
    photo = from_lab(RAMP)
    known = facts(photo)
    assert not seen
    assert known.subject is None
    assert known.subject is None
    assert len(seen) == 1
    assert seen[0] is photo


def test_grey_is_what_has_no_colour_but_for_rounding() -> None:
    tones = np.tile(np.arange(256, dtype=np.uint8), (64, 1))
    grey = np.repeat(tones[..., None], 3, axis=2)
    assert facts(grey).grey
    noisy = np.clip(grey.astype(int) + np.random.default_rng(0).integers(-1, 2, grey.shape), 0, 255)
    assert facts(noisy.astype(np.uint8)).grey
    dust = grey.copy()
    dust[0, :16] = (255, 0, 0)  # a thousandth
    assert facts(dust).grey
    for tint in ((3, 0, 0), (0, 0, 4), (2, 0, -2)):
        toned = np.clip(grey.astype(int) + tint, 0, 255).astype(np.uint8)
        assert not facts(toned).grey
    dust[:2, :32] = (255, 0, 0)
    assert not facts(dust).grey


def test_that_edges_meet_is_said_and_not_seen() -> None:
    picture = np.full((8, 16, 3), 90, np.uint8)
    assert not facts(picture).wraps
    assert facts(picture, wraps=True).wraps
