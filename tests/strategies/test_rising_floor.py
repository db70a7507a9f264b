"""What appeal candidates are brought to."""

from __future__ import annotations

import math

from blackcamo.strategies import Goal, RisingFloor
from blackcamo.types import Evaluation

GOAL = Goal(45.0, appeal_floor=70.0)


def found(score: float, appeal: float) -> Evaluation:
    return Evaluation((), {}, score, appeal, {}, "digest", 1, 1, 1)


def risen(*batches: list[tuple[float, float]]) -> list[float]:
    """The floor before any batch, and after each."""
    floor = RisingFloor(GOAL)
    values = [floor.value]
    for batch in batches:
        floor.tell([found(*one) for one in batch])
        values.append(floor.value)
    return values


def test_it_is_the_goals_until_something_succeeds() -> None:
    # Short of the target, so near that a proxy may err, under the floor, and failed.
    tried = [(60.0, 74.0), (44.5, 74.0), (30.0, 69.0), (math.nan, 0.0)]
    assert risen(tried, tried, tried) == [70.0] * 4


def test_after_a_success_it_is_a_step_above_the_best() -> None:
    assert risen([(44.0, 71.0), (30.0, 73.0), (50.0, 90.0)])[-1] == 77.0


def test_steps_grow_with_success_and_shrink_without() -> None:
    won, lost = [(40.0, 73.0)], [(50.0, 78.0)]
    assert risen(won, lost, lost, lost, lost)[1:] == [77.0, 75.0, 74.0, 73.0, 73.0]
    # As long as before the first success, however late that comes.
    assert risen(lost, lost, won, [(40.0, 77.0)], [(40.0, 85.0)])[1:] == [
        70.0, 70.0, 77.0, 85.0, 92.5,
    ]  # fmt: skip
    assert risen(won, lost, [(40.0, 75.5)])[-1] == 79.5


def test_a_worse_success_is_none() -> None:
    assert risen([(40.0, 80.0)], [(20.0, 75.0)])[-1] == 82.0


def test_it_never_asks_for_all() -> None:
    assert risen([(40.0, 99.0)], [(40.0, 99.5)])[-1] == 99.75
    assert risen([(40.0, 100.0)], [(40.0, 100.0)])[-1] == 100.0
