"""Searches that deliver a photo with twice the pixels a side, and those that may not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blackcamo import run
from blackcamo.filters.doubling import DOUBLING, MOST_PX
from blackcamo.images import load_photo
from blackcamo.preset import read_preset
from blackcamo.run.advice import next_step
from blackcamo.run.config import SearchConfig
from blackcamo.run.setup import Setup
from blackcamo.testing import CountingScorer
from blackcamo.types import Pixels
from tests.run.conftest import Search, write_photo


def steps(image: Pixels) -> float:
    """High where neighbours differ, as in a sharp picture."""
    return float(np.abs(np.diff(image.astype(np.float32), axis=1)).mean()) * 18


@pytest.fixture
def measure() -> Callable[[Pixels], float]:
    return steps


def test_it_is_delivered_said_and_made_again(
    run_search: Search, photo: Path, scorer: CountingScorer, tmp_path: Path
) -> None:
    found = run_search(photo, budget=60, mode="imperceptible", target=47.0)
    assert found.succeeded
    assert found.output is not None
    assert found.preset is not None
    delivered, preset = load_photo(found.output).pixels, read_preset(found.preset)
    assert delivered.shape == (192, 256, 3)
    assert preset.params[DOUBLING] > 0
    assert any("twice the pixels a side, 256 x 192" in note for note in found.notes)
    assert scorer.score([delivered]) == [found.score_after]
    (again,) = run.apply(found.preset, [photo], out=tmp_path / "again")
    assert again.output is not None
    np.testing.assert_array_equal(load_photo(again.output).pixels, delivered)
    # What a study keeps of it is judged as the search judged it.
    told = run.appeal(photo, found.output, preset=found.preset)
    assert told.appeal == pytest.approx(found.appeal, abs=1e-3)
    # What became of it since, and what nothing is known of, are looked at at the photo's size.
    for quality in (95, 80):
        Image.fromarray(delivered).save(tmp_path / "moved.jpg", quality=quality)
        for preset_file in (found.preset, None):
            told = run.appeal(photo, tmp_path / "moved.jpg", preset=preset_file)
            assert told.appeal is not None
            assert told.appeal > 80


def test_what_keeps_its_size_and_what_is_too_large_are_not(
    run_search: Search, photo: Path, tmp_path: Path
) -> None:
    found = run_search(photo, budget=40, mode="imperceptible", target=47.0, keep_size=True)
    assert found.output is not None
    assert load_photo(found.output).pixels.shape == (96, 128, 3)
    wide = write_photo(tmp_path / "wide.png", height_px=96, width_px=MOST_PX // 2 + 1)
    fits = write_photo(tmp_path / "fits.png", height_px=96, width_px=MOST_PX // 2)
    for path, doubles in ((wide, False), (fits, True)):
        config = SearchConfig(profile="none", mode="imperceptible")
        (space,) = Setup(config).contest(load_photo(path)).spaces.values()
        assert (DOUBLING in space.names) == doubles


def test_a_photo_that_is_too_large_is_better_shared_smaller() -> None:
    config = SearchConfig(budget=500)
    goal = Setup(replace(config, profile="none")).goal
    told = next_step([], goal, config, styles=[], resize_to_px=2048)
    assert told.startswith("share it smaller: resized to 2048 pixels before")
