"""The design: spread evenly, the same whatever is explored beside it, and only added to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from blackcamo.errors import OptionError
from blackcamo.exploring import make_design
from blackcamo.exploring.design import LEAST_STRENGTH
from blackcamo.styles import noir, sepia

STYLES = [noir.STYLE, sepia.STYLE]


def test_every_coordinate_has_one_look_in_each_part_of_its_range() -> None:
    design = make_design(STYLES, 8, seed=3)
    assert design.styles == ("noir", "sepia")
    for style in STYLES:
        looks = design.of(style.name)
        assert [look.number for look in looks] == list(range(1, 9))
        columns = [[(look.strength - LEAST_STRENGTH) / (1 - LEAST_STRENGTH) for look in looks]]
        columns += [[look.shares[free.name] for look in looks] for free in style.free]
        for column in columns:
            assert sorted(np.minimum(np.array(column) * 8, 7).astype(int)) == list(range(8))


def test_values_are_shares_of_the_range_in_the_unit_of_the_parameter() -> None:
    design = make_design(STYLES, 5)
    for look in design.looks:
        for name, (low, high) in design.ranges[look.style].items():
            assert look.values[name] == pytest.approx(low + look.shares[name] * (high - low))
            assert low <= look.values[name] <= high


def test_more_looks_and_other_styles_leave_those_that_were_there() -> None:
    few, many = make_design(STYLES, 5, seed=1), make_design(STYLES[::-1], 12, seed=1)
    for style in STYLES:
        assert many.of(style.name)[:5] == few.of(style.name)
    assert make_design(STYLES, 5, seed=2).looks != few.looks
    first, second = (few.of(style.name)[0] for style in STYLES)
    assert first.strength != second.strength


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"points": 0}, "points is 0; it must be between 1 and 4096"),
        ({"points": 5000}, "points is 5000"),
        ({"points": 4, "seed": -1}, "seed is -1; it must be 0 or more"),
    ],
)
def test_what_is_out_of_range_is_refused(told: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        make_design(STYLES, **told)
