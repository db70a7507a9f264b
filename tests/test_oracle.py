"""The ledger counts every image, and the oracle lets none by uncounted."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from blackcamo.errors import BudgetError, OptionError
from blackcamo.oracle import Ledger, Oracle
from blackcamo.types import Pixels, ScorerInfo


def picture(value: int) -> tuple[str, Pixels]:
    return f"digest-{value}", np.full((4, 4, 3), value, np.uint8)


class Recorder:
    """Scores by the first pixel and notes every call; ``judge`` may misbehave."""

    def __init__(self, judge: Callable[[list[int]], Sequence[float]] | None = None) -> None:
        self.info = ScorerInfo(name="recorder")
        self.calls: list[tuple[list[int], bool]] = []
        self.judge = judge or (lambda values: [float(v) for v in values])

    @property
    def images(self) -> int:
        return sum(len(values) for values, _ in self.calls)

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> Sequence[float]:
        values = [int(image[0, 0, 0]) for image in images]
        self.calls.append((values, reference))
        return self.judge(values)


@pytest.mark.parametrize("budget", [0, -3])
def test_a_budget_must_be_positive(budget: int) -> None:
    with pytest.raises(OptionError, match=f"budget is {budget}; it must be at least 1"):
        Ledger(budget)


def test_the_ledger_never_exceeds_its_budget_and_keeps_the_reserve_for_verification() -> None:
    ledger = Ledger(10, reserve=3)
    ledger.spend("baseline", 1)
    ledger.spend("search", 6)
    with pytest.raises(BudgetError, match="1 more search queries would exceed the budget of 10"):
        ledger.spend("search", 1)
    assert not ledger.permit_retries(1)
    ledger.spend("verify", 3)
    with pytest.raises(BudgetError):
        ledger.spend("verify", 1)
    assert ledger.counts() == {
        "baseline": 1, "search": 6, "verify": 3, "retries": 0, "lost": 0,
        "cache_hits": 0, "total": 10, "budget": 10,
    }  # fmt: skip


def test_known_pictures_and_repeats_within_a_batch_cost_nothing() -> None:
    scorer, ledger = Recorder(), Ledger(10)
    oracle = Oracle(scorer, ledger)
    first = oracle.ask([picture(1), picture(2), picture(1)], kind="search", reference=False)
    again = oracle.ask([picture(2)], kind="search", reference=False)
    assert [(a.score, a.cached) for a in first] == [(1, False), (2, False), (1, True)]
    assert [(a.score, a.cached) for a in again] == [(2, True)]
    assert scorer.images == ledger.total == 2
    assert ledger.cache_hits == 2


def test_the_reference_path_scores_alone_and_is_cached_apart() -> None:
    scorer = Recorder()
    oracle = Oracle(scorer, Ledger(10))
    oracle.ask([picture(1)], kind="search", reference=False)
    oracle.ask([picture(1), picture(2)], kind="verify", reference=True)
    assert scorer.calls == [([1], False), ([1], True), ([2], True)]


def test_what_exceeds_the_budget_is_refused_before_anything_is_sent() -> None:
    scorer = Recorder()
    oracle = Oracle(scorer, Ledger(2))
    with pytest.raises(BudgetError):
        oracle.ask([picture(v) for v in range(3)], kind="search", reference=False)
    assert scorer.images == 0


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_no_number_fails_its_candidate_alone(bad: float) -> None:
    scorer = Recorder(lambda values: [bad if v == 2 else v for v in values])
    answers = Oracle(scorer, Ledger(10)).ask(
        [picture(v) for v in (1, 2, 3)], kind="search", reference=False
    )
    assert [a.score for a in answers][::2] == [1, 3]
    assert math.isnan(answers[1].score)
    assert answers[1].error == f"the scorer returned {bad}"


def test_a_failing_call_is_repeated_one_by_one_and_every_image_counts() -> None:
    def fails_on_two(values: list[int]) -> list[float]:
        if 2 in values:
            raise RuntimeError("no\nidea")
        return [float(v) for v in values]

    scorer, ledger = Recorder(fails_on_two), Ledger(20)
    answers = Oracle(scorer, ledger).ask(
        [picture(v) for v in (1, 2, 3)], kind="search", reference=False
    )
    assert [a.error for a in answers] == [None, "RuntimeError: no idea", None]
    assert scorer.images == ledger.total == 6
    assert ledger.counts()["retries"] == 3


def test_retries_stop_at_the_budget() -> None:
    def wrong_count(values: list[int]) -> list[float]:
        return [1.0] * (len(values) + 1)

    scorer, ledger = Recorder(wrong_count), Ledger(5, reserve=1)
    answers = Oracle(scorer, ledger).ask(
        [picture(v) for v in (1, 2, 3)], kind="search", reference=False
    )
    assert scorer.images == ledger.total == 4
    assert all("scores for" in (a.error or "") for a in answers)


def test_a_failed_picture_is_asked_again_next_time() -> None:
    outcomes = iter([math.nan, 7.0])
    oracle = Oracle(Recorder(lambda values: [next(outcomes)]), Ledger(5))
    assert oracle.ask([picture(1)], kind="search", reference=False)[0].error is not None
    assert oracle.ask([picture(1)], kind="search", reference=False)[0].score == 7.0


def test_a_scorer_that_retries_is_given_the_ledgers_permit() -> None:
    class Service(Recorder):
        def permit_retries(self, permit: Callable[[int], bool]) -> None:
            self.permit = permit

    service, ledger = Service(), Ledger(3)
    Oracle(service, ledger)
    assert service.permit(2)
    assert not service.permit(2)
    assert ledger.counts()["retries"] == 2


def test_counts_are_restored() -> None:
    ledger = Ledger(10)
    ledger.spend("search", 4)
    ledger.cache_hits = 2
    other = Ledger(20)
    other.restore(ledger.counts())
    assert other.counts() == {**ledger.counts(), "budget": 20}
