"""Picks from a front, as pure functions of (score, appeal) points.

A lower score and a higher appeal are better; ``higher_is_better=False`` mirrors that for scorers
that give good pictures low scores. Points with NaN are never picked. All return indices.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]


def pareto(points: Sequence[Point], *, higher_is_better: bool = True) -> list[int]:
    """The points that no other one beats in score and appeal, by rising (best first) score.

    Of equal points the first one counts.

    >>> pareto([(50, 90), (40, 80), (45, 70), (40, 80)])
    [1, 0]
    """
    oriented = _oriented(points, higher_is_better=higher_is_better)
    front: list[int] = []
    highest = -math.inf
    for index in sorted(oriented, key=lambda i: (oriented[i][0], -oriented[i][1], i)):
        if oriented[index][1] > highest:
            highest = oriented[index][1]
            front.append(index)
    return front


def knee(points: Sequence[Point], *, higher_is_better: bool = True) -> int | None:
    """Where the front bends most: farthest from the line between its ends; None if empty.

    Score and appeal are measured in units of the front's extent, so that the scale of the scorer
    does not matter.

    Source: Das, "On characterizing the 'knee' of the Pareto curve", Structural Optimization 1999.
    """
    front = pareto(points, higher_is_better=higher_is_better)
    if not front:
        return None
    oriented = _oriented(points, higher_is_better=higher_is_better)
    (low, appeal_low), (high, appeal_high) = oriented[front[0]], oriented[front[-1]]
    width, height = high - low, appeal_high - appeal_low

    def bulge(index: int) -> float:
        score, appeal = oriented[index]
        if width == 0 or height == 0:
            return 0.0
        return (appeal - appeal_low) / height - (score - low) / width

    return max(front, key=bulge)


def best(
    points: Sequence[Point],
    *,
    target: float,
    appeal_floor: float = 0.0,
    higher_is_better: bool = True,
) -> int | None:
    """Highest appeal at the target or past it and not under the floor; None if there is none.

    Equal appeal goes to the better score.
    """
    oriented = _oriented(points, higher_is_better=higher_is_better)
    limit = target if higher_is_better else -target
    good = [i for i, (s, a) in oriented.items() if s <= limit and a >= appeal_floor]
    return max(good, key=lambda i: (oriented[i][1], -oriented[i][0]), default=None)


def lowest(points: Sequence[Point], *, higher_is_better: bool = True) -> int | None:
    """The most camouflaged point, whatever it looks like; None if there is none.

    Equal scores go to the higher appeal.
    """
    oriented = _oriented(points, higher_is_better=higher_is_better)
    return min(oriented, key=lambda i: (oriented[i][0], -oriented[i][1]), default=None)


def _oriented(points: Sequence[Point], *, higher_is_better: bool) -> dict[int, Point]:
    """Index -> point whose score is better when lower, without failed ones."""
    sign = 1.0 if higher_is_better else -1.0
    return {
        index: (sign * score, appeal)
        for index, (score, appeal) in enumerate(points)
        if not (math.isnan(score) or math.isnan(appeal))
    }
