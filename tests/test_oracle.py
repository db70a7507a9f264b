"""The ledger counts every image, and the oracle lets none by uncounted."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from blackcamo.errors import BudgetError, OptionError, ScorerError, ScorerUnavailableError
from blackcamo.ledger import Ledger
from blackcamo.oracle import Ended, Oracle
from blackcamo.types import NoScore, PausingScorer, Pixels, ScorerInfo


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


def test_a_recorded_reference_score_is_asked_for_again_once_without_being_a_hit() -> None:
    scorer, ledger = Recorder(), Ledger(10)
    oracle = Oracle(scorer, ledger)
    oracle.remember({picture(1)[0]: 1.0}, reference=True)
    for hits in (0, 1, 2):
        (answer,) = oracle.ask([picture(1)], kind="verify", reference=True)
        assert (answer.score, answer.cached, ledger.cache_hits) == (1.0, True, hits)
    assert scorer.images == ledger.total == 0


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


def test_a_scorer_that_retries_is_given_the_permit_of_whose_turn_it_is() -> None:
    class Service(Recorder):
        def permit_retries(self, permit: Callable[[int], bool]) -> None:
            self.permit = permit

    service, turn = Service(), threading.Lock()
    ledgers = Ledger(4), Ledger(9)
    oracles = [Oracle(service, ledger, turn=turn) for ledger in ledgers]
    for oracle, permitted in zip((*oracles, oracles[0]), (2, 3, 0), strict=True):
        oracle.ask([picture(permitted)], kind="search", reference=False)
        assert service.permit(permitted)
    assert not service.permit(1)
    assert [ledger.counts()["retries"] for ledger in ledgers] == [2, 3]


def test_counts_are_restored() -> None:
    ledger = Ledger(10)
    ledger.spend("search", 4)
    ledger.cache_hits = 2
    other = Ledger(20)
    other.restore(ledger.counts())
    assert other.counts() == {**ledger.counts(), "budget": 20}


def test_what_is_held_and_never_sent_costs_nothing() -> None:
    ledger = Ledger(10, reserve=2)
    with ledger.holding("search", 6) as count:
        count(2)
        assert (ledger.total, ledger.available("search")) == (2, 2)
        assert ledger.permit_retries(2)
        assert not ledger.permit_retries(1)
    assert (ledger.total, ledger.available("search")) == (4, 4)


def broken(values: list[int]) -> Sequence[float]:
    raise RuntimeError("out of memory")


class Coroutine(BaseException):
    """As asyncio's CancelledError is, no Exception."""


def gone(values: list[int]) -> Sequence[float]:
    raise SystemExit(0)


def cancelled(values: list[int]) -> Sequence[float]:
    raise Coroutine("cancelled")


@pytest.mark.parametrize(
    ("judge", "cause"),
    [(gone, "SystemExit: 0"), (cancelled, "Coroutine: cancelled"), (broken, "RuntimeError: out")],
)
def test_whatever_a_scorer_raises_is_a_failure_of_its_own(
    judge: Callable[[list[int]], Sequence[float]], cause: str
) -> None:
    (answer,) = Oracle(Recorder(judge), Ledger(1)).ask(
        [picture(1)], kind="baseline", reference=True
    )
    assert (answer.error or "").startswith(cause)


def test_ctrl_c_in_a_scorer_is_the_users() -> None:
    def pressed(values: list[int]) -> Sequence[float]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Oracle(Recorder(pressed), Ledger(9)).ask([picture(1)], kind="search", reference=False)


def batch_of(n: int, start: int = 0) -> list[tuple[str, Pixels]]:
    return [picture(start + i) for i in range(n)]


def test_failures_are_counted_by_cause_and_a_dead_scorer_is_told_after_a_batch() -> None:
    scorer, ledger = Recorder(broken), Ledger(200)
    oracle = Oracle(scorer, ledger)
    oracle.ask(batch_of(16), kind="search", reference=False)
    assert oracle.failures == {"RuntimeError: out of memory": 16}
    assert oracle.failing == "RuntimeError: out of memory"
    assert ledger.total == scorer.images == 32


@pytest.mark.parametrize(("size", "batches"), [(16, 2), (8, 2), (4, 4), (1, 16)])
def test_a_scorer_that_says_nan_has_to_say_it_more_than_once(size: int, batches: int) -> None:
    oracle = Oracle(Recorder(lambda values: [math.nan] * len(values)), Ledger(200))
    for n in range(batches):
        assert oracle.failing is None
        oracle.ask(batch_of(size, n * size), kind="search", reference=False)
    assert oracle.failing == "the scorer returned nan"
    assert oracle.failures == {"the scorer returned nan": size * batches}


def test_one_score_among_failures_is_a_sign_of_life() -> None:
    oracle = Oracle(Recorder(lambda v: [7.0 if x == 40 else math.nan for x in v]), Ledger(200))
    for start in (0, 16, 32, 48):
        oracle.ask(batch_of(16, start), kind="search", reference=False)
        assert oracle.failing is None or start == 16
    assert oracle.failures == {"the scorer returned nan": 63}


def test_a_scorer_may_say_why_there_is_no_score() -> None:
    (answer,) = Oracle(Recorder(lambda _: [NoScore("one colour")]), Ledger(1)).ask(
        [picture(1)], kind="search", reference=False
    )
    assert (answer.error, math.isnan(answer.score)) == ("one colour", True)


def test_an_unavailable_scorer_is_asked_neither_again_nor_one_by_one() -> None:
    def closed(values: list[int]) -> Sequence[float]:
        raise ScorerUnavailableError("come back tomorrow")

    scorer, ledger = Recorder(closed), Ledger(99)
    oracle = Oracle(scorer, ledger)
    answers = oracle.ask(batch_of(3), kind="search", reference=False)
    assert [a.error for a in answers] == ["come back tomorrow"] * 3
    assert oracle.failing == "come back tomorrow"
    assert scorer.images == ledger.total == 3


def test_an_error_of_our_own_is_told_as_it_is() -> None:
    def refused(values: list[int]) -> Sequence[float]:
        raise ScorerError("scorer 'x': no answer")

    (answer,) = Oracle(Recorder(refused), Ledger(1)).ask(
        [picture(1)], kind="search", reference=False
    )
    assert answer.error == "scorer 'x': no answer"


class Pausing(Recorder):
    """Takes two images at a time, and asks for the pauses that are given, one before each call."""

    most_images = 2

    def __init__(self, *pauses: float | str) -> None:
        super().__init__()
        self.pauses = list(pauses)

    def pause_s(self) -> float:
        due = self.pauses.pop(0) if self.pauses else 0
        if isinstance(due, str):
            raise ScorerUnavailableError(due)
        return due

    def wait_with(self, wait: Callable[[float], None]) -> None:
        self.wait = wait


def test_pauses_are_waited_for_before_anything_is_counted() -> None:
    scorer, ledger = Pausing(0, 3, 1, 0), Ledger(9)
    assert isinstance(scorer, PausingScorer)
    seen: list[tuple[str, float]] = []
    oracle = Oracle(
        scorer,
        ledger,
        sending=lambda counts: seen.append(("sent", counts["total"])),
        wait=lambda seconds: seen.append(("waited", seconds)),
    )
    answers = oracle.ask(batch_of(5), kind="search", reference=False)
    assert [a.score for a in answers] == [0, 1, 2, 3, 4]
    assert seen == [("sent", 2), ("waited", 3), ("waited", 1), ("sent", 4), ("sent", 5)]
    assert [values for values, _ in scorer.calls] == [[0, 1], [2, 3], [4]]
    scorer.wait(2)
    assert oracle.waited_s == 6


def test_a_pause_that_is_cut_short_counts_what_was_sent() -> None:
    def ended(seconds: float) -> None:
        raise Ended

    scorer, ledger = Pausing(0, 60), Ledger(9)
    with pytest.raises(Ended):
        Oracle(scorer, ledger, wait=ended).ask(batch_of(5), kind="search", reference=False)
    assert scorer.images == ledger.total == 2
    assert ledger.available("search") == 7


def test_a_pause_that_is_too_long_costs_no_query() -> None:
    scorer, ledger = Pausing(0, "too long", "too long"), Ledger(9)
    oracle = Oracle(scorer, ledger)
    answers = oracle.ask(batch_of(5), kind="search", reference=False)
    assert [a.error for a in answers] == [None, None, *["too long"] * 3]
    assert scorer.images == ledger.total == 2
    assert oracle.failing == "too long"
