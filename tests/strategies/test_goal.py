"""The goal: what is better than what, on any scorer's scale."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blackcamo.errors import OptionError
from blackcamo.strategies import Goal
from blackcamo.strategies.goal import FAILED, SAFETY
from blackcamo.types import ScorerInfo

GOAL = Goal(45.0, appeal_floor=70.0)
# The same goal for a scorer that gives good pictures low scores, on a scale of 0 to 1.
MIRRORED = Goal(0.55, low=0.0, high=1.0, higher_is_better=False, appeal_floor=70.0)

scores = st.floats(-50, 150)
appeals = st.floats(0, 100)


def test_above_the_target_a_point_of_score_is_worth_more_than_a_point_of_appeal() -> None:
    assert GOAL.loss(60, 80) < GOAL.loss(61, 89)


def test_below_the_target_only_appeal_counts() -> None:
    past = 45 - SAFETY
    assert GOAL.loss(past, 87) < GOAL.loss(past, 86) == GOAL.loss(10, 86)


@given(scores, appeals, scores, appeals)
def test_a_success_with_margin_beats_whatever_falls_short(
    score: float, appeal: float, other: float, other_appeal: float
) -> None:
    if score > 45 - SAFETY or appeal < 70:
        return
    # 30 is the worst loss of a success: 100 minus the floor.
    if other > 45 - SAFETY + 3 or other_appeal < 70 - 30 / 21:
        assert GOAL.loss(score, appeal) <= 30 < GOAL.loss(other, other_appeal)


@given(scores, st.floats(0, 69))
def test_score_cannot_be_bought_with_appeal_under_the_floor(score: float, appeal: float) -> None:
    assert GOAL.loss(score, appeal) > GOAL.loss(score + 1, appeal + 1)


@given(scores, appeals)
def test_direction_and_scale_make_no_difference(score: float, appeal: float) -> None:
    mirrored = MIRRORED.loss(1 - score / 100, appeal)
    assert mirrored == pytest.approx(GOAL.loss(score, appeal), rel=1e-9, abs=1e-9)
    if abs(score - 45) > 1e-9:
        assert MIRRORED.reached(1 - score / 100) == GOAL.reached(score)


@given(st.floats(), st.floats())
def test_losses_are_finite_and_failures_the_worst(score: float, appeal: float) -> None:
    loss = GOAL.loss(score, appeal)
    valid = math.isfinite(score) and math.isfinite(appeal)
    assert 0 <= loss < FAILED if valid else loss == FAILED


def test_reaching_and_succeeding() -> None:
    assert GOAL.reached(45.0)
    assert not GOAL.reached(45.001)
    assert not GOAL.reached(math.nan)
    assert GOAL.succeeded(45.0, 70.0)
    assert not GOAL.succeeded(45.0, 69.9)
    assert not GOAL.succeeded(45.1, 99.0)


def test_a_goal_moves_but_stays_on_the_scale() -> None:
    moved = GOAL.moved(-5.0)
    assert moved.target == 40.0
    assert moved.loss(45.0, 80.0) == GOAL.loss(50.0, 80.0)
    assert GOAL.moved(-60.0).target == 0.0


@pytest.mark.parametrize(
    ("info", "target"),
    [
        (ScorerInfo("a"), 45.0),
        (ScorerInfo("b", low=1.0, high=10.0, threshold=5.0), 4.55),
        (ScorerInfo("c", threshold=30.0, higher_is_better=False), 35.0),
        (ScorerInfo("d", threshold=2.0), 0.0),
    ],
)
def test_the_default_target_is_five_percent_of_the_scale_past_the_threshold(
    info: ScorerInfo, target: float
) -> None:
    assert Goal.for_scorer(info).target == pytest.approx(target)


def test_impossible_goals_are_refused() -> None:
    info = ScorerInfo("a")
    with pytest.raises(OptionError, match="at or below the threshold 50 of 'a'"):
        Goal.for_scorer(info, target=51)
    with pytest.raises(OptionError, match="at or above the threshold"):
        Goal.for_scorer(ScorerInfo("c", higher_is_better=False), target=49)
    with pytest.raises(OptionError, match="target is nan"):
        Goal.for_scorer(info, target=math.nan)
    with pytest.raises(OptionError, match="target is -3"):
        Goal.for_scorer(info, target=-3)
    with pytest.raises(OptionError, match="appeal floor is 101"):
        Goal.for_scorer(info, appeal_floor=101)
    with pytest.raises(OptionError, match="scale 5 to 5 is empty"):
        Goal(5, low=5, high=5)


@pytest.mark.parametrize(
    ("verified", "index"),
    [
        # Verified, both are at the target; how far past it counts for nothing.
        ([(43.0, 82.0), (44.6, 83.0)], 1),
        ([(46.0, 90.0), (44.9, 61.0)], 0),
        # What people would mind is not delivered for its score.
        ([(50.0, 85.0), (30.0, 16.0)], 0),
        ([(46.0, 71.0), (45.5, 71.0), (60.0, 100.0)], 1),
        ([(80.0, 100.0)], 0),
    ],
)
def test_the_winner_is_the_most_appealing_success_or_the_least_loss(
    verified: list[tuple[float, float]], index: int
) -> None:
    assert GOAL.winner(verified) == index
