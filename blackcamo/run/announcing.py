"""Progress of the search on one photo, as its caller is told of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from blackcamo.ledger import Ledger
from blackcamo.run.results import Progress, ProgressCallback
from blackcamo.run.waiting import wait
from blackcamo.strategies import Goal
from blackcamo.types import Evaluation


class Announcer:
    """Tells a caller how far the search on a photo is, and what takes its time.

    Args:
        tell: called with every report.
        photo: the photo's file.
        ledger: counts the queries of the search.
        target: the score wanted of the photo in full.
        stop: ends a wait for the scorer when it says True.
    """

    def __init__(
        self,
        tell: ProgressCallback,
        photo: Path,
        ledger: Ledger,
        target: float,
        stop: Callable[[], bool],
    ) -> None:
        self._tell = tell
        self._ledger = ledger
        self._target = target
        self._stop = stop
        self._latest = replace(Progress.begun(ledger.budget), photo=photo)

    def doing(self, what: str) -> None:
        """Report what takes its time, beside the latest progress."""
        self._tell(replace(self._latest, queries=self._ledger.total, doing=what))

    def best(self, best: Evaluation, goal: Goal) -> None:
        """Report the best candidate so far.

        Args:
            best: as it was searched, of the photo or of its proxy.
            goal: what the search wants of candidates at that size.
        """
        self._latest = Progress(
            queries=self._ledger.total,
            budget=self._ledger.budget,
            # As it would be of the photo in full, where a smaller copy is searched.
            best_score=best.score + self._target - goal.target,
            best_appeal=best.appeal,
            reached=goal.succeeded(best.score, best.appeal),
            target=self._target,
            photo=self._latest.photo,
        )
        self._tell(self._latest)

    def wait(self, seconds: float) -> None:
        """Wait for a scorer that asks for a pause.

        Raises:
            Ended: the search is to end.
        """
        wait(seconds, stop=self._stop, tell=self.doing)
