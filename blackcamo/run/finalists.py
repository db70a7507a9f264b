"""Which candidates to verify, in which order."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from blackcamo.strategies.goal import Goal
from blackcamo.types import Evaluation


@dataclass(frozen=True, slots=True)
class Finalist:
    """A candidate, the trial that it was, and whether it should be a success."""

    trial: int
    evaluation: Evaluation
    promising: bool


class Finalists:
    """Candidates in the order in which verifying them pays.

    First those that should succeed, by appeal; then the others by loss. Scores found on a proxy
    are off by what was seen of full-size scores so far: ``shift`` starts with the photo's own
    difference and is corrected by every verification.

    Args:
        candidates: trial number and evaluation; failed ones are left out.
        shift: full-size score minus proxy score of the photo itself.
    """

    def __init__(
        self, candidates: Iterable[tuple[int, Evaluation]], goal: Goal, *, shift: float = 0.0
    ) -> None:
        self._goal = goal
        self._shift = shift
        self._seen: list[float] = []
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
        return Finalist(trial, evaluation, promising=self._rank(evaluation)[0] == 0)

    def observe(self, evaluation: Evaluation, verified_score: float) -> None:
        """Learn from a verification how far scores of the search are off."""
        self._seen.append(verified_score - evaluation.score)
        self._shift = sum(self._seen) / len(self._seen)

    def _rank(self, evaluation: Evaluation) -> tuple[int, float]:
        expected = evaluation.score + self._shift
        if self._goal.succeeded(expected, evaluation.appeal):
            return 0, -evaluation.appeal
        return 1, self._goal.loss(expected, evaluation.appeal)
