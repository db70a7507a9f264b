"""Krippendorff's alpha is that of a package that we did not write."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from blackcamo.mediaeval.jury.agreement import nominal_alpha


@pytest.mark.parametrize("seed", range(20))
def test_alpha_is_that_of_another_program(seed: int) -> None:
    krippendorff = pytest.importorskip("krippendorff")
    rng = np.random.default_rng(seed)
    people, things, kinds = rng.integers(2, 7), rng.integers(3, 30), rng.integers(2, 5)
    ratings: NDArray[np.float64] = rng.integers(0, kinds, (people, things)).astype(float)
    # Some agree with the first one, some have rated nothing.
    likewise = rng.random((people, things)) < 0.5
    ratings[likewise] = np.broadcast_to(ratings[0], ratings.shape)[likewise]
    ratings[rng.random((people, things)) < 0.2] = np.nan
    wanted = krippendorff.alpha(ratings, level_of_measurement="nominal")
    assert nominal_alpha(ratings) == pytest.approx(wanted)


def test_nothing_that_can_be_compared_has_none() -> None:
    nothing = float("nan")
    assert nominal_alpha([[1.0, nothing], [nothing, 2.0]]) is None
    assert nominal_alpha([[1.0, 1.0, 2.0], [1.0, 1.0, nothing]]) is None
