"""From candidates to evaluations: render, send through the channel, score and appraise.

Candidates are cheap and independent; the scorer, behind its oracle, is the scarce resource.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from blackcamo.channel import credited
from blackcamo.images import Credit
from blackcamo.oracle import Answer, Oracle
from blackcamo.rendering import Picture, Renderer
from blackcamo.strength import Coordinates, Foresight
from blackcamo.types import Appraisal, Evaluation, Pixels
from blackcamo.workers import Workers


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a vector came to: the parameters that stand for it, its picture or why there is none."""

    vector: tuple[float, ...]
    params: Mapping[str, float]
    picture: Picture | str


class Objective:
    """One photo under one renderer and scorer: candidates in, evaluations out.

    Args:
        workers: who prepares candidates; without them it is done here, one after the other.

    Attributes:
        appeal_floor: candidates under this appeal (0-100) are weakened; it may change between
            batches.
        jpegs: the JPEG files of the latest batch, by digest.
    """

    def __init__(
        self,
        renderer: Renderer,
        oracle: Oracle,
        workers: Workers | None = None,
        *,
        appeal_floor: float = 0.0,
    ) -> None:
        self._renderer = renderer
        self._oracle = oracle
        self._workers = workers
        self._foresight = Foresight()
        self.appeal_floor = appeal_floor
        self.jpegs: dict[str, bytes] = {}

    def baseline(self) -> Evaluation:
        """The photo unchanged: its score after the channel, alone and in full precision.

        Raises:
            BudgetError: no query is left.
        """
        space = self._renderer.chain.space
        # Where the codec is minded, it is in the photo unchanged, too. Before the scorer is asked,
        # so that a kill has no more time to lose the answer.
        ((_, neutral),) = self._renderer.prepare([space.neutral])
        # What fails with nothing done fails with every candidate, and is said there.
        appraisal = neutral.appraisal if isinstance(neutral, Picture) else Appraisal(100.0, {})
        jpeg, received = self._renderer.channel.send(self._renderer.pixels)
        unchanged = Picture(jpeg, received, appraisal)
        answer = self._ask_alone(unchanged.sha256, received)
        self.jpegs = {unchanged.sha256: jpeg}
        found = _evaluation(space.encode({}), space.neutral, unchanged, answer)
        # An answer that a killed search kept is of this study's own query: a search that goes on
        # records what it would have.
        return replace(found, cached=False)

    def reference(self) -> Answer:
        """What the scorer says of the photo unchanged, as in :meth:`baseline`; without appeal.

        Raises:
            BudgetError: no query is left.
        """
        jpeg, received = self._renderer.channel.send(self._renderer.pixels)
        return self._ask_alone(hashlib.sha256(jpeg).hexdigest(), received)

    def _ask_alone(self, digest: str, received: Pixels) -> Answer:
        (answer,) = self._oracle.ask([(digest, received)], kind="baseline", reference=True)
        return answer

    def prepare(self, vectors: Iterable[Iterable[float]]) -> list[Candidate]:
        """Render and appraise a batch of vectors (B, D); asks nothing of the scorer.

        A candidate that people would mind is drawn towards neutral until its appeal is at the
        floor, or nearly: a query is spent on nothing that could not be delivered. It is first
        rendered as strong as those before make it probable, which is mostly right.
        """
        exact = [tuple(map(float, vector)) for vector in vectors]
        space = self._renderer.chain.space
        params = [space.decode(vector) for vector in exact]
        asked = [space.coordinates(values) for values in params]
        floor = self.appeal_floor
        shares = [self._foresight.shares(coordinates, floor) for coordinates in asked]
        if self._workers is None:
            rendered = self._renderer.prepare(params, shares=shares, floor=floor)
        else:
            rendered = self._workers.prepare(self._renderer, params, shares, floor)
        self._learn(
            (coordinates, weaker)
            for coordinates, (weaker, picture) in zip(asked, rendered, strict=True)
            if isinstance(picture, Picture)
        )
        return [Candidate(v, p, picture) for v, (p, picture) in zip(exact, rendered, strict=True)]

    def learn(self, evaluations: Iterable[Evaluation]) -> None:
        """Learn what a batch came to; a continued search says that anew.

        Candidates are taken for brought to the present floor.
        """
        space = self._renderer.chain.space
        self._learn(
            (space.coordinates(space.decode(e.vector)), e.params)
            for e in evaluations
            if e.jpeg_sha256  # What could not be rendered was never judged.
        )

    def _learn(self, came_to: Iterable[tuple[Coordinates, Mapping[str, float]]]) -> None:
        space = self._renderer.chain.space
        for asked, params in came_to:
            self._foresight.see(asked, space.coordinates(params), self.appeal_floor)
        self._foresight.learn()

    def evaluate(self, candidates: Sequence[Candidate]) -> list[Evaluation]:
        """Evaluate a batch of B candidates; at most B queries.

        Raises:
            BudgetError: the batch exceeds the budget.
        """
        pictures = [c.picture for c in candidates if isinstance(c.picture, Picture)]
        self.jpegs = {p.sha256: p.jpeg for p in pictures}
        asked = [(p.sha256, p.received) for p in pictures]
        answers = iter(self._oracle.ask(asked, kind="search", reference=False))
        return [
            _evaluation(c.vector, c.params, c.picture, next(answers))
            if isinstance(c.picture, Picture)
            else _failure(c.vector, c.params, c.picture)
            for c in candidates
        ]

    def deliver(
        self, params: Mapping[str, float], credit: Credit
    ) -> tuple[Evaluation, bytes] | None:
        """Verify one candidate: the bytes to be delivered, scored alone in full precision.

        Returns None if the picture could not be rendered or scored.

        Raises:
            BudgetError: no verification query is left.
        """
        ((_, picture),) = self._renderer.prepare([params])
        if not isinstance(picture, Picture):
            return None
        data = credited(picture.jpeg, credit)
        delivered = self._renderer.channel.decode(data)
        (answer,) = self._oracle.ask([(picture.sha256, delivered)], kind="verify", reference=True)
        if answer.error is not None:
            return None
        evaluation = _evaluation(self._renderer.chain.space.encode(params), params, picture, answer)
        return replace(evaluation, jpeg_bytes=len(data)), data


def _evaluation(
    vector: Iterable[float], params: Mapping[str, float], picture: Picture, answer: Answer
) -> Evaluation:
    height_px, width_px = picture.received.shape[:2]
    return Evaluation(
        vector=tuple(map(float, vector)),
        params=params,
        score=answer.score,
        appeal=picture.appraisal.value,
        parts=picture.appraisal.parts,
        jpeg_sha256=picture.sha256,
        jpeg_bytes=len(picture.jpeg),
        width_px=width_px,
        height_px=height_px,
        cached=answer.cached,
        error=answer.error,
    )


def _failure(vector: Iterable[float], params: Mapping[str, float], reason: str) -> Evaluation:
    return Evaluation(
        vector=tuple(map(float, vector)),
        params=params,
        score=math.nan,
        appeal=0.0,
        parts={},
        jpeg_sha256="",
        jpeg_bytes=0,
        width_px=0,
        height_px=0,
        error=reason,
    )
