from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blackcamo.errors import OptionError
from blackcamo.space import FilterSpace
from blackcamo.types import Param


class Family:
    """A filter that only declares."""

    def __init__(self, *params: Param, name: str = "family") -> None:
        self.name = name
        self.params = params


BOTH = Param("both_ev", -1.0, 3.0, 0.0, "EV", "two-sided")
UP = Param("up_percent", 0.0, 10.0, 0.0, "%", "upwards only")
DOWN = Param("down_percent", -4.0, 0.0, 0.0, "%", "downwards only")
GRID = Param("grid_percent", 0.0, 12.0, 3.0, "%", "stepped", step=1.5)
SPACE = FilterSpace([Family(BOTH, UP), Family(DOWN, GRID, name="other")])

vectors = st.lists(st.floats(-1, 1), min_size=4, max_size=4)


def test_describes_itself() -> None:
    assert SPACE.dimension == 4
    assert SPACE.names == ("both_ev", "up_percent", "down_percent", "grid_percent")
    assert SPACE.neutral == {
        "both_ev": 0.0, "up_percent": 0.0, "down_percent": 0.0, "grid_percent": 3.0,
    }  # fmt: skip
    assert SPACE.lut_size == 33


def test_zero_is_neutral_and_bounds_are_reached() -> None:
    assert SPACE.decode([0, 0, 0, 0]) == SPACE.neutral
    assert list(SPACE.decode([1, 1, 1, 1]).values()) == [3.0, 10.0, -4.0, 12.0]
    assert list(SPACE.decode([-1, -1, -1, -1]).values()) == [-1.0, 10.0, -4.0, 0.0]
    assert SPACE.decode([0.5, 0.5, 0.5, 0])["both_ev"] == 1.5


def test_what_lies_outside_is_clipped() -> None:
    assert SPACE.decode([7, -7, 7, 7]) == SPACE.decode([1, -1, 1, 1])


@given(vectors)
def test_values_stay_in_range_and_on_the_grid(vector: list[float]) -> None:
    for param, value in zip(SPACE.params, SPACE.decode(vector).values(), strict=True):
        assert param.low <= value <= param.high
    assert SPACE.decode(vector)["grid_percent"] % 1.5 == 0


@given(vectors)
def test_encode_inverts_decode(vector: list[float]) -> None:
    params = SPACE.decode(vector)
    encoded = SPACE.encode(params)
    assert np.abs(encoded).max() <= 1
    for name, value in SPACE.decode(encoded).items():
        assert math.isclose(value, params[name], rel_tol=1e-12, abs_tol=1e-12)


def test_complete_fills_in_and_snaps() -> None:
    full = SPACE.complete({"grid_percent": 4.4, "both_ev": 1})
    assert full == {"both_ev": 1.0, "up_percent": 0.0, "down_percent": 0.0, "grid_percent": 4.5}


@pytest.mark.parametrize("value", [3.01, -1.01, math.nan, math.inf])
def test_values_out_of_range_are_refused(value: float) -> None:
    with pytest.raises(OptionError, match=r"'both_ev' is .*between -1 and 3 EV"):
        SPACE.complete({"both_ev": value})


def test_unknown_names_get_a_hint() -> None:
    with pytest.raises(OptionError, match="did you mean 'both_ev'"):
        SPACE.encode({"bothev": 1.0})


@pytest.mark.parametrize(
    "vector", [[0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, math.nan], [0, 0, 0, math.inf], []]
)
def test_other_vectors_are_refused(vector: list[float]) -> None:
    with pytest.raises(OptionError, match="4 finite numbers"):
        SPACE.decode(vector)


@pytest.mark.parametrize(
    ("param", "message"),
    [
        (Param("x", 1.0, 0.0, 0.5, "", ""), "low <= neutral <= high"),
        (Param("x", 0.0, 1.0, 2.0, "", ""), "low <= neutral <= high"),
        (Param("x", 0.0, math.inf, 0.0, "", ""), "all finite"),
        (Param("x", 1.0, 1.0, 1.0, "", ""), "empty range"),
        (Param("x", 0.0, 1.0, 0.0, "", "", step=0.3), "must meet"),
        (Param("x", 0.0, 1.0, 0.1, "", "", step=0.5), "must meet"),
        (Param("x", 0.0, 1.0, 0.0, "", "", step=-0.5), "must be positive"),
    ],
)
def test_contradictory_parameters_are_refused(param: Param, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        FilterSpace([Family(param)])


def test_names_are_unique() -> None:
    with pytest.raises(OptionError, match="'up_percent' is declared twice"):
        FilterSpace([Family(UP), Family(UP, name="other")])


def test_digest_sees_everything_that_gives_a_vector_its_meaning() -> None:
    wider = Param("up_percent", 0.0, 11.0, 0.0, "%", "upwards only")
    digests = {
        FilterSpace([Family(BOTH, UP)]).digest,
        FilterSpace([Family(UP, BOTH)]).digest,
        FilterSpace([Family(BOTH, wider)]).digest,
        FilterSpace([Family(BOTH), Family(UP, name="other")]).digest,
    }
    assert len(digests) == 4
    assert FilterSpace([Family(BOTH, UP)]).digest in digests
    told = replace(UP, help="other words", rises="{} up", visible=1)
    assert FilterSpace([Family(BOTH, told)]).digest in digests


def test_no_vector_leaves_the_range_by_a_rounding_step() -> None:
    one = FilterSpace([Family(Param("a", -0.5, 0.3, -0.1, "", "a"))])
    assert one.decode([1.0]) == {"a": 0.3}
    assert one.complete(one.decode([1.0])) == {"a": 0.3}
