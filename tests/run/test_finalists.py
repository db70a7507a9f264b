"""What is verified of a search on a smaller copy, and what is learned of each verification."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from blackcamo.images import load_photo
from blackcamo.ledger import Ledger
from blackcamo.objective import Loss
from blackcamo.oracle import Oracle
from blackcamo.run import SearchConfig, verification
from blackcamo.run.delivery import Winner
from blackcamo.run.finalists import Expectation, Finalist, Finalists
from blackcamo.run.setup import Setup
from blackcamo.run.verification import Verification
from blackcamo.strategies import Goal
from blackcamo.styles.hidden import WAYS
from blackcamo.testing import CountingScorer
from blackcamo.types import Evaluation

GOAL = Goal(45.0, appeal_floor=80.0)
PLAIN = Evaluation(
    style="vivid",
    vector=(),
    params={"vibrance_percent": 20.0},
    score=50.0,
    appeal=90.0,
    parts={},
    jpeg_sha256="plain",
    jpeg_bytes=1,
    width_px=8,
    height_px=8,
)
HIDING = replace(PLAIN, params={"weave_jnd": 2.0}, jpeg_sha256="hiding")


def expectation() -> Expectation:
    return Expectation(60.0, 58.0, GOAL, hides=lambda e: "weave_jnd" in e.params)


def test_at_first_a_score_moves_in_full_as_on_the_proxy() -> None:
    assert expectation().score(PLAIN) == pytest.approx(48)


def test_what_hides_says_nothing_of_what_does_not() -> None:
    expected = expectation()
    # It moved the proxy by -10 and the photo by -30.
    expected.observe(HIDING, 28.0)
    assert expected.score(HIDING) == pytest.approx(28, abs=2)
    assert expected.score(replace(HIDING, score=55.0)) == pytest.approx(43, abs=1)
    assert expected.score(PLAIN) == pytest.approx(48)


def test_small_moves_teach_little() -> None:
    expected = expectation()
    expected.observe(replace(PLAIN, score=59.9), 48.0)
    assert expected.score(PLAIN) == pytest.approx(47, abs=1)


def test_a_point_is_one_on_any_scale() -> None:
    small = Goal(0.45, low=0.0, high=1.0, appeal_floor=80.0)
    expected = Expectation(0.6, 0.58, small)
    expected.observe(replace(PLAIN, score=0.5), 0.28)
    assert expected.score(replace(PLAIN, score=0.55)) == pytest.approx(0.43, abs=0.01)


def test_weaker_candidates_are_taken_first_once_they_are_known_to_do() -> None:
    expected = expectation()
    weak = replace(HIDING, score=54.0, appeal=93.0, jpeg_sha256="weak")
    strong = replace(HIDING, score=44.0, appeal=84.0, jpeg_sha256="strong")
    finalists = Finalists([(1, weak), (2, strong)], GOAL, expected)
    first = finalists.take()
    assert first is not None
    assert (first.trial, first.promising) == (2, True)
    expected.observe(strong, 10.0)
    second = finalists.take()
    assert second is not None
    assert (second.trial, second.promising) == (1, True)
    assert finalists.take() is None


class Verified(Verification):
    """Says of each trial in full what it was told, and remembers which were asked for."""

    def __init__(self, in_full: dict[int, Evaluation]) -> None:
        self.goal = GOAL
        self._oracle = Oracle(CountingScorer(), Ledger(1))
        self._in_full = in_full
        self.asked: list[int] = []
        self.failed = None
        self.missed = self.ended = False

    def _deliver(self, finalist: Finalist, loss: Loss, best: float, *, spare: int = 0) -> Winner:
        self.asked.append(finalist.trial)
        return Winner(finalist.trial, self._in_full[finalist.trial], b"")


# Ever less is hidden, and in full each does three times what it does on the proxy, of 60.
HIDDEN = [
    (n, replace(HIDING, score=score, appeal=appeal, jpeg_sha256=str(n)))
    for n, (score, appeal) in enumerate([(60, 90), (44, 84), (50, 86), (54, 88), (57, 89)])
]
IN_FULL = {n: replace(e, score=58 + 3 * (e.score - 60)) for n, e in HIDDEN}


def test_what_needs_to_be_hidden_less_is_delivered() -> None:
    verified = Verified(IN_FULL)
    winner = verified.winner(HIDDEN, expectation())
    assert (winner.trial, winner.evaluation.appeal) == (3, 88)
    assert verified.asked[0] == 1
    assert len(verified.asked) <= 1 + verification._MORE


def test_where_scores_are_right_the_first_success_is_delivered() -> None:
    verified = Verified(dict(HIDDEN))
    winner = verified.winner(HIDDEN, Expectation(60.0, 60.0, GOAL))
    assert winner.trial == 1
    assert verified.asked == [1]


@pytest.mark.parametrize("native", [False, True])
def test_in_a_large_photo_all_hides_only_where_every_pixel_is_seen(
    scorer: CountingScorer, photo: Path, native: bool
) -> None:
    scorer.native_size = native
    config = SearchConfig(proxy_px=64, styles=("natural",), budget=16, profile="none")
    contest = Setup(config).contest(load_photo(photo))
    found = {way.name for way in contest.spaces["natural"].hidden}
    # What is of the same kind at any size hides for every scorer.
    assert found >= ({way.name for way in WAYS} if native else {"sampled pattern"})
    assert ("colour weave" in found) is native
    assert any("little hides" in note for note in contest.notes) is not native
