"""Which candidates to verify, in which order."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from blackcamo.strategies.goal import Goal
from blackcamo.types import Evaluation

_AS_ASSUMED = 3.0
"""Points that a candidate must have moved the proxy's score for its verification to count as much
as the assumption that scores move in full as they do there."""
_REST = 2
"""From which rank on candidates should not succeed."""


@dataclass(frozen=True, slots=True)
class Finalist:
    """A candidate, the trial that it was, and whether it should be a success."""

    trial: int
    evaluation: Evaluation
    promising: bool


class Expectation:
    """A regression of scores in full on scores found on a proxy.

    A candidate that moves the proxy's score by p is expected to move the photo's by k p. k is 1
    at first and then learned from verifications, by ridge regression through the origin; of
    candidates that hide something by itself, as what hides is tied to the pixels that are seen.

    Args:
        on_proxy, in_full: the score of the photo unchanged on the proxy and in full; the same
            where there is no proxy.
        goal: says what a point is on the scorer's scale.
        hides: whether something hides in a candidate.
    """

    def __init__(
        self,
        on_proxy: float,
        in_full: float,
        goal: Goal,
        hides: Callable[[Evaluation], bool] = lambda _: False,
    ) -> None:
        self._on_proxy, self._in_full = on_proxy, in_full
        self._hides = hides
        assumed = (_AS_ASSUMED * (goal.high - goal.low) / 100.0) ** 2
        self._products = defaultdict[bool, float](lambda: assumed)
        self._squares = defaultdict[bool, float](lambda: assumed)

    def score(self, evaluation: Evaluation) -> float:
        """The score that is expected in full."""
        kind = self._hides(evaluation)
        k = self._products[kind] / self._squares[kind]
        return self._in_full + k * (evaluation.score - self._on_proxy)

    def observe(self, evaluation: Evaluation, verified_score: float) -> None:
        """Learn from a verification how far scores of the search are off."""
        kind, moved = self._hides(evaluation), evaluation.score - self._on_proxy
        self._products[kind] += moved * (verified_score - self._in_full)
        self._squares[kind] += moved * moved


class Finalists:
    """Candidates in the order in which verifying them pays.

    First those that should succeed, by appeal; then the others by loss; those that were not sent
    through all channels behind those that were.

    Args:
        candidates: trial number and evaluation; failed ones are left out.
        expected: what their scores are in full; learns from verifications.
    """

    def __init__(
        self, candidates: Iterable[tuple[int, Evaluation]], goal: Goal, expected: Expectation
    ) -> None:
        self._goal = goal
        self._expected = expected
        # Equal pictures are one finalist: the first that was found.
        self._left: dict[str, tuple[int, Evaluation]] = {}
        for trial, evaluation in candidates:
            if evaluation.error is None and math.isfinite(evaluation.score):
                self._left.setdefault(evaluation.jpeg_sha256, (trial, evaluation))

    def take(self) -> Finalist | None:
        """The next candidate to verify, None when there is none left."""
        if not self._left:
            return None
        digest = min(self._left, key=lambda d: self._rank(self._left[d][1]))
        trial, evaluation = self._left.pop(digest)
        return Finalist(trial, evaluation, promising=self._rank(evaluation)[0] < _REST)

    def _rank(self, evaluation: Evaluation) -> tuple[int, float]:
        expected = self._expected.score(evaluation)
        # A score that is not of all channels may look better than it is.
        if self._goal.succeeded(expected, evaluation.appeal):
            return int(evaluation.partial), -self._goal.liked(evaluation.appeal)
        return _REST + evaluation.partial, self._goal.loss(expected, evaluation.appeal)
