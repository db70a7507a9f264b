"""What every scorer promises, and what this one measures."""

from __future__ import annotations

import numpy as np

from blackcamo.scorers import load_scorer
from blackcamo.testing import ScorerContract
from blackcamo.types import Scorer


class TestContract(ScorerContract):
    """All of blackcamo's own checks."""

    def make_scorer(self) -> Scorer:
        """The scorer as users get it."""
        return load_scorer("sharpness")


def test_noise_is_sharper_than_a_flat_picture() -> None:
    """The measure's direction and its zero."""
    noise = np.random.default_rng(0).integers(0, 256, (32, 48, 3), dtype=np.uint8)
    flat = np.full((32, 48, 3), 90, np.uint8)
    sharp, dull = load_scorer("sharpness").score([noise, flat])
    assert dull == 0 < 50 < sharp < 100  # noqa: S101
