"""Verification of the candidates found: the delivered bytes, scored alone in full precision."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

from blackcamo.errors import ScorerError
from blackcamo.images import Photo
from blackcamo.objective import Loss, Objective
from blackcamo.oracle import Ended, Oracle, is_high_quality
from blackcamo.run.delivery import Winner
from blackcamo.run.finalists import Expectation, Finalist, Finalists
from blackcamo.run.setup import Setup
from blackcamo.study import Study
from blackcamo.types import UNCHANGED, Evaluation

# Names of what the study keeps for a continued search.
REFERENCE = "reference_scores"
_TRIES = 3
"""Verifications that the scorer fails at in a row, after which it is left alone."""
_VERIFIED = "verified_pictures"
_MORE = 4
"""Verifications at most for more appeal than the first success has."""


class Verification:
    """Verifies candidates of a search on one photo, within its budget.

    Args:
        objective: renders and scores at the size that is delivered.

    Attributes:
        goal: what a success is.
        missed: whether one that should have been a success was none.
        ended: whether the search was ended while the scorer asked to wait.
        failed: why the scorer could verify no finalist, None where it could or was not asked.
    """

    def __init__(
        self, setup: Setup, photo: Photo, study: Study, oracle: Oracle, objective: Objective
    ) -> None:
        self._setup = setup
        self.goal = setup.goal
        self._photo = photo
        self._study = study
        self._oracle = oracle
        self._objective = objective
        self.missed = self.ended = False
        self.failed: str | None = None

    def keep(self) -> None:
        """Record the reference scores; a continued search must not pay for them again."""
        known = self._oracle.known(reference=True)
        self._study.keep(REFERENCE, known, ledger=self._oracle.ledger.counts())

    def winner(
        self,
        candidates: Sequence[tuple[int, Evaluation]],
        expected: Expectation,
        *,
        queries: int | None = None,
    ) -> Winner:
        """The one to deliver: most appealing of those verified at the target, else least loss.

        Args:
            candidates: trial number and evaluation; the photo unchanged is the first one. Of those
                that are liked as much the earlier one is taken.
            expected: of their scores in full; learns from what is verified.
            queries: most that it takes; None is all that the budget has left.

        Raises:
            ScorerError: not even the photo unchanged could be verified.
        """
        left = self._oracle.ledger.available("verify")
        kept = 0 if queries is None else max(left - queries, 0)
        verified = self._verified(Finalists(candidates, self.goal, expected), expected, kept)
        if not any(map(self._succeeded, verified)):
            # What is worse in full than the photo itself is no effort at all; asking is free.
            number, unchanged = candidates[0]
            again = self._objective.deliver(unchanged, self._photo.credit)
            if again is not None:
                verified.append(Winner(number, *again))
        if not verified:
            raise ScorerError(
                f"{self._photo.path}: no candidate, not even the photo unchanged, could be "
                "rendered and scored; see the errors of the study's trials"
            )
        points = [(v.evaluation.score, v.evaluation.appeal) for v in verified]
        return verified[self.goal.winner(points)]

    def _verified(self, finalists: Finalists, expected: Expectation, kept: int) -> list[Winner]:
        """Finalists verified, one after the other until no more is worth a query.

        Args:
            kept: queries that are left alone.
        """
        verified: list[Winner] = []
        failed = more = 0
        while failed < _TRIES and (finalist := finalists.take()) is not None:
            if not self._worth_a_query(finalist, verified, more):
                break
            more += any(map(self._succeeded, verified))
            unscored = self._oracle.failures.total()
            try:
                delivered = self._verify(finalist, verified, expected, kept)
            except Ended:
                self.ended = True
                break
            failed = failed + 1 if self._oracle.failures.total() > unscored else 0
            if delivered is not None:
                verified.append(delivered)
        if failed and not any(v.trial for v in verified):
            self.failed = self._oracle.latest_failure
        return verified

    def _worth_a_query(self, finalist: Finalist, verified: Sequence[Winner], more: int) -> bool:
        """Whether a finalist may be better than what was verified.

        Args:
            more: finalists that were verified after the first success.
        """
        if verified and not finalist.promising:
            return False
        liked = [self.goal.liked(v.evaluation.appeal) for v in verified if self._succeeded(v)]
        # On a proxy what hides is often found too strong for the photo in full, and what was
        # learned of that puts weaker, more appealing candidates first.
        better = not liked or self.goal.liked(finalist.evaluation.appeal) > max(liked)
        return better and more < _MORE

    def _verify(
        self, finalist: Finalist, verified: Sequence[Winner], expected: Expectation, kept: int
    ) -> Winner | None:
        """A finalist verified, and its score learned from; None where it has none in full.

        Raises:
            Ended: the search was ended while the scorer asked to wait.
        """
        # One query is for the second compression; what was verified before is free.
        spare = max(kept, 1 if verified else 0)
        least = min((self._loss(v.evaluation) for v in verified), default=math.inf)
        delivered = self._deliver(finalist, self.goal.loss, least, spare=spare)
        if delivered is None:
            return None
        expected.observe(finalist.evaluation, delivered.evaluation.score)
        if delivered.evaluation.partial:
            return None
        if finalist.promising and not self._succeeded(delivered):
            self.missed = True
        return delivered

    def _succeeded(self, verified: Winner) -> bool:
        return self.goal.succeeded(verified.evaluation.score, verified.evaluation.appeal)

    def _loss(self, evaluation: Evaluation) -> float:
        return self.goal.loss(evaluation.score, evaluation.appeal)

    def alternatives(
        self,
        winner: Winner,
        candidates: Sequence[tuple[int, Evaluation]],
        expected: Expectation,
    ) -> list[Winner]:
        """The best success of other styles, most liked first, as many as are asked for."""
        if not self._succeeded(winner):
            return []
        found: list[Winner] = []
        for finalist in self._first_of_others(winner.evaluation.style, candidates, expected):
            if len(found) == self._setup.config.alternatives - 1:
                break
            try:
                delivered = self._deliver(finalist, self._missed, best=1.0)
            except Ended:
                break
            if delivered is None or delivered.evaluation.partial:
                continue
            if self._succeeded(delivered):
                found.append(delivered)
        return found

    def _first_of_others(
        self, style: str, candidates: Sequence[tuple[int, Evaluation]], expected: Expectation
    ) -> list[Finalist]:
        """Of each other style the first finalist that should be a success, most liked first."""
        first: list[Finalist] = []
        # In the order of the candidates, which is that of people's liking.
        for other in dict.fromkeys(e.style for _, e in candidates):
            if other in (style, UNCHANGED):
                continue
            its = [(n, e) for n, e in candidates if e.style == other]
            finalist = Finalists(its, self.goal, expected).take()
            if finalist is not None and finalist.promising:
                first.append(finalist)
        return sorted(first, key=lambda f: -self.goal.liked(f.evaluation.appeal))

    def _missed(self, score: float, appeal: float) -> float:
        """A loss that tells successes, 0, from the rest, 1."""
        return 0.0 if self.goal.succeeded(score, appeal) else 1.0

    def _deliver(
        self, finalist: Finalist, loss: Loss, best: float, *, spare: int = 0
    ) -> Winner | None:
        """A finalist verified; None if too few queries but the spare ones are left, or it failed.

        It is partial where it was given up on, as it comes to no less than the best loss.
        """
        digests = self._study.recall(_VERIFIED, dict[str, str]) or {}
        known = str(finalist.trial) in digests
        left = self._oracle.ledger.available("verify") - spare
        if finalist.trial != 0 and not known and left < self._setup.searched.count:
            return None
        delivered = self._objective.deliver(
            finalist.evaluation, self._photo.credit, loss=loss, best=best
        )
        self.keep()
        if delivered is None:
            return None
        if not known:
            digests[str(finalist.trial)] = delivered[0].jpeg_sha256
            self._study.keep(_VERIFIED, digests)
        return Winner(finalist.trial, *delivered)

    def fragile(self, score: float | None, again: float | None) -> tuple[str, ...]:
        """A note on a camouflage that the next compression undoes."""
        info = self._setup.scorer.info
        if score is None or again is None:
            return ()
        if is_high_quality(score, info) or not is_high_quality(again, info):
            return ()
        return (
            f"compressed once more it scores {again:.1f}, high quality again: share the file where "
            "it is not compressed anew",
        )

    def score_again(self, winner: Winner) -> float | None:
        """The score after the same channel a second time, if a query is left."""
        jpeg, received = self._setup.channel.send(self._setup.channel.decode(winner.data))
        digest = hashlib.sha256(jpeg).hexdigest()
        known = digest in self._oracle.known(reference=True)
        if not known and self._oracle.ledger.available("verify") < 1:
            return None
        try:
            (answer,) = self._oracle.ask([(digest, received)], kind="verify", reference=True)
        except Ended:
            return None
        self.keep()
        return None if answer.error else answer.score
