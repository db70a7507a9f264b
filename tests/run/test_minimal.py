"""Parts of a recipe left out: which are kept, and what each of them does."""

from __future__ import annotations

import math

import pytest

from blackcamo.run.minimal import Point, explain_parts, held
from blackcamo.strategies import Goal

GOAL = Goal(45, appeal_floor=80)
NOTHING = Point(60, 90)
# What each part does alone; 1 and 2 undo each other's harm, and 3 does too much of what 0 does.
SCORES, APPEALS = {0: -16.0, 1: 2.0, 2: -0.5, 3: -3.0}, {0: -4.0, 1: -3.0, 2: 5.0, 3: 1.0}


class Pictures:
    """Pictures with some parts, counted; only so many can be measured."""

    def __init__(self, most: int = 100) -> None:
        self.known: dict[frozenset[int], Point] = {}
        self.most = most

    def __call__(self, kept: frozenset[int]) -> Point | None:
        if kept not in self.known and len(self.known) == self.most:
            return None
        score = NOTHING.score + sum(SCORES[i] for i in kept) + (3 if {0, 3} <= kept else 0)
        appeal = NOTHING.appeal + sum(APPEALS[i] for i in kept) - (9 if kept == {0} else 0)
        return self.known.setdefault(kept, Point(score, appeal))


def test_shares_add_up_to_what_was_measured() -> None:
    found = explain_parts([3, 2, 1, 0], Pictures(), GOAL)
    assert found.shares.keys() == SCORES.keys()
    whole = found.full - found.nothing
    assert math.isclose(sum(p.score for p in found.shares.values()), whole.score, abs_tol=1e-9)
    assert math.isclose(sum(p.appeal for p in found.shares.values()), whole.appeal, abs_tol=1e-9)
    # 0 and 3 do part of their work twice, so that leaving out each alone has no such sum.
    alone = sum((found.full - point).score for point in found.alone.values())
    assert math.isclose(alone, whole.score + 3, abs_tol=1e-9)


def test_what_is_kept_holds_the_goal_and_nothing_more_can_be_left_out() -> None:
    pictures = Pictures()
    found = explain_parts([3, 2, 1, 0], pictures, GOAL)
    # Without 2 appeal is under the floor, so 0 alone is not enough.
    assert found.kept == {0, 2}
    assert found.minimal == pictures(found.kept)
    assert GOAL.succeeded(found.minimal.score, found.minimal.appeal)
    for part in found.kept:
        fewer = pictures(found.kept - {part})
        assert fewer is not None
        assert not GOAL.succeeded(fewer.score, fewer.appeal)
    assert found.complete


@pytest.mark.parametrize("most", range(2, 9))
def test_what_cannot_be_measured_is_not_guessed(most: int) -> None:
    pictures = Pictures(most)
    found = explain_parts([3, 2, 1, 0], pictures, GOAL)
    assert len(pictures.known) <= most
    assert found.minimal == pictures.known[found.kept]
    assert set(found.alone.values()) <= set(pictures.known.values())
    assert not found.complete
    # All of them or none: what is missing of a sum would go unnoticed.
    assert len(found.shares) in (0, len(SCORES))


def test_the_least_visible_are_measured_first() -> None:
    assert explain_parts([3, 2, 1, 0], Pictures(4), GOAL).alone.keys() == {3, 2}


@pytest.mark.parametrize(
    ("goal", "reached", "holds"),
    [
        (GOAL, Point(44, 85), GOAL),
        (GOAL, Point(48, 85), Goal(48, appeal_floor=80)),
        (GOAL, Point(44, 70), Goal(45, appeal_floor=70)),
        (
            Goal(55, higher_is_better=False, appeal_floor=80),
            Point(52, 85),
            Goal(52, higher_is_better=False, appeal_floor=80),
        ),
    ],
)
def test_where_the_goal_was_missed_what_was_reached_is_held(
    goal: Goal, reached: Point, holds: Goal
) -> None:
    assert held(goal, reached) == holds
    assert held(goal, reached).succeeded(reached.score, reached.appeal)
