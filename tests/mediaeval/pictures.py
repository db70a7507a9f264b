"""Flat pictures whose brightness is their score, before and after JPEG alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from blackcamo.testing import CountingScorer
from blackcamo.types import Pixels, ScorerInfo


def mean_level(image: Pixels) -> float:
    """The mean level, 0-255: exact for flat grey."""
    return float(np.rint(image.mean()))


def fake_scorer(*, threshold: float = 100, higher_is_better: bool = True) -> CountingScorer:
    """A scorer whose answers can be told by hand."""
    info = ScorerInfo(
        name="level", low=0, high=255, threshold=threshold, higher_is_better=higher_is_better
    )
    return CountingScorer(mean_level, info=info)


def write_grey(path: Path, level: int, *, width_px: int = 48, height_px: int = 36) -> Path:
    """A flat grey picture; the suffix says the format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (width_px, height_px), (level,) * 3).save(path)
    return path


def levels(images: Sequence[Pixels]) -> list[float]:
    """The same as a scorer that the command line can name."""
    return [mean_level(image) for image in images]
