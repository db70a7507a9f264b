"""One photo from baseline to delivered file, step by step."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from blackcamo.errors import ScorerError
from blackcamo.filters.doubling import MOST_PX, can_double
from blackcamo.judge import Judged
from blackcamo.run.advice import next_step
from blackcamo.run.delivery import Delivery, Winner
from blackcamo.run.finalists import Expectation
from blackcamo.run.notes import (
    cost_notes,
    failure_notes,
    recorded_failures,
    size_notes,
    study_note,
)
from blackcamo.run.photo_setup import PhotoSetup
from blackcamo.run.recipes import RECIPES, front_recipes
from blackcamo.run.results import SearchResult
from blackcamo.run.search_loop import SearchLoop
from blackcamo.run.verification import REFERENCE, Verification
from blackcamo.scorers.base import sees_every_pixel
from blackcamo.study import Batch
from blackcamo.types import Evaluation, Proposal

# What is left for verification however much an interrupted search has verified.
_LEAST_RESERVE = 2
# Name of what the study keeps of the verification in a search that was cut short.
_EARLY = "verified_early"
# Times that verification before the end of the budget may go on: one may fail for other reasons
# than the score.
_ATTEMPTS = 2
# Points of appeal under the photo's own that nobody sees.
_UNSEEN = 2.0


@dataclass(frozen=True, slots=True)
class _Baseline:
    """The photo unchanged: as it was searched, perhaps as a proxy, and in full."""

    searched: Evaluation
    full: Evaluation | Judged

    @property
    def shift(self) -> float:
        """Points of score that the photo has more in full than on its proxy."""
        return self.full.score - self.searched.score


@dataclass(frozen=True, slots=True)
class _Verified:
    """The best that was verified, what was learned from that, and the queries before it."""

    winner: Winner
    expected: Expectation
    spent: int


class PhotoSearch:
    """The search on one photo; :meth:`run` tells it from beginning to end.

    What the study has recorded already is replayed and not asked again, so that a search that
    was interrupted, or whose budget was raised, goes on as if it had never stopped.
    """

    def __init__(self, parts: PhotoSetup, below: Path = Path()) -> None:
        self.parts = parts
        self.setup = parts.setup
        self.config = parts.config
        self.goal = parts.setup.goal
        self.study = parts.study
        self.ledger = parts.ledger
        self.candidates = parts.candidates
        self.delivery = Delivery(parts.setup, parts.photo, parts.contest, parts.study.name, below)
        self.verification = Verification(
            parts.setup, parts.photo, parts.study, parts.oracle, parts.full
        )
        self.verified_early = 0

    def run(self) -> SearchResult:
        """Baseline, search, verification, files.

        A scorer that keeps failing ends the search early; what it has is delivered with ``error``.

        Raises:
            ScorerError: the scorer cannot score the photo itself.
            Ended: the search was to end while the scorer asked to wait, before there was anything.
            OutputError: a file cannot be written.
            StudyError: the study cannot be written, or its record cannot be replayed.
        """
        started = time.monotonic()
        recorded = self._recall()
        before = self._baseline()
        if not recorded:
            self._record_unchanged(before.searched)
        if self.config.mode == "imperceptible":
            enough = min(self.goal.enough, max(before.searched.appeal - _UNSEEN, 0.0))
            self.goal = self.verification.goal = replace(self.goal, enough=enough)
        # The search sees the proxy's scores, so its target moves by the difference.
        loop = SearchLoop(self.parts, self.goal.moved(-before.shift))
        found = self._found(loop, before, recorded)
        return self._delivered(loop, before, found, started)

    def _baseline(self) -> _Baseline:
        """Score the photo unchanged."""
        # A proxy stands for the photo in everything but this score.
        whole = self.parts.full.reference() if self.parts.on_proxy else None
        if whole is not None:
            self._require_score(whole.error)
        unchanged = self.parts.small.baseline()
        self._require_score(unchanged.error)
        return _Baseline(unchanged, whole or unchanged)

    def _record_unchanged(self, unchanged: Evaluation) -> None:
        """Make the photo unchanged the first trial, and what is delivered at the worst."""
        numbers = self.study.begin(0, [Proposal(unchanged.style, ())], [{}])
        self.candidates.finish(
            numbers, [unchanged], self.parts.small.jpegs, ledger=self.ledger.counts()
        )

    def _found(self, loop: SearchLoop, before: _Baseline, recorded: list[Batch]) -> _Verified:
        """Search and verify; go on where what ended the search early is no success in full."""
        if self.goal.reached(before.full.score):
            return self._verified(loop, before)
        race = loop.replayed(recorded[1:])
        loop.go_on(race)
        found = self._verified(loop, before)
        for _ in range(_ATTEMPTS):
            if not loop.ended_early or not self._fell_short(loop, found.winner):
                break
            loop.go_on(race, not_enough=self.verification.missed)
            found = self._verified(loop, before)
        return found

    def _verified(self, loop: SearchLoop, before: _Baseline) -> _Verified:
        """Verify what is worth it: all of it at the end, as much as the reserve allows before."""
        spent = self.ledger.counts()["verify"] - self.verified_early
        self.parts.announcer.doing("verifying")
        expected = Expectation(
            before.searched.score, before.full.score, self.goal, hides=self._hides
        )
        allowed = max(self.ledger.reserve, self.setup.searched.count)
        queries = allowed if loop.ended_early else None
        liked_first = self.candidates.by_style(self.parts.contest.spaces)
        winner = self.verification.winner(liked_first, expected, queries=queries)
        return _Verified(winner, expected, spent)

    def _delivered(
        self, loop: SearchLoop, before: _Baseline, found: _Verified, started: float
    ) -> SearchResult:
        """Write files and the study's record of them.

        Args:
            started: when the search began, by the monotonic clock.
        """
        winner = found.winner
        interrupted, failed = self._interrupted(loop), self._failed(loop)
        # A search that was cut short saves these queries for when it goes on.
        cut_short = interrupted or failed is not None
        again, others = None, []
        if not cut_short:
            again = self.verification.score_again(winner)
            liked_first = self.candidates.by_style(self.parts.contest.spaces)
            others = self.verification.alternatives(winner, liked_first, found.expected)
        facts = self.delivery.facts(before.full, winner, again)
        if cut_short:
            early = self.ledger.counts()["verify"] - found.spent
            self.study.keep(_EARLY, {"budget": self.config.budget, "verify": early})
        result = self.delivery.write(winner, facts, others, before.full)
        self._record_delivered(winner, facts, result.recipe)
        seconds = time.monotonic() - started
        return replace(
            result,
            interrupted=interrupted,
            next_step=None if cut_short or result.succeeded else self._next_step(before.shift),
            failures=dict(self.parts.oracle.failures),
            error=None if failed is None else self._gave_up(failed),
            queries={
                **self.ledger.counts(),
                "checks": self.study.ledger.get("checks", 0),
                "to_success": loop.to_success,
            },
            seconds=round(seconds, 3),
            notes=(
                *self.parts.photo.notes,
                *self.parts.contest.notes,
                *(self.setup.look.notes if self.setup.look else ()),
                *((self.study.note,) if self.study.note else ()),
                *size_notes(winner.evaluation),
                *self.verification.fragile(result.score_after, again),
                *failure_notes(self.parts.oracle.failures),
                *cost_notes(
                    seconds,
                    strategy=self.config.strategy,
                    proposing_s=loop.proposing_s,
                    waited_s=self.parts.oracle.waited_s,
                    retries=self.ledger.counts()["retries"],
                ),
            ),
        )

    def _record_delivered(self, winner: Winner, facts: dict[str, Any], recipe: str) -> None:
        """Say in the study what was delivered, and show what a killed search has not."""
        higher_is_better = self.setup.scorer.info.higher_is_better
        recipes = front_recipes(
            self.setup.chain, self.candidates.numbered, higher_is_better=higher_is_better
        )
        self.study.annotate({"delivered": {"trial": winner.trial, **facts}, RECIPES: recipes})
        note = study_note(
            self.study,
            recipe=recipe,
            pictures=self.candidates.pictures(winner.trial),
            failures=self.parts.oracle.failures,
        )
        self.study.describe(note)

    def _interrupted(self, loop: SearchLoop) -> bool:
        return loop.interrupted or self.verification.ended

    def _failed(self, loop: SearchLoop) -> str | None:
        """Why the scorer ended the search early, None where it did not."""
        return loop.failed or self.verification.failed

    def _fell_short(self, loop: SearchLoop, winner: Winner) -> bool:
        """Whether what was verified is no success in full, and going on may find one."""
        if self._interrupted(loop) or self._failed(loop) is not None:
            return False
        return not self.goal.succeeded(winner.evaluation.score, winner.evaluation.appeal)

    def _hides(self, evaluation: Evaluation) -> bool:
        plain = self.setup.chain.without_hidden(evaluation.params)
        return len(plain) < len(evaluation.params)

    def _next_step(self, shift: float) -> str:
        """Advice where nothing was good enough."""
        long_side_px = max(self.parts.photo.pixels.shape[:2])
        sees_all = sees_every_pixel(self.setup.scorer)
        doubles = self.config.keep_size or can_double(*self.parts.photo.pixels.shape[:2])
        return next_step(
            self.candidates.whole,
            self.goal.moved(-shift),
            self.config,
            styles=list(self.parts.contest.spaces),
            smaller_than_px=long_side_px if self.parts.on_proxy and not sees_all else None,
            resize_to_px=MOST_PX // 2 if sees_all and not doubles else None,
        )

    def _recall(self) -> list[Batch]:
        """Continue ledger, cache and candidates from the study; its batches, in order."""
        if self.study.ledger:
            self.ledger.restore(self.study.ledger)
        self.parts.oracle.remember(
            self.study.recall(REFERENCE, dict[str, float]) or {}, reference=True
        )
        recorded = self.candidates.recall()
        evaluations = self.candidates.evaluations
        self.parts.oracle.remember(self.parts.small.known(evaluations), reference=False)
        self.parts.oracle.failures.update(recorded_failures(evaluations))
        early = self.study.recall(_EARLY, dict[str, int])
        if early is not None and early.get("budget") == self.config.budget:
            # What an interrupted search has verified was taken from the reserve, so that it goes
            # on to as many candidates as if it had not been interrupted.
            self.verified_early = early.get("verify", 0)
            self.ledger.reserve = max(self.ledger.reserve - self.verified_early, _LEAST_RESERVE)
        return recorded

    def _require_score(self, error: str | None) -> None:
        """Keep what was said of the photo unchanged, or refuse to go on without."""
        if error is not None:
            raise ScorerError(
                f"{self.parts.photo.path}: scorer {self.setup.scorer.info.name!r} cannot score the "
                f"photo itself: {error}"
            )
        self.verification.keep()

    def _gave_up(self, why: str) -> str:
        return (
            f"{self.parts.photo.path}: scorer {self.setup.scorer.info.name!r} kept failing, so "
            f"that the search ended after {self.ledger.total} of {self.ledger.budget} queries: "
            f"{why}; the same command goes on"
        )
