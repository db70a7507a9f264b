"""From candidates to evaluations: render, send through the channel, score and appraise.

Candidates are cheap and independent; the scorer, behind its oracle, is the scarce resource.
"""

from __future__ import annotations

import hashlib
import math
import os
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch

from blackcamo.channel import Channel
from blackcamo.filters.chain import Chain, Rendered
from blackcamo.images import Credit
from blackcamo.oracle import Answer, Oracle, one_line
from blackcamo.types import (
    Appeal,
    Appraisal,
    Evaluation,
    Frame,
    Mode,
    Pixels,
    Views,
)
from blackcamo.vision.arrays import to_pixels, to_rgb


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


class Objective:
    """One photo under one chain, channel, scorer and appeal: candidates in, evaluations out.

    Args:
        pixels: the photo, uint8 (H, W, 3), at the size that candidates are rendered at.
        keep_size: crops are resampled to the photo's size.
        device: where the chain renders.

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
    ) -> None:
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

    def evaluate(self, vectors: Iterable[Iterable[float]]) -> list[Evaluation]:
        """Evaluate a batch of vectors (B, D); at most B queries.

        Raises:
            BudgetError: the batch exceeds the budget.
        """
        vectors = [tuple(map(float, vector)) for vector in vectors]
        params = [self._chain.space.decode(vector) for vector in vectors]
        pictures = self._prepare(params)
        self.jpegs = {p.sha256: p.jpeg for p in pictures if isinstance(p, Picture)}
        answers = iter(
            self._oracle.ask(
                [(p.sha256, p.received) for p in pictures if isinstance(p, Picture)],
                kind="search",
                reference=False,
            )
        )
        return [
            _evaluation(vector, values, picture, next(answers))
            if isinstance(picture, Picture)
            else _failure(vector, values, picture)
            for vector, values, picture in zip(vectors, params, pictures, strict=True)
        ]

    def deliver(
        self, params: Mapping[str, float], credit: Credit
    ) -> tuple[Evaluation, bytes] | None:
        """Verify one candidate: the bytes to be delivered, scored alone in full precision.

        Returns None if the picture could not be rendered or scored.

        Raises:
            BudgetError: no verification query is left.
        """
        (picture,) = self._prepare([params])
        if not isinstance(picture, Picture):
            return None
        data = self._channel.encode(picture.sent, credit)
        delivered = self._channel.decode(data)
        (answer,) = self._oracle.ask([(picture.sha256, delivered)], kind="verify", reference=True)
        if answer.error is not None:
            return None
        evaluation = _evaluation(self._chain.space.encode(params), params, picture, answer)
        return replace(evaluation, jpeg_bytes=len(data)), data

    def _prepare(self, params: Sequence[Mapping[str, float]]) -> list[Picture | str]:
        """Render, encode and appraise; a candidate that fails becomes the reason why."""
        if not self._device.startswith("cpu"):
            return self._prepare_chunk(params)
        with one_thread_each() as pool:
            chunks = pool.map(self._prepare_chunk, [[p] for p in params])
            return [picture for chunk in chunks for picture in chunk]

    @torch.inference_mode()
    def _prepare_chunk(self, params: Sequence[Mapping[str, float]]) -> list[Picture | str]:
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


@contextmanager
def one_thread_each() -> Iterator[ThreadPoolExecutor]:
    """A pool with a thread per core in which torch uses one thread per operation.

    Candidates side by side use the cores better than one candidate's operations cut in two.
    torch keeps the setting per thread but also remembers the last one for threads to come, so
    that is put back.
    """
    workers = os.cpu_count() or 1
    before = torch.get_num_threads()
    ready = threading.Barrier(workers + 1)

    def start() -> None:
        torch.set_num_threads(1)
        ready.wait()

    with ThreadPoolExecutor(workers) as pool:
        for _ in range(workers):
            pool.submit(start)
        ready.wait()
        torch.set_num_threads(before)
        yield pool
