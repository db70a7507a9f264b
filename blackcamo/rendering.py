"""Candidates rendered: what is sent, what arrives, and how appealing that is.

Nothing here asks the scorer.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, TypeAlias

import torch
from torch import Tensor

from blackcamo.channel import Channel
from blackcamo.devices import in_one_thread
from blackcamo.filters.chain import Chain, Rendered
from blackcamo.finish import Finish
from blackcamo.oracle import one_line
from blackcamo.styles.space import towards
from blackcamo.types import Appeal, Appraisal, Mode, Pixels, Views
from blackcamo.vision.arrays import to_pixels, to_rgb, together

Values: TypeAlias = "Mapping[str, float]"
"""Parameter name -> physical value."""

_REPAIRS = 2
"""Times that a candidate under the floor is rendered again at most."""
_ABOVE_FLOOR = 0.5
"""Points above the floor that a repair aims at."""
_LEAST_MOVE = 0.1
"""Of the way to the anchor: a repair moves at least so far, and leaves as much of the candidate."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A rendered candidate: the JPEG that is sent, what arrives, and how appealing that is."""

    jpeg: bytes
    received: Pixels
    appraisal: Appraisal

    @property
    def sha256(self) -> str:
        """Digest of the JPEG bytes, the picture's key in the cache."""
        return hashlib.sha256(self.jpeg).hexdigest()


Prepared: TypeAlias = "tuple[Values, Picture | str]"
"""The parameters that stand for a candidate, and its picture or why there is none."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Parameters that a candidate under the floor is drawn towards, and their appeal (0-100)."""

    params: Values
    appeal: float


@dataclass(frozen=True)
class Renderer:
    """One photo under one chain, channel and appeal; it can be pickled if these can.

    Args:
        pixels: the photo, uint8 (H, W, 3), at the size that candidates are rendered at.
        device: where the chain renders.
        keep_size: crops are resampled to the photo's size.
        finish: the frame around what is sent, None without one.
    """

    pixels: Pixels
    chain: Chain
    channel: Channel
    appeal: Appeal
    mode: Mode
    device: str = "cpu"
    keep_size: bool = False
    finish: Finish | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @cached_property
    def _photo(self) -> Tensor:
        return to_rgb(self.pixels, self.device)

    def unchanged(self) -> tuple[bytes, Pixels]:
        """The photo itself, framed: its JPEG and the pixels that arrive."""
        return self.channel.send(self._framed(self.pixels))

    def prepare(
        self,
        params: Sequence[Values],
        *,
        anchors: Sequence[Anchor | None] | None = None,
        floor: float = 0.0,
    ) -> list[Prepared]:
        """Render, encode and appraise candidates, in the order given.

        On a CPU it takes one thread: there the same arguments make the same bytes, whatever else
        runs.

        Args:
            anchors: for each candidate what it is drawn towards where its appeal is under the
                floor (constraint repair: rendering costs no query); None leaves it as it is.
            floor: least appeal (0-100) of what is left as it is.
        """
        anchors = [None] * len(params) if anchors is None else anchors

        @torch.inference_mode()
        def prepared(some: slice) -> list[Prepared]:
            try:
                return self._repaired(params[some], anchors[some], floor)
            except Exception as error:  # noqa: BLE001 - a filter or appeal may raise anything
                return [(values, one_line(error)) for values in params[some]]

        if not self.device.startswith("cpu"):
            return prepared(slice(None))
        alone = [slice(i, i + 1) for i in range(len(params))]
        return in_one_thread(lambda: [prepared(one)[0] for one in alone])

    def _repaired(
        self, params: Sequence[Values], anchors: Sequence[Anchor | None], floor: float
    ) -> list[Prepared]:
        """Candidates at the floor or above it, as far as a few steps to their anchors help."""
        found = list(zip(params, self._pictures(params), strict=True))
        # How much of each candidate is left, and the steepest fall seen on the way to it.
        left = [1.0] * len(params)
        for _ in range(_REPAIRS):
            again: dict[int, Values] = {}
            for i, anchor in enumerate(anchors):
                appeal = found[i][1].appraisal.value
                if anchor is None or appeal >= floor or anchor.appeal <= floor + _ABOVE_FLOOR:
                    continue
                # Linear between the anchor and what was seen last.
                share = (anchor.appeal - floor - _ABOVE_FLOOR) / (anchor.appeal - appeal)
                left[i] *= min(max(share, _LEAST_MOVE), 1 - _LEAST_MOVE)
                again[i] = towards(anchor.params, params[i], left[i])
            for i, picture in zip(again, self._pictures(list(again.values())), strict=True):
                found[i] = again[i], picture
        return [(values, picture) for values, picture in found]

    def _pictures(self, params: Sequence[Values]) -> list[Picture]:
        rendered = self.chain.render(self._photo, params, keep_size=self.keep_size)
        sent = self.channel.send_all([self._framed(to_pixels(r.filtered)) for r in rendered])
        appraisals = self._appraise(rendered, [self._inside(pixels) for _, pixels in sent])
        return [
            Picture(jpeg, arrived, appraisal)
            for (jpeg, arrived), appraisal in zip(sent, appraisals, strict=True)
        ]

    @torch.inference_mode()
    def views(self, params: Values) -> Views:
        """What the measure of appeal sees of one candidate."""

        def alone() -> Views:
            rendered = self.chain.render(self._photo, [params], keep_size=self.keep_size)
            _, received = self.channel.send(self._framed(to_pixels(rendered[0].filtered)))
            return self._views(rendered, [self._inside(received)])

        return in_one_thread(alone)

    def _appraise(
        self, rendered: Sequence[Rendered], received: Sequence[Pixels]
    ) -> list[Appraisal]:
        by_size: dict[tuple[int, int], list[int]] = defaultdict(list)
        for i, one in enumerate(rendered):
            by_size[one.frame.height_px, one.frame.width_px].append(i)
        appraisals: dict[int, Appraisal] = {}
        for indices in by_size.values():
            views = self._views([rendered[i] for i in indices], [received[i] for i in indices])
            appraisals.update(zip(indices, self.appeal(views, self.mode), strict=True))
        return [appraisals[i] for i in range(len(rendered))]

    def _views(self, rendered: Sequence[Rendered], received: Sequence[Pixels]) -> Views:
        """What is seen of candidates of one size."""
        delivered = [to_rgb(pixels, self.device) for pixels in received]
        styled = list(delivered)
        # Where nothing hides the two are one picture, and need one trip.
        apart = [i for i, r in enumerate(rendered) if r.filtered.data_ptr() != r.styled.data_ptr()]
        sent = self.channel.send_all([self._framed(to_pixels(rendered[i].styled)) for i in apart])
        for i, (_, pixels) in zip(apart, sent, strict=True):
            styled[i] = to_rgb(self._inside(pixels), self.device)
        arrived = together(delivered)
        return Views(
            original=self._photo.unsqueeze(0),
            aligned=together([r.aligned for r in rendered]),
            graded=together([r.graded for r in rendered]),
            # One and the same tensor, so that a measure may see that there is nothing to compare.
            styled_delivered=together(styled) if apart else arrived,
            delivered=arrived,
            frames=tuple(r.frame for r in rendered),
        )

    def _framed(self, pixels: Pixels) -> Pixels:
        return pixels if self.finish is None else self.finish.frame(pixels)

    def _inside(self, pixels: Pixels) -> Pixels:
        return pixels if self.finish is None else self.finish.inside(pixels)


def render(
    chain: Chain,
    pixels: Pixels,
    params: Mapping[str, float],
    *,
    keep_size: bool = False,
    finish: Finish | None = None,
) -> Pixels:
    """What the channel is given for one candidate: uint8 (H, W, 3).

    On a CPU it gives the very pixels that a renderer with the same chain sends.
    """

    def alone() -> Pixels:
        with torch.inference_mode():
            (rendered,) = chain.render(to_rgb(pixels, "cpu"), [params], keep_size=keep_size)
            sent = to_pixels(rendered.filtered)
            return sent if finish is None else finish.frame(sent)

    return in_one_thread(alone)
