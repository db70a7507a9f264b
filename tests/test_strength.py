"""How strong candidates may be, and what that is guessed from."""

from __future__ import annotations

import math

import pytest

from blackcamo import strength
from blackcamo.types import Appraisal, Falloff, Kind


def test_the_usual_strength_is_what_most_of_a_batch_was_weakened_to() -> None:
    asked: dict[Kind, float] = {"geometry": 0.0, "look": 2.0, "spatial": 1.6}
    left = [{**asked, "spatial": value} for value in (0.2, 0.4, 0.8, 1.6)]
    usual = strength.usual([asked] * 4, left)
    assert set(usual) == {"spatial"}
    assert usual["spatial"] == pytest.approx(0.4)
    # One that was left as it was may be an exception; two of four are none.
    assert strength.usual([asked] * 4, [*left[:2], left[3], left[3]]) == {}
    assert strength.usual([], []) == {}


def test_shares_leave_no_more_than_is_accepted() -> None:
    asked: dict[Kind, float] = {"geometry": 0.0, "look": 2.0, "spatial": 1.6}
    found = strength.shares(asked, {"look": 3.0, "spatial": 0.4, "geometry": 0.1})
    assert found == {"geometry": 1.0, "look": 1.0, "spatial": 0.25}


LAW: dict[Kind, Falloff] = {"spatial": Falloff(90.0, 1.5)}


def appraisal(spatial: float, look: float = 90.0) -> Appraisal:
    by_kind: dict[Kind, float] = {"geometry": 100.0, "look": look, "spatial": spatial}
    return Appraisal(min(by_kind.values()), {}, by_kind, LAW)


@pytest.mark.parametrize("spatial", [20.0, 60.0, 69.9, 74.1, 80.0])
def test_a_share_is_corrected_by_the_law_that_is_told(spatial: float) -> None:
    corrected = strength.corrected(appraisal(spatial), {"spatial": 0.3}, 70.0)
    assert set(corrected) == {"spatial"}
    fallen = math.log(90 / spatial) * (corrected["spatial"] / 0.3) ** 1.5
    assert 90 * math.exp(-fallen) == pytest.approx(71.0)


@pytest.mark.parametrize("spatial", [70.0, 71.5, 74.0])
def test_what_is_at_the_floor_or_a_little_above_is_left(spatial: float) -> None:
    assert strength.corrected(appraisal(spatial), {"spatial": 0.3}, 70.0) == {}


def test_no_candidate_becomes_stronger_than_it_was_meant_to_be() -> None:
    assert strength.corrected(appraisal(80.0), {"spatial": 1.0}, 70.0) == {}
    assert strength.corrected(appraisal(80.0), {"spatial": 0.9}, 70.0) == {"spatial": 1.0}
    # Nor by more than can be foretold.
    assert strength.corrected(appraisal(89.9), {"spatial": 0.1}, 70.0) == {"spatial": 0.2}


def test_every_kind_answers_for_itself_or_all_for_the_whole() -> None:
    assert set(strength.corrected(appraisal(50.0, look=60.0), {}, 70.0)) == {"look", "spatial"}
    assert set(strength.corrected(Appraisal(50.0, {}), {}, 70.0)) == {
        "geometry", "look", "spatial",
    }  # fmt: skip


def test_a_floor_that_nothing_reaches_is_aimed_for_as_far_as_it_goes() -> None:
    corrected = strength.corrected(appraisal(50.0), {}, 95.0)
    assert 0 < corrected["spatial"] < 0.2
