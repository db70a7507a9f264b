"""Several channels are raced: few images are shown, and none uncounted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from blackcamo.channels import Passage, Searched
from blackcamo.errors import BudgetError
from blackcamo.judge import Judge, Judged, Standing
from blackcamo.ledger import Ledger
from blackcamo.oracle import Oracle
from blackcamo.testing import CountingScorer
from blackcamo.types import Evaluation, Pixels, ScorerInfo


@dataclass(frozen=True, slots=True)
class Brighter:
    """A channel that adds levels; there is no more than 255."""

    levels: int

    @property
    def spec(self) -> str:
        return f"brighter:{self.levels}"

    def send(self, pixels: Pixels) -> Pixels:
        if self.levels + int(pixels.max()) > 255:
            raise OverflowError("too bright")
        return pixels + np.uint8(self.levels)


OTHERS = tuple(Passage(f"by {n}", (Brighter(n),)) for n in (5, 20, 10))
SEVERAL = Searched("as it is", others=OTHERS)


def picture(value: int) -> tuple[str, Pixels]:
    return f"digest-{value}", np.full((4, 4, 3), value, np.uint8)


def make(
    searched: Searched = SEVERAL, *, budget: int = 1000, higher_is_better: bool = True
) -> tuple[Judge, CountingScorer, Oracle]:
    info = ScorerInfo("first pixel", high=255, higher_is_better=higher_is_better)
    scorer = CountingScorer(lambda image: float(image[0, 0, 0]), info=info)
    oracle = Oracle(scorer, Ledger(budget))
    return Judge(oracle, searched), scorer, oracle


def ask(judge: Judge, values: Sequence[int], standing: Standing | None = None) -> list[Judged]:
    pictures = [picture(value) for value in values]
    return judge.ask(pictures, kind="search", reference=False, standing=standing)


def score_is_loss(best: float = math.inf) -> Standing:
    return Standing(lambda _, score: score, best)


def evaluation(judged: Judged, value: int = 0) -> Evaluation:
    found = Evaluation("s", (), {}, judged.score, 90.0, {}, picture(value)[0], 1, 4, 4)
    return replace(found, scores=judged.scores, partial=judged.partial, error=judged.error)


def learn(judge: Judge, value: int) -> None:
    """Send a picture through all channels, so that it is known which one is the weakest."""
    judge.learn([evaluation(judged) for judged in ask(judge, [value])])


def test_one_channel_is_what_the_oracle_says() -> None:
    judge, scorer, oracle = make(Searched())
    judged = ask(judge, [3, 4, 3], score_is_loss(best=0))
    assert judged == [Judged(3.0), Judged(4.0), Judged(3.0, cached=True)]
    assert [call.images for call in scorer.calls] == [2]
    assert oracle.ledger.total == 2


@pytest.mark.parametrize(
    ("higher_is_better", "aggregate", "expected"),
    [(True, "worst", 30), (False, "worst", 10), (True, "mean", 18.75), (False, "mean", 18.75)],
)
def test_all_channels_give_the_worst_or_the_mean(
    higher_is_better: bool, aggregate: Any, expected: float
) -> None:
    searched = replace(SEVERAL, aggregate=aggregate)
    judge, scorer, oracle = make(searched, higher_is_better=higher_is_better)
    (judged,) = ask(judge, [10])
    assert judged.score == expected
    assert judged.scores == {"as it is": 10, "by 5": 15, "by 20": 30, "by 10": 20}
    assert not judged.partial
    assert scorer.images == oracle.ledger.total == 4


def test_what_cannot_be_the_best_is_given_up_on_after_the_weakest_channel() -> None:
    judge, scorer, _ = make()
    learn(judge, 10)
    before = scorer.images
    judged = ask(judge, [40, 50, 60], score_is_loss(best=30))
    # Each was sent through the channel that the photo was weakest in, and through no other.
    assert [j.scores for j in judged] == [{"by 20": 60}, {"by 20": 70}, {"by 20": 80}]
    assert all(j.partial and j.error is None for j in judged)
    assert scorer.images == before + 3


def test_the_most_promising_goes_through_all_and_the_others_are_raced_against_it() -> None:
    judge, scorer, _ = make()
    learn(judge, 10)
    before = scorer.images
    judged = ask(judge, [42, 40, 41], score_is_loss(best=65))
    assert [j.partial for j in judged] == [True, False, True]
    assert [j.score for j in judged] == [62, 60, 61]
    assert scorer.images == before + 3 + 3


@pytest.mark.parametrize("seed", range(5))
def test_the_best_is_the_same_as_without_a_race(seed: int) -> None:
    """Whatever order channels are asked in: the worst of some is no better than that of all."""
    values = np.random.default_rng(seed).integers(0, 200, 40).tolist()
    judge, scorer, _ = make()
    best, found = math.inf, []
    for start in range(0, 40, 8):
        judged = ask(judge, values[start : start + 8], score_is_loss(best))
        judge.learn([evaluation(j) for j in judged])
        found += judged
        best = min([best, *(j.score for j in judged if not j.partial)])
    assert best == min(values) + 20
    assert scorer.images < 2 * len(set(values))
    for value, j in zip(values, found, strict=True):
        assert j.score <= value + 20
        assert j.partial or j.score == value + 20


def test_what_was_weakest_of_late_is_asked_first() -> None:
    judge, _, _ = make()
    judge.learn([Evaluation("s", (), {}, 9, 90, {}, "", 1, 1, 1, scores={"by 5": 9, "by 20": 8})])
    (judged,) = ask(judge, [7], score_is_loss(best=0))
    assert list(judged.scores) == ["by 5"]
    # Behind it those that were asked, weakest first, then the others as they were.
    (judged,) = ask(judge, [50], Standing(lambda _, score: score, best=60))
    assert list(judged.scores) == ["by 5", "by 20"]


def test_a_mean_takes_what_was_not_asked_to_be_as_of_late() -> None:
    judge, scorer, _ = make(replace(SEVERAL, aggregate="mean"))
    learn(judge, 10)
    before = scorer.images
    (worse, better) = ask(judge, [40, 5], score_is_loss(best=18))
    assert (worse.score, worse.partial) == (48.75, True)
    assert (better.score, better.partial) == (13.75, False)
    assert scorer.images == before + 1 + 4


def test_no_budget_is_exceeded_and_what_is_left_goes_to_the_most_promising() -> None:
    judge, scorer, oracle = make(budget=7)
    judged = ask(judge, [30, 20, 40], score_is_loss())
    assert scorer.images == oracle.ledger.total == 7
    assert [len(j.scores) for j in judged] == [2, 4, 1]
    assert [j.partial for j in judged] == [True, False, True]
    with pytest.raises(BudgetError):
        ask(judge, [50], score_is_loss())
    # What is known costs nothing, whatever it stands against.
    (again,) = ask(judge, [20], score_is_loss(best=0))
    assert (again.score, again.partial, again.cached) == (40, False, True)
    with pytest.raises(BudgetError):
        ask(judge, [20, 21])


def test_what_a_channel_cannot_send_has_no_score_and_costs_no_query() -> None:
    judge, scorer, _ = make()
    (judged,) = ask(judge, [240])
    assert math.isnan(judged.score)
    assert judged.error == "channel by 20 failed: OverflowError: too bright"
    assert not judged.partial
    assert scorer.images == 3
    learn(judge, 1)
    raced, fine = ask(judge, [241, 2], Standing(lambda _, score: 999 if score != score else score))
    assert (raced.scores, raced.partial) == ({}, False)
    assert raced.error == judged.error
    assert fine.score == 22


def test_recorded_scores_are_known_again() -> None:
    judge, _, _ = make()
    found = [evaluation(j, v) for v, j in zip([10, 50], ask(judge, [10, 50]), strict=True)]
    again, scorer, oracle = make()
    oracle.remember(again.recorded(found), reference=False)
    assert [j.score for j in ask(again, [10, 50])] == [30, 70]
    assert scorer.images == 0
    alone, _, _ = make(Searched())
    single = [replace(e, scores={}) for e in found]
    assert alone.recorded(single) == {"digest-10": 30, "digest-50": 70}
