"""A scorer behind a ledger and a cache: no image reaches a scorer by another way."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from blackcamo.errors import ScorerError, ScorerUnavailableError
from blackcamo.ledger import Ledger, QueryKind
from blackcamo.types import NoScore, PausingScorer, Pixels, RetryingScorer, Scorer, ScorerInfo

_LEAST_FAILURES = 16
"""Images in a row without a score after which a scorer may count as failing."""
_LONGEST_CAUSE = 300


class Ended(Exception):  # noqa: N818 - nothing went wrong
    """Raised by what waits for a scorer, where the search is to end instead."""


def one_line(error: BaseException) -> str:
    """An exception's type and message without line breaks."""
    text = " ".join(str(error).split())[:_LONGEST_CAUSE]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def is_high_quality(score: float, info: ScorerInfo) -> bool:
    """Whether a score is at the scorer's threshold or on its better side."""
    return score >= info.threshold if info.higher_is_better else score <= info.threshold


@dataclass(frozen=True, slots=True)
class Answer:
    """The scorer's answer to one picture: a finite score, or NaN and why."""

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
        wait: waits so many seconds for a scorer that asks for a pause, or raises :class:`Ended`.
        turn: held while the scorer is asked; oracles of one scorer in several threads share it.

    Attributes:
        failures: why pictures have no score -> how many of them.
        latest_failure: why the latest one has none, None where there was none.
        waited_s: seconds for which the scorer asked to wait.
    """

    def __init__(
        self,
        scorer: Scorer,
        ledger: Ledger,
        *,
        sending: Callable[[Mapping[str, int]], None] | None = None,
        wait: Callable[[float], None] = time.sleep,
        turn: AbstractContextManager[object] | None = None,
    ) -> None:
        self.scorer = scorer
        self.ledger = ledger
        self.failures: Counter[str] = Counter()
        self.latest_failure: str | None = None
        self.waited_s = 0.0
        self._sending = sending or (lambda _: None)
        self._wait = wait
        self._turn = nullcontext() if turn is None else turn
        self._known: dict[tuple[str, bool], float] = {}
        self._recorded: set[tuple[str, bool]] = set()
        self._failed_in_a_row = 0
        self._failing: str | None = None
        self._unavailable: str | None = None

    @property
    def failing(self) -> str | None:
        """Why there is no use in asking for more pictures; None while there is.

        A scorer is failing when it cannot be asked, or has given no score for a whole batch and its
        single retries, or for as many images in two batches.
        """
        return self._unavailable or self._failing

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

    def knows(self, digest: str, *, reference: bool) -> bool:
        """Whether the score of a picture is in the cache."""
        return (digest, reference) in self._known

    def ask(
        self, pictures: Sequence[tuple[str, Pixels]], *, kind: QueryKind, reference: bool
    ) -> list[Answer]:
        """Score pictures, each given with the digest of its JPEG bytes.

        Raises:
            BudgetError: the pictures that are not in the cache exceed the budget.
            Ended: raised by what waits for the scorer.
        """
        fresh = {d: p for d, p in pictures if (d, reference) not in self._known}
        scored: dict[str, Answer] = {}
        before = self.ledger.total
        self._unavailable = None
        with self.ledger.holding(kind, len(fresh)) as count:
            for batch in self._batches(list(fresh), reference=reference):
                # Nothing is counted before it is this oracle's turn: a crash would lose it unsent.
                with self._turn:
                    self._listen()
                    if (reason := self._closed()) is not None:
                        scored.update(dict.fromkeys(batch, Answer(math.nan, error=reason)))
                        continue
                    count(len(batch))
                    self._sending(self.ledger.counts())
                    images = [fresh[digest] for digest in batch]
                    scored.update(zip(batch, self._score(images, reference=reference), strict=True))
        self._learn(scored.values(), sent=self.ledger.total - before)
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

    def _batches(self, digests: list[str], *, reference: bool) -> Iterator[list[str]]:
        """The parts that are sent at a time, so that what was not sent is not counted."""
        size = len(digests)
        if reference:
            # "Alone" is a promise of the reference path, so it is kept here and not left to
            # scorers.
            size = 1
        elif isinstance(self.scorer, PausingScorer):
            size = self.scorer.most_images
        for start in range(0, len(digests), max(size, 1)):
            yield digests[start : start + size]

    def _listen(self) -> None:
        """Let the scorer ask this oracle, and not the one whose turn it was before."""
        if isinstance(self.scorer, RetryingScorer):
            self.scorer.permit_retries(self._permit_retries)
        if isinstance(self.scorer, PausingScorer):
            self.scorer.wait_with(self._pause)

    def _closed(self) -> str | None:
        """Wait until the scorer may be asked; why it may not be, None if it may."""
        if not isinstance(self.scorer, PausingScorer):
            return None
        try:
            while (seconds := self.scorer.pause_s()) > 0:
                self._pause(seconds)
        except ScorerUnavailableError as error:
            self._unavailable = str(error)
        return self._unavailable

    def _pause(self, seconds: float) -> None:
        self.waited_s += seconds
        self._wait(seconds)

    def _learn(self, answers: Iterable[Answer], *, sent: int) -> None:
        """Count failures, and whether they are all that comes; ``sent`` images led to these."""
        answers = list(answers)
        causes = [a.error for a in answers if a.error is not None]
        self.failures.update(causes)
        if not answers:
            return
        self.latest_failure = causes[-1] if causes else self.latest_failure
        if len(causes) < len(answers):
            self._failed_in_a_row, self._failing = 0, None
            return
        self._failed_in_a_row += sent
        if self._failed_in_a_row >= max(_LEAST_FAILURES, 2 * len(answers)):
            self._failing = causes[-1]

    def _permit_retries(self, images: int) -> bool:
        permitted = self.ledger.permit_retries(images)
        if permitted:
            self._sending(self.ledger.counts())
        return permitted

    def _score(self, images: list[Pixels], *, reference: bool) -> list[Answer]:
        try:
            answers = [_answer(s) for s in self.scorer.score(images, reference=reference)]
            if len(answers) != len(images):
                raise ValueError(f"{len(answers)} scores for {len(images)} images")
        except (KeyboardInterrupt, Ended):
            raise
        except ScorerUnavailableError as error:
            self._unavailable = str(error)
            return [Answer(math.nan, error=str(error))] * len(images)
        # A plug-in may raise anything; SystemExit, too, is a failure of its own and ends nothing.
        except BaseException as error:  # noqa: BLE001
            cause = str(error) if isinstance(error, ScorerError) else one_line(error)
            if len(images) == 1:
                return [Answer(math.nan, error=cause)]
            return [
                self._score([image], reference=reference)[0]
                if self._permit_retries(1)
                else Answer(math.nan, error=cause)
                for image in images
            ]
        return answers


def _answer(score: float) -> Answer:
    if isinstance(score, NoScore):
        return Answer(math.nan, error=score.reason)
    value = float(score)
    if math.isfinite(value):
        return Answer(value)
    return Answer(math.nan, error=f"the scorer returned {value}")
