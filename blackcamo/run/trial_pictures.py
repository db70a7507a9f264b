"""Which trials of a study are shown with a picture, and what those are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from blackcamo.channel import Channel
from blackcamo.filters.chain import Chain
from blackcamo.finish import Finish
from blackcamo.images import fit_long_side
from blackcamo.rendering import render
from blackcamo.strategies import Goal
from blackcamo.study import Picture, Pictures, ranking
from blackcamo.types import Evaluation, Pixels

LONG_SIDE_PX = 1024
"""Bound of a picture in the dashboard; larger ones are resampled."""
UNCHANGED = 0
"""The trial of the photo unchanged."""


class TrialPictures:
    """Pictures of one study's trials: what the scorer was sent, at most 1024 pixels long.

    The photo unchanged, the best candidate of every batch, the front and what was delivered are
    shown. While a search runs they cost no more than writing the JPEGs that are at hand.

    Args:
        pictures: where they are kept.
        stem: the photo's name without its ending.
        proxy: what candidates are rendered from, the photo or its proxy.
        goal: what makes a candidate the best of its batch.
    """

    def __init__(
        self,
        pictures: Pictures,
        stem: str,
        proxy: Pixels,
        *,
        chain: Chain,
        channel: Channel,
        goal: Goal,
        keep_size: bool,
        finish: Finish | None,
    ) -> None:
        self._pictures = pictures
        self._stem = stem
        self._proxy = proxy
        self._chain = chain
        self._channel = channel
        self._goal = goal
        self._keep_size = keep_size
        self._finish = finish

    def show(
        self,
        candidates: Mapping[int, Evaluation],
        batch: Collection[int],
        jpegs: Mapping[str, bytes],
    ) -> None:
        """Keep the pictures of a batch that are worth it.

        Args:
            candidates: trial number -> evaluation, of all trials so far.
            batch: the numbers of the latest ones.
            jpegs: their JPEG files by digest.

        Raises:
            OutputError, StudyError: they cannot be written.
        """
        self._keep(
            {
                number: jpegs[candidates[number].jpeg_sha256]
                for number in worth_showing(candidates, [batch], self._goal) & set(batch)
            },
            candidates,
        )

    def complete(
        self,
        candidates: Mapping[int, Evaluation],
        batches: Sequence[Collection[int]],
        delivered: int,
    ) -> dict[int, Picture]:
        """Make the pictures that are missing, as a killed search leaves them; all there are.

        Raises:
            OutputError, StudyError: they cannot be written.
        """
        self.render(candidates, worth_showing(candidates, batches, self._goal) | {delivered})
        return self._pictures.all()

    def render(self, candidates: Mapping[int, Evaluation], numbers: Collection[int]) -> None:
        """Make pictures of trials that have none.

        Raises:
            OutputError, StudyError: they cannot be written.
        """
        for number in sorted(set(numbers) - self._pictures.all().keys()):
            evaluation = candidates[number]
            sent = render(
                self._chain,
                self._proxy,
                evaluation.params,
                keep_size=self._keep_size,
                finish=self._finish,
            )
            self._keep({number: self._channel.encode(sent)}, candidates)

    def _keep(self, jpegs: Mapping[int, bytes], candidates: Mapping[int, Evaluation]) -> None:
        self._pictures.add(
            {
                number: (
                    self._name(number, candidates[number]),
                    self._bounded(jpeg, candidates[number]),
                )
                for number, jpeg in jpegs.items()
            }
        )

    def _name(self, number: int, evaluation: Evaluation) -> str:
        said = f"score{evaluation.score:.1f}-appeal{evaluation.appeal:.1f}"
        return f"{self._stem}-trial{number:04d}-{said}.jpg"

    def _bounded(self, jpeg: bytes, evaluation: Evaluation) -> bytes:
        if max(evaluation.width_px, evaluation.height_px) <= LONG_SIDE_PX:
            return jpeg
        return self._channel.encode(fit_long_side(self._channel.decode(jpeg), LONG_SIDE_PX))


def worth_showing(
    candidates: Mapping[int, Evaluation], batches: Sequence[Collection[int]], goal: Goal
) -> set[int]:
    """The photo unchanged, the front, and the best candidate of every batch, by number."""
    scored = [n for n, e in candidates.items() if e.error is None and not e.partial]
    points = [(candidates[n].score, candidates[n].appeal) for n in scored]
    front = ranking.pareto(points, higher_is_better=goal.higher_is_better)
    best = (
        min(
            (number for number in batch if candidates[number].error is None),
            key=lambda n: goal.loss(candidates[n].score, candidates[n].appeal),
            default=UNCHANGED,
        )
        for batch in batches
    )
    return {UNCHANGED, *(scored[i] for i in front), *best}
