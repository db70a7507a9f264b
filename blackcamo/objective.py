"""From candidates to evaluations: render, send through the channel, score and appraise.

Candidates are cheap and independent; the scorer, behind its oracle, is the scarce resource.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

import torch

from blackcamo.channel import Channel
from blackcamo.devices import one_thread_each
from blackcamo.filters.chain import Chain, Rendered
from blackcamo.images import Credit
from blackcamo.oracle import Answer, Oracle, one_line
from blackcamo.types import (
    Appeal,
    Appraisal,
    Evaluation,
    Frame,
    Kind,
    Mode,
    Pixels,
    Views,
)
from blackcamo.vision.arrays import to_pixels, to_rgb

_Values = Mapping[str, float]
_MOST_WEAKENED = 1
"""Times that a candidate is drawn towards neutral: a second rendering gains little for its time."""
_ABOVE_FLOOR = 1.5
"""Points above the floor that are aimed at."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A rendered candidate: what is sent, its JPEG, what arrives, and how appealing that is."""

    sent: Pixels
    jpeg: bytes
    received: Pixels
    appraisal: Appraisal

    @property
    def sha256(self) -> str:
        """Digest of the JPEG bytes, the picture's key in the cache."""
        return hashlib.sha256(self.jpeg).hexdigest()


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a vector came to: the parameters that stand for it, its picture or why there is none."""

    vector: tuple[float, ...]
    params: Mapping[str, float]
    picture: Picture | str


class Objective:
    """One photo under one chain, channel, scorer and appeal: candidates in, evaluations out.

    Args:
        pixels: the photo, uint8 (H, W, 3), at the size that candidates are rendered at.
        keep_size: crops are resampled to the photo's size.
        device: where the chain renders.
        appeal_floor: candidates under it are weakened, as rendering costs no query.

    Attributes:
        jpegs: the JPEG files of the latest batch, by digest.
    """

    def __init__(
        self,
        pixels: Pixels,
        *,
        chain: Chain,
        channel: Channel,
        oracle: Oracle,
        appeal: Appeal,
        mode: Mode,
        device: str = "cpu",
        keep_size: bool = False,
        appeal_floor: float = 0.0,
    ) -> None:
        self._appeal_floor = appeal_floor
        self._chain = chain
        self._channel = channel
        self._oracle = oracle
        self._appeal = appeal
        self._mode: Mode = mode
        self._device = device
        self._keep_size = keep_size
        self._pixels = pixels
        self._photo = to_rgb(pixels, device)
        self.jpegs: dict[str, bytes] = {}

    def baseline(self) -> Evaluation:
        """The photo unchanged: its score after the channel, alone and in full precision.

        Raises:
            BudgetError: no query is left.
        """
        jpeg, received = self._channel.send(self._pixels)
        digest = hashlib.sha256(jpeg).hexdigest()
        self.jpegs = {digest: jpeg}
        (answer,) = self._oracle.ask([(digest, received)], kind="baseline", reference=True)
        space = self._chain.space
        unchanged = Picture(self._pixels, jpeg, received, Appraisal(100.0, {}))
        return _evaluation(space.encode({}), space.neutral, unchanged, answer)

    def prepare(self, vectors: Iterable[Iterable[float]]) -> list[Candidate]:
        """Render and appraise a batch of vectors (B, D); asks nothing of the scorer.

        A candidate that people would mind is drawn towards neutral until its appeal is at the
        floor, or nearly: a query is spent on nothing that could not be delivered.
        """
        exact = [tuple(map(float, vector)) for vector in vectors]
        params = [self._chain.space.decode(vector) for vector in exact]
        rendered = self._prepare(params, weaken=True)
        return [Candidate(v, p, picture) for v, (p, picture) in zip(exact, rendered, strict=True)]

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
        ((_, picture),) = self._prepare([params])
        if not isinstance(picture, Picture):
            return None
        data = self._channel.encode(picture.sent, credit)
        delivered = self._channel.decode(data)
        (answer,) = self._oracle.ask([(picture.sha256, delivered)], kind="verify", reference=True)
        if answer.error is not None:
            return None
        evaluation = _evaluation(self._chain.space.encode(params), params, picture, answer)
        return replace(evaluation, jpeg_bytes=len(data)), data

    def _prepare(
        self, params: Sequence[_Values], *, weaken: bool = False
    ) -> list[tuple[_Values, Picture | str]]:
        """Render, encode and appraise; a candidate that fails becomes the reason why."""

        def prepared(some: Sequence[_Values]) -> list[tuple[_Values, Picture | str]]:
            return (
                self._weakened(some) if weaken else list(zip(some, self._render(some), strict=True))
            )

        if not self._device.startswith("cpu"):
            return prepared(params)
        with one_thread_each() as pool:
            chunks = pool.map(prepared, [[p] for p in params])
            return [one for chunk in chunks for one in chunk]

    def _weakened(self, params: Sequence[_Values]) -> list[tuple[_Values, Picture | str]]:
        chosen = dict(enumerate(zip(params, self._render(params), strict=True)))
        for _ in range(_MOST_WEAKENED):
            factors = {
                i: _factors(picture.appraisal, self._appeal_floor)
                for i, (_, picture) in chosen.items()
                if isinstance(picture, Picture) and picture.appraisal.value < self._appeal_floor
            }
            if not factors:
                break
            weaker = [self._chain.space.weaken(chosen[i][0], f) for i, f in factors.items()]
            for i, values, picture in zip(factors, weaker, self._render(weaker), strict=True):
                chosen[i] = values, picture
        return list(chosen.values())

    @torch.inference_mode()
    def _render(self, params: Sequence[_Values]) -> list[Picture | str]:
        try:
            rendered = self._chain.render(self._photo, params, keep_size=self._keep_size)
            sent = [to_pixels(r.filtered) for r in rendered]
            received = [self._channel.send(pixels) for pixels in sent]
            appraisals = self._appraise(rendered, [pixels for _, pixels in received])
        except Exception as error:  # noqa: BLE001 - a filter or appeal plug-in may raise anything
            return [one_line(error)] * len(params)
        return [
            Picture(pixels, jpeg, arrived, appraisal)
            for pixels, (jpeg, arrived), appraisal in zip(sent, received, appraisals, strict=True)
        ]

    def _appraise(
        self, rendered: Sequence[Rendered], received: Sequence[Pixels]
    ) -> list[Appraisal]:
        by_size: dict[tuple[int, int], list[int]] = defaultdict(list)
        for index, picture in enumerate(rendered):
            by_size[picture.frame.height_px, picture.frame.width_px].append(index)
        appraisals: dict[int, Appraisal] = {}
        for indices in by_size.values():
            group = [rendered[i] for i in indices]
            delivered = [to_rgb(received[i], self._device) for i in indices]
            graded_delivered = [
                # Without spatial filters the two are one tensor, and need one trip.
                same
                if r.filtered.data_ptr() == r.graded.data_ptr()
                else self._sent_through(r.graded)
                for r, same in zip(group, delivered, strict=True)
            ]
            views = Views(
                original=self._photo.unsqueeze(0),
                aligned=_together([r.aligned for r in group]),
                graded=_together([r.graded for r in group]),
                delivered=_together(delivered),
                graded_delivered=_together(graded_delivered),
                frames=tuple[Frame, ...](r.frame for r in group),
            )
            appraisals.update(zip(indices, self._appeal(views, self._mode), strict=True))
        return [appraisals[i] for i in range(len(rendered))]

    def _sent_through(self, rgb: torch.Tensor) -> torch.Tensor:
        return to_rgb(self._channel.send(to_pixels(rgb))[1], self._device)


def _factors(appraisal: Appraisal, floor: float) -> dict[Kind, float]:
    """How strong filters of each kind may be for the floor, if appeal falls off like a Gaussian."""
    aimed = math.log(100 / min(floor + _ABOVE_FLOOR, 99.0))
    by_kind = appraisal.by_kind or dict.fromkeys(get_args(Kind), appraisal.value)
    return {
        kind: math.sqrt(aimed / math.log(100 / max(appeal, 1.0)))
        for kind, appeal in by_kind.items()
        if appeal < floor
    }


def _together(pictures: Sequence[torch.Tensor]) -> torch.Tensor:
    """Pictures (3, H, W) as one (B, 3, H, W); a single one is not copied."""
    return pictures[0].unsqueeze(0) if len(pictures) == 1 else torch.stack(list(pictures))


def render(
    chain: Chain, pixels: Pixels, params: Mapping[str, float], *, keep_size: bool = False
) -> Pixels:
    """What the channel is given for one candidate: uint8 (H, W, 3).

    On a CPU it gives the very pixels that an objective with the same chain sends.
    """

    def alone() -> Pixels:
        with torch.inference_mode():
            (rendered,) = chain.render(to_rgb(pixels, "cpu"), [params], keep_size=keep_size)
            return to_pixels(rendered.filtered)

    with one_thread_each() as pool:
        return pool.submit(alone).result()


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
