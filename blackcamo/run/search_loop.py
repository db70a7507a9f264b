"""The loop of a search: ask the race, evaluate, record and tell it, until there is enough."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from blackcamo.oracle import Ended
from blackcamo.run.photo_setup import PhotoSetup
from blackcamo.strategies import Goal, Race, load_strategies
from blackcamo.study import Batch
from blackcamo.types import Evaluation, Proposal

# What a candidate takes of the budget where several channels are raced: 1.4 to 1.6 were measured.
_QUERIES_A_CANDIDATE = 2
# Candidates per query that a search may ask for: one that only meets its cache must end, too.
_MOST_ASKED = 2
# Proposals that take longer are told one by one.
_SLOW_S = 1.0
# Share of the budget in which successes in other styles are waited for.
_WAITS_FOR_OTHERS = 0.2
# Names of what the study keeps for a continued search.
_PLANNED = "planned_budget"
_NOT_ENOUGH = "not_enough"


class SearchLoop:
    """Searches a photo, or its proxy, for candidates that reach a goal.

    What the study has recorded already is replayed and not asked again.

    Args:
        parts: what the search on the photo is made of.
        goal: what is wanted of candidates at the size that is searched.

    Attributes:
        proposing_s: time that the strategy took for its proposals.
        to_success: queries that had been sent when the first success was there, None before.
        ended_early: whether there was enough before the budget was spent.
        interrupted: whether the search was to end.
        failed: why the scorer keeps failing, None where it does not.
    """

    def __init__(self, parts: PhotoSetup, goal: Goal) -> None:
        self._parts = parts
        self._config = parts.config
        self._study = parts.study
        self._ledger = parts.ledger
        self._objective = parts.small
        self._candidates = parts.candidates
        self._goal = goal
        self._asked_at = 0.0
        self._index = 0
        self.proposing_s = 0.0
        self.to_success: int | None = None
        self.ended_early = self.interrupted = False
        self.failed: str | None = None

    def replayed(self, recorded: Sequence[Batch]) -> Race:
        """The race as far as it is recorded.

        Args:
            recorded: the batches that the race has proposed, in order.

        Raises:
            StudyError: the race proposes others now.
        """
        planned = self._study.recall(_PLANNED, int) or self._config.budget
        self._study.keep(_PLANNED, planned)
        if self._parts.setup.searched.others:
            planned = round(planned / _QUERIES_A_CANDIDATE)
        race = self._parts.setup.race(self._parts.contest, planned, proposed=self._proposed)
        for batch in recorded:
            self._ask(race, len(batch.numbers))
            self._objective.learn(batch.evaluations)
            self._tell(race, batch.proposals, batch.evaluations, batch.queries)
        self._index = recorded[-1].index if recorded else 0
        return race

    def go_on(self, race: Race, *, not_enough: bool = False) -> None:
        """Ask, evaluate and tell until there is enough or the budget of the search is spent.

        Args:
            not_enough: that what was enough at this size was not in full; from then on the whole
                budget is spent.
        """
        if not_enough:
            self._study.keep(_NOT_ENOUGH, True)
        patient = self._config.until == "budget" or self._study.recall(_NOT_ENOUGH, bool)
        self.ended_early = False
        asked, most_asked = len(self._candidates.numbered), _MOST_ASKED * self._config.budget
        while asked < most_asked:
            if not patient and self._has_enough():
                self.ended_early = True
                return
            n = min(self._config.batch, self._ledger.available("search"), most_asked - asked)
            if n < 1:
                return
            if self._parts.stop():
                self.interrupted = True
                return
            proposals = self._ask(race, n)
            asked += len(proposals)
            self._index += 1
            try:
                evaluations = self._evaluated(proposals)
            except Ended:
                self.interrupted = True
                return
            self._tell(race, proposals, evaluations, self._ledger.total)
            self._parts.announcer.best(self._candidates.best(self._goal), self._goal)
            self.failed = self._parts.oracle.failing
            if self.failed is not None:
                return

    def _evaluated(self, proposals: Sequence[Proposal]) -> list[Evaluation]:
        """Evaluate a batch and record it.

        Raises:
            Ended: the search was ended while the scorer asked to wait.
        """
        goal = self._goal
        # What people mind least is tried first, and if it is not enough as much as they take.
        first = self._index == 1
        candidates = self._objective.prepare(proposals, wanted=goal.enough if first else None)
        numbers = self._study.begin(self._index, proposals, [c.params for c in candidates])
        best, before = self._candidates.best(goal), self._ledger.counts()
        try:
            evaluations = self._objective.evaluate(
                candidates, loss=goal.loss, best=goal.loss(best.score, best.appeal)
            )
        except Ended:
            self._lose(before)
            raise
        self._candidates.finish(
            numbers, evaluations, self._objective.jpegs, ledger=self._ledger.counts()
        )
        return evaluations

    def _ask(self, race: Race, n: int) -> list[Proposal]:
        """The proposals of the race; the time that they took is counted."""
        if self._index:
            load_strategies()
        self._asked_at = time.monotonic()
        proposals = race.ask(n)
        self.proposing_s += time.monotonic() - self._asked_at
        return proposals

    def _proposed(self, done: int, of: int) -> None:
        """Report how far a strategy is that takes its time."""
        if time.monotonic() - self._asked_at > _SLOW_S:
            self._parts.announcer.doing(f"{self._config.strategy} proposes, {done} of {of}")

    def _tell(
        self,
        race: Race,
        proposals: Sequence[Proposal],
        evaluations: Sequence[Evaluation],
        queries: int,
    ) -> None:
        goal = self._goal
        race.tell(proposals, [goal.loss(e.score, e.appeal) for e in evaluations])
        if self.to_success is None and any(
            goal.succeeded(e.score, e.appeal) for e in evaluations if not e.partial
        ):
            self.to_success = queries

    def _has_enough(self) -> bool:
        """Whether more candidates would not make the result better for people."""
        if self.to_success is None or self._config.until == "success":
            return self.to_success is not None
        goal = self._goal
        best: dict[str, float] = {}
        for e in self._candidates.whole:
            if goal.safely_reached(e.score) and e.appeal >= goal.appeal_floor:
                best[e.style] = max(best.get(e.style, 0.0), e.appeal)
        wanted = min(self._config.alternatives, len(self._parts.contest.spaces))
        counts = self._ledger.counts()
        if counts["total"] - counts["verify"] >= _WAITS_FOR_OTHERS * self._ledger.budget:
            wanted = 1
        return len(best) >= wanted and max(best.values()) >= goal.enough

    def _lose(self, before: Mapping[str, int]) -> None:
        """Take out of the budget what was sent of a batch that is asked for anew another time."""
        images = self._ledger.total - before["total"]
        self._ledger.restore({**before, "lost": before["lost"] + images})
        self._study.losing(images, self._ledger.counts())
