"""A photo, a counting scorer, and searches that use both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blackcamo import plugins
from blackcamo.run import SearchResult, scoring, search, setup, trust
from blackcamo.testing import CountingScorer, make_photo
from blackcamo.types import Pixels, ScorerInfo
from blackcamo.vision.arrays import to_pixels
from tests.run import plugged

Search = Callable[..., SearchResult]

MANY = ("vivid", "warm", "natural", "clear", "lomo", "colour-film", "teal-orange")
"""Styles enough to fill a batch."""


def write_photo(path: Path, *, height_px: int = 96, width_px: int = 128, **save: Any) -> Path:
    """A colourful JPEG of that size."""
    pixels = to_pixels(make_photo(height_px, width_px))
    Image.fromarray(np.asarray(pixels)).save(path, quality=95, **save)
    return path


@pytest.fixture
def plugged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody's styles ``cut``, ``lean``, ``picky`` and ``rose``, and the last one's filter."""
    plugged.install(tmp_path / "plugged", monkeypatch)
    yield
    plugins._registered.cache_clear()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return write_photo(tmp_path / "photo.jpg")


def paleness(image: Pixels) -> float:
    """High for pale colours, which many styles make richer, unless they are dark."""
    levels = image.astype(np.float32) / 2.55
    chroma = float(np.abs(levels - levels.mean(2, keepdims=True)).mean())
    return min(max(50 + 12 * (16.5 - chroma) - 10 * max(46 - float(levels.mean()), 0), 5.0), 100.0)


@pytest.fixture
def measure() -> Callable[[Pixels], float]:
    """Paleness, of which a target under the photo's is easy to reach."""
    return paleness


@pytest.fixture
def scorer(monkeypatch: pytest.MonkeyPatch, measure: Callable[[Pixels], float]) -> CountingScorer:
    """What measures pictures, and remembers what it was shown."""
    counting = CountingScorer(measure, info=ScorerInfo(name="counting"))
    for module in (scoring, setup, trust):
        monkeypatch.setattr(module, "load_scorer", lambda *_: counting)
    return counting


@pytest.fixture
def run_search(tmp_path: Path, photo: Path, scorer: CountingScorer) -> Search:
    """``run_search(budget=...)``: everything lands in the test's folder."""

    def run(path: Path = photo, *, into: str = "out", **options: Any) -> SearchResult:
        folder = tmp_path / into
        defaults: dict[str, Any] = {
            "budget": 60,
            # Most tests are of what becomes of a whole search.
            "until": "budget",
            "batch": 8,
            "out": folder,
            "storage": str(folder / "studies.journal"),
            "pictures": folder / "pictures",
        }
        return search(path, **{**defaults, **options})

    return run
