"""From candidates to evaluations: render, send through the channel, score and appraise.

Candidates are cheap and independent; the scorer, behind its oracle, is the scarce resource.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from blackcamo.channel import credited
from blackcamo.channels import Searched
from blackcamo.images import Credit
from blackcamo.judge import Judge, Judged, Standing
from blackcamo.oracle import Oracle
from blackcamo.rendering import ABOVE_FLOOR, Anchor, Picture, Renderer
from blackcamo.styles.space import StyleSpace
from blackcamo.types import UNCHANGED, Appraisal, Evaluation, Pixels, Proposal
from blackcamo.workers import Workers

Loss: TypeAlias = Callable[[float, float], float]
"""What a score and an appeal (0-100) are worth, the less the better."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a proposal came to: parameters that stand for it, its picture or why there is none."""

    proposal: Proposal
    params: Mapping[str, float]
    picture: Picture | str


class Objective:
    """One photo under one renderer and scorer: candidates in, evaluations out.

    Args:
        styles: the spaces of the styles that are searched, by name.
        workers: who prepares candidates; without them it is done here, one after the other.
        appeal_floor: candidates under this appeal (0-100) are drawn towards their style's start.
        searched: the channels that are searched for, the renderer's first; None is that alone.

    Attributes:
        jpegs: the JPEG files of the latest batch, by digest.
    """

    def __init__(
        self,
        renderer: Renderer,
        oracle: Oracle,
        styles: Mapping[str, StyleSpace],
        workers: Workers | None = None,
        *,
        appeal_floor: float = 0.0,
        searched: Searched | None = None,
    ) -> None:
        self._renderer = renderer
        self._judge = Judge(oracle, searched or Searched(delivery=renderer.channel))
        self._styles = styles
        self._workers = workers
        self._floor = appeal_floor
        self._anchors: dict[tuple[str, tuple[float, ...]], Anchor] = {}
        self.jpegs: dict[str, bytes] = {}

    def baseline(self) -> Evaluation:
        """The photo unchanged: its score after all channels, alone and in full precision.

        Raises:
            BudgetError: no query is left.
        """
        # Before the scorer is asked, so that a kill has no more time to lose the answer.
        ((_, neutral),) = self._renderer.prepare([{}])
        # What fails with nothing done fails with every candidate, and is said there.
        appraisal = neutral.appraisal if isinstance(neutral, Picture) else Appraisal(0.0, {})
        jpeg, received = self._renderer.unchanged()
        unchanged = Picture(jpeg, received, appraisal)
        judged = self._ask_alone(unchanged.sha256, received)
        self.jpegs = {unchanged.sha256: jpeg}
        found = _evaluation(Candidate(Proposal(UNCHANGED, ()), {}, unchanged), unchanged, judged)
        self._judge.learn([found])
        # An answer that a killed search kept is of this study's own query: a search that goes on
        # records what it would have.
        return replace(found, cached=False)

    def reference(self) -> Judged:
        """What the scorer says of the photo unchanged, as in :meth:`baseline`; without appeal.

        Raises:
            BudgetError: no query is left.
        """
        jpeg, received = self._renderer.unchanged()
        return self._ask_alone(hashlib.sha256(jpeg).hexdigest(), received)

    def _ask_alone(self, digest: str, received: Pixels) -> Judged:
        (judged,) = self._judge.ask([(digest, received)], kind="baseline", reference=True)
        return judged

    def prepare(
        self, proposals: Sequence[Proposal], *, wanted: float | None = None
    ) -> list[Candidate]:
        """Render and appraise a batch of proposals; asks nothing of the scorer.

        A candidate that people would mind is drawn towards its style's start until its appeal is
        at the floor, or nearly, and what hides in a style towards nothing: no query is spent on
        what could not be delivered.

        Args:
            wanted: appeal (0-100) that a candidate is drawn to in place of the floor where what it
                is drawn towards has more.
        """
        anchors = [self._anchor(p) for p in proposals]
        if wanted is not None:
            anchors = [
                a if a.appeal <= wanted + ABOVE_FLOOR else replace(a, floor=max(wanted, a.floor))
                for a in anchors
            ]
        params = [self._params(p) for p in proposals]
        if self._workers is None:
            rendered = self._renderer.prepare(params, anchors=anchors)
        else:
            rendered = self._workers.prepare(self._renderer, params, anchors)
        candidates = [
            Candidate(proposal, values, picture)
            for proposal, (values, picture) in zip(proposals, rendered, strict=True)
        ]
        for c in candidates:
            if isinstance(c.picture, Picture):
                self._learn(c.proposal, c.params, c.picture.appraisal.value)
        return candidates

    def appeal_of(self, style: str) -> float:
        """Appeal (0-100) of a style at its start, nothing hidden; asks nothing of the scorer."""
        lane = self._styles[style].lane
        return self._anchor(Proposal(style, lane.vector((0.0,) * lane.style))).appeal

    def known(self, evaluations: Iterable[Evaluation]) -> dict[str, float]:
        """Scores of recorded evaluations, as the oracle is to remember them."""
        return self._judge.recorded(evaluations)

    def learn(self, evaluations: Sequence[Evaluation]) -> None:
        """Learn what a batch came to; a continued search says that anew."""
        self._judge.learn(evaluations)
        for e in evaluations:
            if e.jpeg_sha256 and e.style != UNCHANGED:
                self._learn(Proposal(e.style, e.vector), e.params, e.appeal)

    def _params(self, proposal: Proposal) -> Mapping[str, float]:
        """What a proposal sets; where something hides, the style is as it was found before."""
        params = self._styles[proposal.style].decode(proposal.vector)
        plain = self._plain(proposal)
        return params if plain is None else {**params, **plain.params}

    def _anchor(self, proposal: Proposal) -> Anchor:
        """What a candidate is drawn towards: the style with nothing hidden, or its start.

        The former is one only once it was itself a candidate, and so has an appeal.
        """
        space = self._styles[proposal.style]
        start = Proposal(proposal.style, space.lane.vector((0.0,) * space.lane.style))
        if (start.style, start.vector) not in self._anchors:
            # Rendering costs no query.
            ((params, picture),) = self._renderer.prepare([space.start])
            appeal = picture.appraisal.value if isinstance(picture, Picture) else 0.0
            self._learn(start, params, appeal)
        found = self._plain(proposal) or self._anchors[start.style, start.vector]
        return Anchor({**space.nothing, **found.params}, found.appeal, self._floor)

    def _plain(self, proposal: Proposal) -> Anchor | None:
        """The candidate with nothing hidden that this one hides something in, if there was one."""
        lane = self._styles[proposal.style].lane
        if not lane.hiding(proposal.vector):
            return None
        return self._anchors.get((proposal.style, lane.vector(lane.own(proposal.vector))))

    def _learn(self, proposal: Proposal, params: Mapping[str, float], appeal: float) -> None:
        if not self._styles[proposal.style].lane.hiding(proposal.vector):
            self._anchors[proposal.style, proposal.vector] = Anchor(params, appeal, self._floor)

    def evaluate(
        self, candidates: Sequence[Candidate], *, loss: Loss | None = None, best: float = math.inf
    ) -> list[Evaluation]:
        """Evaluate a batch of B candidates; at most B queries for each channel.

        Args:
            loss: where several channels are searched for, candidates that can come to no less than
                ``best`` are given up on; None sends every one through all channels.
            best: the least loss so far.

        Raises:
            BudgetError: the batch exceeds the budget, once each or (without ``loss``) in all.
        """
        pictures = [c.picture for c in candidates if isinstance(c.picture, Picture)]
        self.jpegs = {p.sha256: p.jpeg for p in pictures}
        judged = iter(
            self._judge.ask(
                [(p.sha256, p.received) for p in pictures],
                kind="search",
                reference=False,
                standing=_standing(pictures, loss, best),
            )
        )
        found = [
            _evaluation(c, c.picture, next(judged))
            if isinstance(c.picture, Picture)
            else _failure(c, c.picture)
            for c in candidates
        ]
        self._judge.learn(found)
        return found

    def deliver(
        self,
        found: Evaluation,
        credit: Credit,
        *,
        loss: Loss | None = None,
        best: float = math.inf,
    ) -> tuple[Evaluation, bytes] | None:
        """Verify a candidate: the bytes to be delivered, scored alone in full precision.

        Returns None if the picture could not be rendered or scored.

        Args:
            loss: as in :meth:`evaluate`; what was given up on is partial, and not to be delivered.
            best: the least loss of what was verified.

        Raises:
            BudgetError: no verification query is left.
        """
        ((_, picture),) = self._renderer.prepare([found.params])
        if not isinstance(picture, Picture):
            return None
        data = credited(picture.jpeg, credit, picture.received.shape[1::-1])
        delivered = self._renderer.channel.decode(data)
        (judged,) = self._judge.ask(
            [(picture.sha256, delivered)],
            kind="verify",
            reference=True,
            standing=_standing([picture], loss, best),
        )
        if judged.error is not None:
            return None
        candidate = Candidate(Proposal(found.style, found.vector), found.params, picture)
        evaluation = _evaluation(candidate, picture, judged)
        return replace(evaluation, jpeg_bytes=len(data)), data


def _standing(pictures: Sequence[Picture], loss: Loss | None, best: float) -> Standing | None:
    if loss is None:
        return None
    return Standing(lambda i, score: loss(score, pictures[i].appraisal.value), best)


def _evaluation(candidate: Candidate, picture: Picture, judged: Judged) -> Evaluation:
    height_px, width_px = picture.received.shape[:2]
    return Evaluation(
        style=candidate.proposal.style,
        vector=candidate.proposal.vector,
        params=candidate.params,
        score=judged.score,
        appeal=picture.appraisal.value,
        parts=picture.appraisal.parts,
        jpeg_sha256=picture.sha256,
        jpeg_bytes=len(picture.jpeg),
        width_px=width_px,
        height_px=height_px,
        cached=judged.cached,
        error=judged.error,
        scores=judged.scores,
        partial=judged.partial,
    )


def _failure(candidate: Candidate, reason: str) -> Evaluation:
    return Evaluation(
        style=candidate.proposal.style,
        vector=candidate.proposal.vector,
        params=candidate.params,
        score=math.nan,
        appeal=0.0,
        parts={},
        jpeg_sha256="",
        jpeg_bytes=0,
        width_px=0,
        height_px=0,
        error=reason,
    )
