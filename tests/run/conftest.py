"""A photo, a counting scorer, and searches that use both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blackcamo.run import SearchResult, scoring, search, setup
from blackcamo.testing import CountingScorer, make_photo
from blackcamo.types import Pixels, ScorerInfo
from blackcamo.vision.arrays import to_pixels

Search = Callable[..., SearchResult]


def write_photo(path: Path, *, height_px: int = 96, width_px: int = 128, **save: Any) -> Path:
    """A colourful JPEG of that size."""
    pixels = to_pixels(make_photo(height_px, width_px))
    Image.fromarray(np.asarray(pixels)).save(path, quality=95, **save)
    return path


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return write_photo(tmp_path / "photo.jpg")


def lightness(image: Pixels) -> float:
    """Brightness on a scale on which little is much: whatever darkens a picture lowers it."""
    return min(max(50 + 5 * (float(image.mean()) / 2.55 - 47.4), 0.0), 100.0)


@pytest.fixture
def scorer(monkeypatch: pytest.MonkeyPatch) -> CountingScorer:
    """Brightness, of which a target a little under the photo's is easy to reach."""
    counting = CountingScorer(lightness, info=ScorerInfo(name="counting"))
    for module in (scoring, setup):
        monkeypatch.setattr(module, "load_scorer", lambda *_: counting)
    return counting


@pytest.fixture
def run_search(tmp_path: Path, photo: Path, scorer: CountingScorer) -> Search:
    """``run_search(budget=...)``: everything lands in the test's folder."""

    def run(path: Path = photo, *, into: str = "out", **options: Any) -> SearchResult:
        folder = tmp_path / into
        defaults: dict[str, Any] = {
            "budget": 60,
            "batch": 8,
            "out": folder,
            "storage": str(folder / "studies.journal"),
            "pictures": folder / "pictures",
        }
        return search(path, **{**defaults, **options})

    return run
