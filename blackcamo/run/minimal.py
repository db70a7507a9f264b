"""Which parts of a recipe it takes, and what each of them does: parts are left out and measured.

The parts are numbered. They are removed one after the other, from all of them to none, and what a
step changes is the part's share: so shares add up to what the whole recipe does, whatever parts do
to each other. What leaving out one part alone changes does not.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from blackcamo.strategies import Goal


@dataclass(frozen=True, slots=True)
class Point:
    """Score and appeal of a picture."""

    score: float
    appeal: float

    def __sub__(self, other: Point) -> Point:
        return Point(self.score - other.score, self.appeal - other.appeal)


Measure: TypeAlias = Callable[[frozenset[int]], Point | None]
"""Score and appeal of the picture with some parts; None where it cannot be measured any more."""
_Left: TypeAlias = tuple[frozenset[int], Point]
"""The parts that are left, and the picture with them."""


@dataclass(frozen=True, slots=True)
class Explained:
    """The parts of a recipe with their effects on score and appeal.

    Args:
        nothing: the picture with none of them.
        full: with all of them.
        minimal: with those that are ``kept``.
        kept: the parts that it takes; leaving out one more misses the goal.
        alone: part -> the picture with all but that one, as far as that was measured.
        shares: part -> what it adds on the way from nothing to all of them; empty where the way
            was not measured to its end.
        complete: whether all was measured.
    """

    nothing: Point
    full: Point
    minimal: Point
    kept: frozenset[int]
    alone: Mapping[int, Point]
    shares: Mapping[int, Point]
    complete: bool


def held(goal: Goal, reached: Point) -> Goal:
    """The goal that must hold while parts are left out: where it was not reached, what was."""
    target = goal.target if goal.reached(reached.score) else reached.score
    # Scores may leave the scale that people quote.
    target = min(max(target, goal.low), goal.high)
    return replace(goal, target=target, appeal_floor=min(goal.appeal_floor, reached.appeal))


def explain_parts(order: Sequence[int], measure: Measure, goal: Goal) -> Explained:
    """Leave out parts one by one while the goal holds, then the rest of them.

    The one that contributes least goes first, as leaving it out alone tells; what is kept is tried
    again until none of it can be left out.

    Args:
        order: the parts, the least visible first.
        measure: the picture with some parts; None where it cannot be measured any more. It is
            asked for nothing and for all parts first, which must be measured.
        goal: see :func:`held`.
    """
    whole = frozenset(order)
    nothing, full = measure(frozenset()), measure(whole)
    if nothing is None or full is None:
        raise ValueError("the photo and the whole recipe must be measured")
    asked = {part: measure(whole - {part}) for part in order}
    alone = {part: point for part, point in asked.items() if point is not None}
    least_first = sorted(order, key=lambda part: _worth(part, alone, full, goal))
    gone = [(whole, full)]
    complete = len(alone) == len(order)
    complete &= _leave_out_while_held(gone, least_first, measure, goal)
    kept, minimal = gone[-1]
    complete &= _leave_out_the_rest(gone, least_first, measure)
    return Explained(nothing, full, minimal, kept, alone, _shares(gone), complete)


def _leave_out_while_held(
    gone: list[_Left], least_first: Sequence[int], measure: Measure, goal: Goal
) -> bool:
    """Leave out parts as long as the goal holds; whether all that was asked could be measured."""
    complete = shorter = True
    while shorter:
        shorter = False
        for part in least_first:
            kept = gone[-1][0]
            if part not in kept:
                continue
            point = measure(kept - {part})
            complete = complete and point is not None
            if point is not None and goal.succeeded(point.score, point.appeal):
                gone.append((kept - {part}, point))
                shorter = True
    return complete


def _leave_out_the_rest(gone: list[_Left], least_first: Sequence[int], measure: Measure) -> bool:
    """Leave out all that is left, goal or not; whether all of it could be measured."""
    left = gone[-1][0]
    for part in [part for part in least_first if part in left]:
        left -= {part}
        point = measure(left)
        if point is None:
            return False
        gone.append((left, point))
    return True


def _shares(gone: Sequence[_Left]) -> dict[int, Point]:
    """Part -> what it adds, where the way went on to nothing."""
    shares: dict[int, Point] = {}
    if gone[-1][0] == frozenset():
        for (more, with_it), (fewer, without) in itertools.pairwise(gone):
            (part,) = more - fewer
            shares[part] = with_it - without
    return shares


def _worth(part: int, alone: Mapping[int, Point], full: Point, goal: Goal) -> tuple[bool, float]:
    """How far the score goes back without a part; what was not measured comes last."""
    if part not in alone:
        return True, 0.0
    return False, goal.gap(alone[part].score) - goal.gap(full.score)
