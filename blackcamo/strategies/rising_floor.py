"""How appealing candidates have to be: as a goal says, and after a success more than that was."""

from __future__ import annotations

from collections.abc import Iterable

from blackcamo.strategies.goal import Goal
from blackcamo.types import Evaluation

_STEP = 4.0
"""Points of appeal above the best success that are tried first after it."""
_MOST = 8.0
_GROWTH, _DECAY = 2.0, 0.5
_LEAST = 1.0
"""Points under which a step is none: any success is then a better one."""
_MOST_OF_REST = 0.5
"""A step is never more of what is missing to 100 than this."""


class RisingFloor:
    """The appeal that candidates are brought to before they are scored.

    Past its target a search is after appeal alone. Candidates that all have the appeal of the
    goal's floor would not find any, so the floor rises to a step above the best success. A batch
    that succeeds there makes the next step longer, one that does not shorter, as the success rule
    of evolution strategies does.

    Source: I. Rechenberg, "Evolutionsstrategie", Frommann-Holzboog, 1973 (the success rule).

    Attributes:
        goal: what is searched.
        value: least appeal (0-100) of the next candidates.
    """

    def __init__(self, goal: Goal) -> None:
        self.goal = goal
        self._best: float | None = None
        self._step = _STEP
        self.value = goal.appeal_floor

    def tell(self, evaluations: Iterable[Evaluation]) -> None:
        """Take in what a batch came to; batches in the order of a search."""
        best = max((e.appeal for e in evaluations if self._succeeded(e)), default=None)
        if best is not None and (self._best is None or best > self._best):
            # The first success says nothing of how far the next may be.
            self._step = _STEP if self._best is None else min(self._step * _GROWTH, _MOST)
            self._best = best
        else:
            self._step *= _DECAY
        if self._best is not None:
            step = min(self._step, _MOST_OF_REST * (100.0 - self._best))
            self.value = self._best + (step if self._step >= _LEAST else 0.0)

    def _succeeded(self, evaluation: Evaluation) -> bool:
        return self.goal.safely_reached(evaluation.score) and self.goal.succeeded(
            evaluation.score, evaluation.appeal
        )
