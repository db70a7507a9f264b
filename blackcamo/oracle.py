"""A scorer behind a ledger and a cache: no image reaches a scorer by another way."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from blackcamo.errors import BudgetError, OptionError
from blackcamo.types import Pixels, RetryingScorer, Scorer, ScorerInfo

QueryKind: TypeAlias = Literal["baseline", "search", "verify"]
_KINDS = ("baseline", "search", "verify", "retries")


def one_line(error: Exception) -> str:
    """An exception's type and message without line breaks."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def is_high_quality(score: float, info: ScorerInfo) -> bool:
    """Whether a score is at the scorer's threshold or on its better side."""
    return score >= info.threshold if info.higher_is_better else score <= info.threshold


class Ledger:
    """Exact count of the images shown to the scorer, bounded by a budget.

    Args:
        budget: most images in all, at least 1.
        reserve: how many of them only verification may use.

    Raises:
        OptionError: the budget is not positive.
    """

    def __init__(self, budget: int, *, reserve: int = 0) -> None:
        if budget < 1:
            raise OptionError(f"budget is {budget}; it must be at least 1 query")
        self.budget = budget
        self.reserve = reserve
        self.cache_hits = 0
        self.lost = 0
        self._spent = dict.fromkeys(_KINDS, 0)

    @property
    def total(self) -> int:
        """Images shown so far, retries included."""
        return sum(self._spent.values())

    def available(self, kind: str) -> int:
        """How many more images of this kind the budget allows."""
        held = 0 if kind in ("baseline", "verify") else self.reserve
        return max(self.budget - held - self.total, 0)

    def spend(self, kind: str, images: int) -> None:
        """Count ``images`` before they are sent.

        Raises:
            BudgetError: they would exceed the budget; nothing is counted then.
        """
        if images > self.available(kind):
            raise BudgetError(
                f"{images} more {kind} queries would exceed the budget of {self.budget} "
                f"({self.total} spent, {self.available(kind)} left for this)"
            )
        self._spent[kind] += images

    def permit_retries(self, images: int) -> bool:
        """Count ``images`` that are to be sent again; False if the budget does not allow it."""
        if images > self.available("retries"):
            return False
        self._spent["retries"] += images
        return True

    def restore(self, counts: Mapping[str, int]) -> None:
        """Continue from what :meth:`counts` gave; the budget stays this ledger's own."""
        self._spent = {kind: counts[kind] for kind in _KINDS}
        self.cache_hits = counts["cache_hits"]
        self.lost = counts.get("lost", 0)

    def counts(self) -> dict[str, int]:
        """The counts by kind, with cache hits, total and budget.

        ``lost`` are images whose answers a crash has taken; they are outside the budget.
        """
        return {
            **self._spent,
            "lost": self.lost,
            "cache_hits": self.cache_hits,
            "total": self.total,
            "budget": self.budget,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What the oracle says of one picture: a finite score, or NaN and why."""

    score: float
    cached: bool = False
    error: str | None = None


class Oracle:
    """A scorer behind ledger and cache.

    Pictures are known by the digest of their JPEG bytes: one that was scored before is answered
    from the cache. A call that fails as a whole is repeated image by image (counted as retries),
    so that one bad picture does not spoil its neighbours.

    Args:
        sending: called with the ledger's counts before images are sent, those included.
    """

    def __init__(
        self,
        scorer: Scorer,
        ledger: Ledger,
        *,
        sending: Callable[[Mapping[str, int]], None] | None = None,
    ) -> None:
        self.scorer = scorer
        self.ledger = ledger
        self._sending = sending or (lambda _: None)
        self._known: dict[tuple[str, bool], float] = {}
        self._recorded: set[tuple[str, bool]] = set()
        if isinstance(scorer, RetryingScorer):
            scorer.permit_retries(self._permit_retries)

    def remember(self, scores: Mapping[str, float], *, reference: bool) -> None:
        """Put scores of an earlier run, by digest, into the cache.

        A continued run asks for its reference scores again; that is no hit then.
        """
        for digest, score in scores.items():
            self._known[digest, reference] = score
            if reference:
                self._recorded.add((digest, reference))

    def known(self, *, reference: bool) -> dict[str, float]:
        """Every score in the cache, by digest."""
        return {digest: s for (digest, exact), s in self._known.items() if exact == reference}

    def ask(
        self, pictures: Sequence[tuple[str, Pixels]], *, kind: QueryKind, reference: bool
    ) -> list[Answer]:
        """Score pictures, each given with the digest of its JPEG bytes.

        Raises:
            BudgetError: the pictures that are not in the cache exceed the budget.
        """
        fresh = {d: p for d, p in pictures if (d, reference) not in self._known}
        self.ledger.spend(kind, len(fresh))
        if fresh:
            self._sending(self.ledger.counts())
        # "Alone" is a promise of the reference path, so it is kept here and not left to scorers.
        batches = [[digest] for digest in fresh] if reference else [list(fresh)] if fresh else []
        scored: dict[str, Answer] = {}
        for batch in batches:
            images = [fresh[digest] for digest in batch]
            scored.update(zip(batch, self._score(images, reference=reference), strict=True))
        answers = []
        for digest, _ in pictures:
            key = digest, reference
            if key in self._known:
                answers.append(Answer(self._known[key], cached=True))
                self.ledger.cache_hits += key not in self._recorded
                self._recorded.discard(key)
                continue
            answers.append(scored[digest])
            if scored[digest].error is None:
                self._known[key] = scored[digest].score
        return answers

    def _permit_retries(self, images: int) -> bool:
        permitted = self.ledger.permit_retries(images)
        if permitted:
            self._sending(self.ledger.counts())
        return permitted

    def _score(self, images: list[Pixels], *, reference: bool) -> list[Answer]:
        try:
            scores = [float(s) for s in self.scorer.score(images, reference=reference)]
            if len(scores) != len(images):
                raise ValueError(f"{len(scores)} scores for {len(images)} images")
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything
            if len(images) == 1:
                return [Answer(math.nan, error=one_line(error))]
            return [
                self._score([image], reference=reference)[0]
                if self._permit_retries(1)
                else Answer(math.nan, error=one_line(error))
                for image in images
            ]
        return [
            Answer(s) if math.isfinite(s) else Answer(math.nan, error=f"the scorer returned {s}")
            for s in scores
        ]
