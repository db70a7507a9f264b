"""What is verified of a search on a smaller copy, and what is learned of each verification."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blackcamo import run
from blackcamo.preset import read_preset
from blackcamo.run import verification
from blackcamo.run.finalists import Expectation, Finalists
from blackcamo.strategies import Goal
from blackcamo.testing import CountingScorer, make_photo
from blackcamo.types import Evaluation, Pixels
from blackcamo.vision.arrays import to_pixels
from tests.run.conftest import Search

GOAL = Goal(45.0, appeal_floor=80.0)
PLAIN = Evaluation(
    style="vivid",
    vector=(),
    params={"vibrance_percent": 20.0},
    score=50.0,
    appeal=90.0,
    parts={},
    jpeg_sha256="plain",
    jpeg_bytes=1,
    width_px=8,
    height_px=8,
)
HIDING = replace(PLAIN, params={"weave_jnd": 2.0}, jpeg_sha256="hiding")


def expectation() -> Expectation:
    return Expectation(60.0, 58.0, GOAL, hides=lambda e: "weave_jnd" in e.params)


def test_at_first_a_score_moves_in_full_as_on_the_proxy() -> None:
    assert expectation().score(PLAIN) == pytest.approx(48)


def test_what_hides_says_nothing_of_what_does_not() -> None:
    expected = expectation()
    # It moved the proxy by -10 and the photo by -30.
    expected.observe(HIDING, 28.0)
    assert expected.score(HIDING) == pytest.approx(28, abs=2)
    assert expected.score(replace(HIDING, score=55.0)) == pytest.approx(43, abs=1)
    assert expected.score(PLAIN) == pytest.approx(48)


def test_small_moves_teach_little() -> None:
    expected = expectation()
    expected.observe(replace(PLAIN, score=59.9), 48.0)
    assert expected.score(PLAIN) == pytest.approx(47, abs=1)


def test_a_point_is_one_on_any_scale() -> None:
    small = Goal(0.45, low=0.0, high=1.0, appeal_floor=80.0)
    expected = Expectation(0.6, 0.58, small)
    expected.observe(replace(PLAIN, score=0.5), 0.28)
    assert expected.score(replace(PLAIN, score=0.55)) == pytest.approx(0.43, abs=0.01)


def test_weaker_candidates_are_taken_first_once_they_are_known_to_do() -> None:
    expected = expectation()
    weak = replace(HIDING, score=54.0, appeal=93.0, jpeg_sha256="weak")
    strong = replace(HIDING, score=44.0, appeal=84.0, jpeg_sha256="strong")
    finalists = Finalists([(1, weak), (2, strong)], GOAL, expected)
    first = finalists.take()
    assert first is not None
    assert (first.trial, first.promising) == (2, True)
    expected.observe(strong, 10.0)
    second = finalists.take()
    assert second is not None
    assert (second.trial, second.promising) == (1, True)
    assert finalists.take() is None


def columns(image: Pixels) -> float:
    """Low where columns of two pixels differ in blue; in full three times as much so."""
    levels = image[: len(image) // 4 * 4, : image.shape[1] // 4 * 4].astype(np.float32)
    blue = levels[..., 2] - levels.mean(2)
    cells = blue.reshape(len(blue) // 4, 4, -1, 2, 2).mean((1, 4))
    weight = 24 if max(image.shape) > 128 else 8
    return 80 - weight * float(np.abs(cells[..., 0] - cells[..., 1]).mean())


class TestOnAProxy:
    """A photo of twice the size that is searched."""

    @pytest.fixture
    def measure(self) -> Callable[[Pixels], float]:
        return columns

    @pytest.fixture
    def search(self, run_search: Search, tmp_path: Path) -> Search:
        path = tmp_path / "large.png"
        grain = np.random.default_rng(0).normal(0, 18, (192, 256, 1))
        pixels = to_pixels(make_photo(192, 256)) + grain
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path)
        return partial(
            run_search, path, proxy_px=128, budget=80, styles=["natural"], no_pictures=True
        )

    def test_nothing_hides_from_a_scorer_that_may_resize(self, search: Search) -> None:
        found = search()
        assert any("nothing hides in the photo" in note for note in found.notes)
        assert not hidden_in(found)

    def test_something_hides_from_one_that_sees_every_pixel(
        self, search: Search, scorer: CountingScorer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        scorer.native_size = True
        found = search()
        assert found.succeeded
        assert not any("nothing hides" in note for note in found.notes)
        assert hidden_in(found)
        # Twice as much of it as the photo in full needs was first thought to be needed.
        monkeypatch.setattr(verification, "_MORE", 0)
        first = search(into="first")
        assert first.succeeded
        assert first.appeal is not None
        assert found.appeal is not None
        assert first.appeal < found.appeal
        assert (found.queries["verify"] or 0) > (first.queries["verify"] or 0)


def hidden_in(found: run.SearchResult) -> list[str]:
    """Parameters of the delivered candidate that are a weave's."""
    assert found.preset is not None
    return [name for name in read_preset(found.preset).params if name.startswith("weave")]
