"""Accuracy, reduction and the jury's images, against numbers made by hand."""

from __future__ import annotations

import pytest

from blackcamo.mediaeval.measures import jury_images, measure
from blackcamo.types import ScorerInfo

UP = ScorerInfo("up", threshold=50)
DOWN = ScorerInfo("down", threshold=50, higher_is_better=False)


def test_accuracy_counts_what_is_still_at_the_threshold() -> None:
    result = measure([50.0, 49.9, 80.0, 20.0, 10.0], UP)
    assert (result.accuracy, result.reduction) == pytest.approx((2 / 5, 3 / 5))
    assert result.mean_score == pytest.approx(41.98)
    assert result.qualified


def test_a_lower_is_better_scale_is_turned() -> None:
    assert measure([50.0, 50.1, 20.0, 80.0], DOWN).accuracy == 0.5


def test_missing_images_protect_nothing_and_have_no_mean() -> None:
    result = measure([None, 10.0, None, 30.0], UP)
    assert (result.accuracy, result.mean_score) == (0.5, 20)
    nothing = measure([None, None], UP)
    assert (nothing.accuracy, nothing.reduction, nothing.mean_score) == (1, 0, None)


@pytest.mark.parametrize(("low", "qualified"), [(5, False), (6, True)])
def test_half_is_not_enough_to_qualify(low: int, qualified: bool) -> None:
    assert measure([10.0] * low + [90.0] * (10 - low), UP).qualified is qualified


def test_the_jury_sees_the_twenty_of_highest_variance() -> None:
    # Image n spreads by n about a level of its own: its variance is n * n.
    names = [f"p{n:02}" for n in range(30)]
    one = {name: 50.3 + 0.1 * n - n for n, name in enumerate(names)}
    two = {name: 50.3 + 0.1 * n + n for n, name in enumerate(names)}
    assert jury_images([one, two]) == names[:9:-1]


def test_ties_go_by_name_whatever_their_level() -> None:
    runs = [
        {"d": 0.1, "c": 70.1, "b": 3.3, "a": 10.0},
        {"d": 0.3, "c": 70.3, "b": 3.5, "a": 10.0},
    ]
    assert jury_images(runs, count=3) == ["b", "c", "d"]
    assert jury_images(runs) == ["b", "c", "d", "a"]


def test_images_that_a_run_lacks_are_not_for_the_jury() -> None:
    assert jury_images([{"a": 1.0, "b": 1.0, "c": 0.0}, {"a": 99.0, "b": None}]) == ["a"]


def test_one_run_alone_has_no_variance() -> None:
    assert jury_images([{"a": 1.0, "b": 2.0}]) == []
