"""Scores of pictures after one channel or several: the worst of them, or their mean.

Several channels are raced, so that few images are shown. A picture is sent first through the
channel that pictures were weakest in lately, and through the others one by one only while it may
still be better than the best so far: the worst of several scores gets no better by one more. That
is the adaptive capping of F. Hutter et al., "ParamILS: an automatic algorithm configuration
framework", JAIR 36, 2009, section 4.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from blackcamo.channels import Searched
from blackcamo.ledger import QueryKind
from blackcamo.oracle import Answer, Oracle, one_line
from blackcamo.types import Evaluation, Pixels


@dataclass(frozen=True, slots=True)
class Standing:
    """The bound that pictures are raced against.

    Args:
        loss: that of the picture of an index, were this score the one that counts.
        best: the least loss of a picture that went through all channels.
    """

    loss: Callable[[int, float], float]
    best: float = math.inf


@dataclass(frozen=True, slots=True)
class Judged:
    """The score that counts of a picture's scores, on the scorer's own scale.

    ``score`` is the worst or the mean after all channels, NaN where there is an ``error``; of a
    ``partial`` one, which was given up on, of the channels that were asked. ``scores`` has them by
    the channel's name, and is empty where there is one channel.
    """

    score: float
    scores: Mapping[str, float] = field(default_factory=dict)
    partial: bool = False
    cached: bool = False
    error: str | None = None


class _Case:
    """A picture that is being judged: its digest, its pixels, and the answers by channel."""

    def __init__(self, digest: str, pixels: Pixels) -> None:
        self.digest = digest
        self.pixels = pixels
        self.answers: dict[str, Answer] = {}

    @property
    def error(self) -> str | None:
        """Why it has no score."""
        return next((a.error for a in self.answers.values() if a.error is not None), None)


class Judge:
    """An oracle behind channels.

    Args:
        searched: the channels; the first of them has made the pictures that are given.
    """

    def __init__(self, oracle: Oracle, searched: Searched) -> None:
        self._oracle = oracle
        self._aggregate = searched.aggregate
        self._sign = 1 if oracle.scorer.info.higher_is_better else -1
        self._passages = {passage.name: passage for passage in searched.others}
        self._names = (searched.name, *self._passages)
        # The one that pictures were weakest in lately comes first.
        self._order = list(self._names)
        # Scores of the latest picture that went through all of them.
        self._latest: Mapping[str, float] = {}

    def ask(
        self,
        pictures: Sequence[tuple[str, Pixels]],
        *,
        kind: QueryKind,
        reference: bool,
        standing: Standing | None = None,
    ) -> list[Judged]:
        """Judge delivered pictures, each given with the digest of its JPEG bytes.

        Args:
            standing: what they are raced against; without it they go through all channels.

        Raises:
            BudgetError: the pictures, once each or (without ``standing``) through all channels,
                exceed the budget.
            Ended: raised by what waits for the scorer.
        """
        if not self._passages:
            answers = self._oracle.ask(pictures, kind=kind, reference=reference)
            return [Judged(a.score, cached=a.cached, error=a.error) for a in answers]
        cases = [_Case(*picture) for picture in pictures]
        if standing is None:
            everything = [(case, name) for case in cases for name in self._names]
            self._send(everything, kind, reference=reference)
        else:
            self._race(cases, standing, kind, reference=reference)
        return [self._judged(case) for case in cases]

    def learn(self, evaluations: Iterable[Evaluation]) -> None:
        """Learn from a batch, in its order, in which channels pictures are weak."""
        for scores in (e.scores for e in evaluations if len(e.scores) > 1):
            if len(scores) == len(self._names):
                self._latest = scores
            # Those that were asked come first, the weakest before all.
            asked = sorted(
                (n for n in self._order if n in scores), key=lambda n: -self._sign * scores[n]
            )
            self._order = [*asked, *(n for n in self._order if n not in scores)]

    def recorded(self, evaluations: Iterable[Evaluation]) -> dict[str, float]:
        """The scores of evaluations by the digest of what the scorer was shown."""
        found: dict[str, float] = {}
        for e in evaluations:
            if e.scores:
                found |= {self._digest(e.jpeg_sha256, name): s for name, s in e.scores.items()}
            elif e.error is None:
                found[e.jpeg_sha256] = e.score
        return found

    def _race(
        self, cases: Sequence[_Case], standing: Standing, kind: QueryKind, *, reference: bool
    ) -> None:
        """Each case through one channel, then the most promising ones through the others."""
        first, *others = self._order
        self._send([(case, first) for case in cases], kind, reference=reference)
        best = standing.best
        for i in sorted(range(len(cases)), key=lambda i: standing.loss(i, self._score(cases[i]))):
            case = cases[i]
            for name in others:
                stands = standing.loss(i, self._score(case)) < best
                affordable = self._oracle.ledger.available(kind) > 0
                # What is known already costs nothing.
                known = self._oracle.knows(self._digest(case.digest, name), reference=reference)
                if case.error is None and (known or (stands and affordable)):
                    self._send([(case, name)], kind, reference=reference)
            if len(case.answers) == len(self._names):
                best = min(best, standing.loss(i, self._score(case)))

    def _send(
        self, asked: Sequence[tuple[_Case, str]], kind: QueryKind, *, reference: bool
    ) -> None:
        """Send cases through a channel each, and ask about what arrives."""
        sent, pictures = [], []
        for case, name in asked:
            digest = self._digest(case.digest, name)
            pixels = case.pixels
            if name in self._passages and not self._oracle.knows(digest, reference=reference):
                try:
                    pixels = self._passages[name].send(pixels)
                # A step may be anybody's.
                except Exception as error:  # noqa: BLE001
                    cause = f"channel {name} failed: {one_line(error)}"
                    case.answers[name] = Answer(math.nan, error=cause)
                    continue
            sent.append((case, name))
            pictures.append((digest, pixels))
        answers = self._oracle.ask(pictures, kind=kind, reference=reference)
        for (case, name), answer in zip(sent, answers, strict=True):
            case.answers[name] = answer

    def _digest(self, sha256: str, name: str) -> str:
        """The oracle's key of the picture of a JPEG after a channel."""
        return f"{sha256}+{self._passages[name].spec}" if name in self._passages else sha256

    def _score(self, case: _Case) -> float:
        if case.error is not None:
            return math.nan
        scores = {name: answer.score for name, answer in case.answers.items()}
        if self._aggregate == "worst":
            return self._sign * max(self._sign * score for score in scores.values())
        if self._latest:
            # Channels that were not asked are taken to differ from the others as they did of late.
            shift = _mean([score - self._latest[name] for name, score in scores.items()])
            scores = {name: self._latest[name] + shift for name in self._names} | scores
        return _mean(list(scores.values()))

    def _judged(self, case: _Case) -> Judged:
        answers = case.answers
        known = (name for name in self._names if name in answers and answers[name].error is None)
        return Judged(
            score=self._score(case),
            scores={name: answers[name].score for name in known},
            partial=case.error is None and len(answers) < len(self._names),
            cached=all(answer.cached for answer in answers.values()),
            error=case.error,
        )


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
