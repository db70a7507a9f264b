"""What every scorer promises, shown with a model of pyiqa's that needs no weights."""

from __future__ import annotations

import numpy as np
import pytest

from blackcamo.errors import OptionError
from blackcamo.testing import ScorerContract
from blackcamo.types import Scorer, ScorerOptions

pytest.importorskip("pyiqa", reason="pyiqa is not installed: pip install pyiqa")
from blackcamo_pyiqa import Pyiqa


class TestContract(ScorerContract):
    """All of blackcamo's own checks."""

    def make_scorer(self) -> Scorer:
        """Entropy of the grey levels, in bits."""
        return Pyiqa("entropy", ScorerOptions(device="cpu"))


def test_range_and_direction_are_those_of_pyiqa() -> None:
    """Entropy of 8-bit pictures ends at 8 bits; the user may say otherwise."""
    info = Pyiqa("entropy", ScorerOptions(device="cpu", threshold=6)).info
    assert (info.low, info.high, info.threshold, info.higher_is_better) == (0, 8, 6, True)  # noqa: S101


def test_a_flat_picture_has_no_entropy() -> None:
    """And noise has almost all of it."""
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    flat = np.full((64, 64, 3), 90, np.uint8)
    much, none = Pyiqa("entropy", ScorerOptions(device="cpu")).score([noise, flat])
    assert abs(none) < 1e-3 < 6 < much <= 8  # noqa: S101


def test_an_unknown_model_is_refused_with_a_hint() -> None:
    """So that nobody has to look names up."""
    with pytest.raises(OptionError, match="did you mean 'musiq'"):
        Pyiqa("musik", ScorerOptions())
