"""How strong candidates may be, and what that is guessed from."""

from __future__ import annotations

import math

import numpy as np
import pytest

from blackcamo import strength
from blackcamo.strength import Coordinates, Foresight, Vector
from blackcamo.types import Appraisal, Falloff, Kind

FLOOR = 70.0


def candidates(
    count: int, slope: float, full: float = 2.0, seed: int = 0
) -> tuple[list[Coordinates], list[Coordinates]]:
    """Asked coordinates and accepted ones, whose strength is 0.5 exp(slope x cosine) at most."""
    generator = np.random.default_rng(seed)
    asked, accepted = [], []
    for _ in range(count):
        direction = generator.normal(size=3) + np.array([1.0, 0.0, 0.0])
        direction /= np.linalg.norm(direction)
        kept = min(full, 0.5 * math.exp(slope * direction[1]))
        asked.append(kinds(full * direction))
        accepted.append(kinds(kept * direction))
    return asked, accepted


def learnt(
    asked: list[Coordinates], accepted: list[Coordinates], foresight: Foresight | None = None
) -> Foresight:
    foresight = foresight or Foresight()
    for one, other in zip(asked, accepted, strict=True):
        foresight.see(one, other, FLOOR)
    foresight.learn()
    return foresight


def kinds(spatial: Vector) -> Coordinates:
    return {"geometry": np.zeros(2), "spatial": spatial}


@pytest.mark.parametrize("slope", [0.0, 0.6, -1.0])
def test_foresight_tells_the_strength_of_a_direction(slope: float) -> None:
    foresight = learnt(*candidates(48, slope))
    for asked, accepted in zip(*candidates(20, slope, seed=1), strict=True):
        share = foresight.shares(asked, FLOOR)["spatial"]
        kept = np.linalg.norm(accepted["spatial"]) / np.linalg.norm(asked["spatial"])
        assert share == pytest.approx(kept, rel=0.05)


def test_one_that_was_accepted_in_full_says_that_no_less_is() -> None:
    # A third of these would be accepted stronger than they were meant to be.
    asked, accepted = candidates(200, 1.5, full=0.7)
    spared = [
        a is b or np.allclose(a["spatial"], b["spatial"])
        for a, b in zip(asked, accepted, strict=True)
    ]
    assert 0.2 < np.mean(spared) < 0.5
    foresight = learnt(asked, accepted)
    told = [foresight.shares(one, FLOOR).get("spatial", 1.0) for one in asked]
    assert np.mean([share == 1 for share, full in zip(told, spared, strict=True) if full]) > 0.9
    assert np.mean([share < 1 for share, full in zip(told, spared, strict=True) if not full]) > 0.8


def test_foresight_says_nothing_before_it_has_seen_enough() -> None:
    asked, accepted = candidates(4, 0.0)
    assert learnt(asked[:3], accepted[:3]).shares(asked[0], FLOOR) == {}
    foresight = learnt(asked, accepted)
    assert set(foresight.shares(asked[0], FLOOR)) == {"spatial"}
    # Nor of what was always accepted, nor of what is neutral.
    assert learnt(asked, asked).shares(asked[0], FLOOR) == {}
    assert foresight.shares(kinds(np.zeros(3)), FLOOR) == {}


def test_foresight_forgets_what_is_long_ago() -> None:
    foresight = learnt(*candidates(600, 1.0))
    asked, accepted = candidates(520, -1.0)
    learnt(asked, accepted, foresight)
    up = kinds(np.array([0.0, 2.0, 0.0]))
    assert foresight.shares(up, FLOOR)["spatial"] == pytest.approx(0.25 * math.exp(-1), rel=0.05)
    # Nor is there a law left of what was weakened, once nothing is.
    assert learnt(asked, asked, foresight).shares(up, FLOOR) == {}


def test_foresight_tells_no_strength_beyond_those_seen() -> None:
    asked, accepted = candidates(48, 2.0)
    seen = [float(np.linalg.norm(one["spatial"])) for one in accepted]
    for sign in (1.0, -1.0):
        share = learnt(asked, accepted).shares(kinds(np.array([0.0, sign * 50.0, 0.0])), FLOOR)[
            "spatial"
        ]
        assert min(seen) <= share * 50.0 * (1 + 1e-9)
        assert share * 50.0 <= max(seen) * (1 + 1e-9)


@pytest.mark.parametrize("power", [1.2, 1.5, 2.0])
def test_under_a_higher_floor_less_strength_is_foretold(power: float) -> None:
    def accepted(floor: float) -> float:
        return float(math.log(100 / (floor + 1)) ** (1 / power))

    asked, _ = candidates(48, 0.0)
    foresight = Foresight()
    for one in asked:
        direction = one["spatial"] / np.linalg.norm(one["spatial"])
        foresight.see(one, kinds(accepted(FLOOR) * direction), FLOOR)
    foresight.learn()
    for floor in (76.0, 84.0):
        told = 2.0 * foresight.shares(asked[0], floor)["spatial"]
        # Within a quarter, whatever the measure's own power.
        assert told == pytest.approx(accepted(floor), rel=0.25)
        assert told < accepted(FLOOR)


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
