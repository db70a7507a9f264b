"""Picks from a front, against their definitions."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blackcamo.study.ranking import best, knee, lowest, pareto

POINTS = [(60.0, 95.0), (45.0, 90.0), (44.0, 90.0), (30.0, 85.0), (20.0, 40.0), (25.0, 30.0)]

# Few values, so that ties are common.
points = st.lists(
    st.tuples(
        st.sampled_from([0.0, 10.0, 20.0, 30.0, math.nan]), st.sampled_from([50.0, 60.0, 70.0])
    )
)


def beats(a: tuple[float, float], b: tuple[float, float]) -> bool:
    return a[0] <= b[0] and a[1] >= b[1] and a != b


def mirrored(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(-score, appeal) for score, appeal in points]


def test_picks() -> None:
    assert pareto(POINTS) == [4, 3, 2, 0]
    assert knee(POINTS) == 3
    assert best(POINTS, target=45) == 2
    assert best(POINTS, target=45, appeal_floor=91) is None
    assert lowest(POINTS) == 4


@given(points)
def test_the_front_is_what_nothing_beats_once_each(points: list[tuple[float, float]]) -> None:
    front = [points[i] for i in pareto(points)]
    valid = [p for p in points if not math.isnan(p[0])]
    assert set(front) == {p for p in valid if not any(beats(q, p) for q in valid)}
    assert len(front) == len(set(front))
    assert front == sorted(front)


@given(points)
def test_the_other_direction_mirrors_every_pick(points: list[tuple[float, float]]) -> None:
    other = mirrored(points)
    assert pareto(other, higher_is_better=False) == pareto(points)
    assert knee(other, higher_is_better=False) == knee(points)
    assert lowest(other, higher_is_better=False) == lowest(points)
    assert best(other, target=-10, higher_is_better=False) == best(points, target=10)


@given(points)
def test_picks_lie_on_the_front(points: list[tuple[float, float]]) -> None:
    front = [points[i] for i in pareto(points)]
    for pick in (knee(points), lowest(points), best(points, target=math.inf)):
        assert (pick is None) == (not front)
        if pick is not None:
            assert points[pick] in front


@pytest.mark.parametrize("nothing", [[], [(math.nan, 90.0)], [(20.0, math.nan)]])
def test_nothing_is_picked_from_nothing(nothing: list[tuple[float, float]]) -> None:
    assert pareto(nothing) == []
    assert knee(nothing) is lowest(nothing) is best(nothing, target=50) is None


def test_the_knee_does_not_depend_on_the_scale() -> None:
    rescaled = [(1 + score * 0.09, appeal) for score, appeal in POINTS]
    assert knee(rescaled) == knee(POINTS)
