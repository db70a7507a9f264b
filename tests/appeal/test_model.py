"""The model is monotone, bounded by its worst complaint, and on the scale that it promises."""

from __future__ import annotations

import itertools

import pytest
import torch

from blackcamo.appeal.model import (
    ACCEPTED,
    BASE,
    BONUS,
    UNCHANGED,
    Weights,
    appraised,
    calibrated,
    cost,
    points,
    posted,
)

WEIGHTS = Weights({"one": 2.0, "two": 3.0}, {"contrast": 3.0, "colour": 2.0}, -3.0, 0.5)


def value(one: float = 0, two: float = 0, contrast: float = 0, colour: float = 0) -> float:
    complaints = {"one": torch.tensor([one]), "two": torch.tensor([two])}
    gains = {"contrast": torch.tensor([contrast]), "colour": torch.tensor([colour])}
    found, parts = appraised(complaints, gains, WEIGHTS)
    assert found.item() <= min(p.item() for p in parts.values()) + BONUS + 1e-4
    return found.item()


def test_nothing_has_90() -> None:
    assert value() == pytest.approx(UNCHANGED)


def test_80_is_where_four_of_five_post_it() -> None:
    spent = torch.tensor([BASE - torch.logit(torch.tensor(0.8)).item()])
    assert posted(spent).item() == pytest.approx(0.8)
    assert points(spent).item() == pytest.approx(ACCEPTED)


def test_more_is_ever_worse_and_a_search_is_told_so() -> None:
    values = [value(one=x / 10) for x in range(60)]
    steps = [a - b for a, b in itertools.pairwise(values)]
    assert min(steps) > 0
    at_30 = min(range(59), key=lambda n: abs(values[n] - 30))
    at_80 = min(range(59), key=lambda n: abs(values[n] - 80))
    assert steps[at_30] > steps[at_80] / 2


def test_small_complaints_add_up() -> None:
    assert value(one=0.4, two=0.4) < min(value(one=0.4), value(two=0.4)) - 5


def test_gains_raise_what_is_posted_anyway_and_buy_off_no_complaint() -> None:
    assert value(contrast=0.3) > UNCHANGED + 2
    assert value(contrast=0.3, colour=0.5) > value(contrast=0.3)
    assert value(contrast=9, colour=9) <= UNCHANGED + BONUS
    under = value(one=1.0)
    assert under < ACCEPTED
    assert value(one=1.0, contrast=9, colour=9) == pytest.approx(under)


def test_the_constants_are_positive_and_of_all_parts() -> None:
    weights = calibrated()
    assert min(weights.complaints.values()) > 0
    assert min(weights.gains.values()) >= 0
    assert weights.spoiled >= 0
    assert cost({name: torch.ones(1) for name in weights.complaints}, weights).item() > 10
