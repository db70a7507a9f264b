"""Candidates rendered: what is sent, what arrives, and how appealing that is.

Nothing here asks the scorer.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, TypeAlias, cast

import torch
from torch import Tensor

from blackcamo.channel import Channel
from blackcamo.devices import in_one_thread
from blackcamo.filters.chain import Chain, Graded, Rendered
from blackcamo.oracle import one_line
from blackcamo.strength import Shares, corrected
from blackcamo.types import (
    Appeal,
    Appraisal,
    LookAppeal,
    LookViews,
    Mode,
    Pixels,
    Views,
)
from blackcamo.vision.arrays import to_pixels, to_rgb, together

Values: TypeAlias = "Mapping[str, float]"
"""Parameter name -> physical value."""

_CORRECTIONS = 2
"""Times that a candidate is rendered again at most."""


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

_Draft: TypeAlias = "tuple[Values, Picture]"
"""A candidate that may yet be corrected."""


@dataclass(frozen=True)
class Renderer:
    """One photo under one chain, channel and appeal; it can be pickled if these can.

    Args:
        pixels: the photo, uint8 (H, W, 3), at the size that candidates are rendered at.
        device: where the chain renders.
        keep_size: crops are resampled to the photo's size.
    """

    pixels: Pixels
    chain: Chain
    channel: Channel
    appeal: Appeal
    mode: Mode
    device: str = "cpu"
    keep_size: bool = False

    def __getstate__(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @cached_property
    def _photo(self) -> Tensor:
        return to_rgb(self.pixels, self.device)

    def prepare(
        self,
        params: Sequence[Values],
        *,
        shares: Sequence[Shares] | None = None,
        floor: float = 0.0,
    ) -> list[Prepared]:
        """Render, encode and appraise candidates, in the order given.

        On a CPU it takes one thread: there the same arguments make the same bytes, whatever else
        runs.

        Args:
            shares: what of each candidate's strengths will probably be accepted; those that
                people would mind are drawn towards neutral, until their appeal is at the floor
                or a little above. None leaves candidates as they are.
            floor: least appeal (0-100) of what is not left; rendering costs no query.
        """

        @torch.inference_mode()
        def prepared(some: slice) -> list[Prepared]:
            values = params[some]
            try:
                if shares is None:
                    return list(self._drafts(values, self._grade(values)))
                return list(self._accepted(values, shares[some], floor))
            except Exception as error:  # noqa: BLE001 - a filter or appeal may raise anything
                return [(unchanged, one_line(error)) for unchanged in values]

        if not self.device.startswith("cpu"):
            return prepared(slice(None))
        alone = [slice(i, i + 1) for i in range(len(params))]
        return in_one_thread(lambda: [prepared(one)[0] for one in alone])

    def _accepted(
        self, params: Sequence[Values], probable: Sequence[Shares], floor: float
    ) -> list[_Draft]:
        """Candidates as strong as people accept, or as they were meant to be.

        They are rendered at the strength that probably is accepted, and again where that was too
        strong or far too weak. A measure that can say so judges the look by itself before, so that
        the dear rest is rendered for the right one.
        """
        shares = list(probable)
        graded = self._grade(self._weaker(params, shares))
        if isinstance(self.appeal, LookAppeal):
            foreseen = self._looks(self.appeal, graded)
            self._correct(params, shares, graded, dict(enumerate(foreseen)), floor)
        drafts = self._drafts(self._weaker(params, shares), graded)
        unsure = list(range(len(drafts)))
        for _ in range(_CORRECTIONS):
            appraisals = {i: drafts[i][1].appraisal for i in unsure}
            again = self._correct(params, shares, graded, appraisals, floor)
            better = self._drafts(
                self._weaker([params[i] for i in again], [shares[i] for i in again]),
                [graded[i] for i in again],
            )
            for i, draft in zip(again, better, strict=True):
                if _appeal(draft) >= floor or _appeal(drafts[i]) < floor:
                    drafts[i] = draft
            # What is too weak is rendered once more, what people would mind until they do not.
            unsure = [i for i in again if _appeal(drafts[i]) < floor]
        return drafts

    def _correct(
        self,
        params: Sequence[Values],
        shares: list[Shares],
        graded: list[_Graded],
        appraisals: Mapping[int, Appraisal],
        floor: float,
    ) -> list[int]:
        """Correct shares, and what is graded by them, after appraisals; says which ones."""
        better = {
            i: found
            for i, appraisal in appraisals.items()
            if (found := corrected(appraisal, shares[i], floor))
        }
        for i, found in better.items():
            shares[i] = {**shares[i], **found}
        # What keeps its frame and look is not graded again.
        again = [i for i, found in better.items() if found.keys() - {"spatial"}]
        weaker = self._weaker([params[i] for i in again], [shares[i] for i in again])
        before = [graded[i].look for i in again]
        for i, look in zip(again, self._grade(weaker, before), strict=True):
            graded[i] = look
        return list(better)

    def _weaker(self, params: Sequence[Values], shares: Sequence[Shares]) -> list[Values]:
        weaken = self.chain.space.weaken
        return [
            weaken(values, share) if min(share.values(), default=1.0) < 1 else values
            for values, share in zip(params, shares, strict=True)
        ]

    def _grade(
        self, params: Sequence[Values], before: Sequence[Graded] | None = None
    ) -> list[_Graded]:
        looks = self.chain.grade(self._photo, params, keep_size=self.keep_size, before=before)
        return [_Graded(look) for look in looks]

    def _drafts(self, params: Sequence[Values], graded: Sequence[_Graded]) -> list[_Draft]:
        """Candidates, rendered from what was graded."""
        rendered = self.chain.finish([g.look for g in graded], params)
        received = self.channel.send_all([to_pixels(r.filtered) for r in rendered])
        appraisals = self._appraise(rendered, graded, [pixels for _, pixels in received])
        return [
            (values, Picture(jpeg, arrived, appraisal))
            for values, (jpeg, arrived), appraisal in zip(params, received, appraisals, strict=True)
        ]

    def _appraise(
        self, rendered: Sequence[Rendered], graded: Sequence[_Graded], received: Sequence[Pixels]
    ) -> list[Appraisal]:
        # Without spatial filters the two are one tensor, and need one trip.
        own = [r.filtered.data_ptr() != r.graded.data_ptr() for r in rendered]
        self._send_graded([g for g, apart in zip(graded, own, strict=True) if apart])

        def appraise(indices: Sequence[int]) -> Sequence[Appraisal]:
            group = [rendered[i] for i in indices]
            delivered = [to_rgb(received[i], self.device) for i in indices]
            graded_delivered = [
                cast("Tensor", graded[i].arrived) if own[i] else same
                for i, same in zip(indices, delivered, strict=True)
            ]
            views = Views(
                original=self._photo.unsqueeze(0),
                aligned=together([r.aligned for r in group]),
                graded=together([r.graded for r in group]),
                delivered=together(delivered),
                graded_delivered=together(graded_delivered),
                frames=tuple(r.frame for r in group),
                looks=tuple(looks[i] for i in indices) if looks else None,
            )
            return self.appeal(views, self.mode)

        looks = self._looks(self.appeal, graded) if isinstance(self.appeal, LookAppeal) else None
        return _by_size(rendered, appraise)

    def _send_graded(self, graded: Sequence[_Graded]) -> None:
        """Send through the channel what was graded, once."""
        waiting = [g for g in graded if g.arrived is None]
        received = self.channel.send_all([to_pixels(g.look.graded) for g in waiting])
        for one, (_, pixels) in zip(waiting, received, strict=True):
            one.arrived = to_rgb(pixels, self.device)

    def _looks(self, appeal: LookAppeal, graded: Sequence[_Graded]) -> list[Appraisal]:
        """What the measure says of looks and frames; it is asked once of each."""
        unknown = [g for g in graded if g.appraisal is None]

        def appraise(indices: Sequence[int]) -> Sequence[Appraisal]:
            group = [unknown[i].look for i in indices]
            views = LookViews(
                original=self._photo.unsqueeze(0),
                aligned=together([look.aligned for look in group]),
                graded=together([look.graded for look in group]),
                frames=tuple(look.frame for look in group),
            )
            return appeal.appraise_looks(views, self.mode)

        found = _by_size([g.look for g in unknown], appraise)
        for one, appraisal in zip(unknown, found, strict=True):
            one.appraisal = appraisal
        return [cast("Appraisal", g.appraisal) for g in graded]


def _appeal(draft: _Draft) -> float:
    return draft[1].appraisal.value


def _by_size(
    pictures: Sequence[Graded], appraise: Callable[[Sequence[int]], Sequence[Appraisal]]
) -> list[Appraisal]:
    """Appraise pictures together, by their indices, where they have one size; in their order."""
    by_size: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, picture in enumerate(pictures):
        by_size[picture.frame.height_px, picture.frame.width_px].append(index)
    appraisals: dict[int, Appraisal] = {}
    for indices in by_size.values():
        appraisals.update(zip(indices, appraise(indices), strict=True))
    return [appraisals[i] for i in range(len(pictures))]


@dataclass(slots=True)
class _Graded:
    """A candidate without its spatial filters; what people think of it, and what arrives of it."""

    look: Graded
    appraisal: Appraisal | None = None
    arrived: Tensor | None = None


def render(
    chain: Chain, pixels: Pixels, params: Mapping[str, float], *, keep_size: bool = False
) -> Pixels:
    """What the channel is given for one candidate: uint8 (H, W, 3).

    On a CPU it gives the very pixels that a renderer with the same chain sends.
    """

    def alone() -> Pixels:
        with torch.inference_mode():
            (rendered,) = chain.render(to_rgb(pixels, "cpu"), [params], keep_size=keep_size)
            return to_pixels(rendered.filtered)

    return in_one_thread(alone)
