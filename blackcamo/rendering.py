"""Candidates rendered: what is sent, what arrives, and how appealing that is.

Nothing here asks the scorer.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, TypeAlias, get_args

import torch
from torch import Tensor

from blackcamo.channel import Channel
from blackcamo.devices import one_thread
from blackcamo.filters.chain import Chain, Graded, Rendered
from blackcamo.oracle import one_line
from blackcamo.types import Appeal, Appraisal, Falloff, Frame, Kind, Mode, Pixels, Views
from blackcamo.vision.arrays import to_pixels, to_rgb, together

Values: TypeAlias = "Mapping[str, float]"
"""Parameter name -> physical value."""

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


Prepared: TypeAlias = "tuple[Values, Picture | str]"
"""The parameters that stand for a candidate, and its picture or why there is none."""


@dataclass(frozen=True)
class Renderer:
    """One photo under one chain, channel and appeal; it can be pickled if these can.

    Args:
        pixels: the photo, uint8 (H, W, 3), at the size that candidates are rendered at.
        device: where the chain renders.
        keep_size: crops are resampled to the photo's size.
        appeal_floor: candidates under it are weakened, as rendering costs no query.
    """

    pixels: Pixels
    chain: Chain
    channel: Channel
    appeal: Appeal
    mode: Mode
    device: str = "cpu"
    keep_size: bool = False
    appeal_floor: float = 0.0

    def __getstate__(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @cached_property
    def _photo(self) -> Tensor:
        return to_rgb(self.pixels, self.device)

    def prepare(self, params: Sequence[Values], *, weaken: bool) -> list[Prepared]:
        """Render, encode and appraise candidates, in the order given.

        On a CPU it takes one thread: there the same parameters make the same bytes, whatever else
        runs.

        Args:
            weaken: draw those under the floor towards neutral, until their appeal is nearly there.
        """

        def prepared(some: Sequence[Values]) -> list[Prepared]:
            drafts = self._drafts(some)
            return [(d.params, d.picture) for d in (self._weakened(drafts) if weaken else drafts)]

        if not self.device.startswith("cpu"):
            return prepared(params)
        with one_thread() as thread:
            return [thread.submit(prepared, [values]).result()[0] for values in params]

    def _weakened(self, drafts: Sequence[_Draft]) -> list[_Draft]:
        """Once, as a second time gains little for what a rendering takes."""
        chosen = dict(enumerate(drafts))
        factors = {
            i: _factors(draft.picture.appraisal, self.appeal_floor)
            for i, draft in chosen.items()
            if isinstance(draft.picture, Picture)
            and draft.picture.appraisal.value < self.appeal_floor
        }
        # What keeps its frame and look is not graded again.
        for kept in (False, True):
            some = [i for i, f in factors.items() if (f.keys() <= {"spatial"}) is kept]
            weaker = [self.chain.space.weaken(chosen[i].params, factors[i]) for i in some]
            graded = [g for i in some if (g := chosen[i].graded)] if kept else None
            chosen.update(zip(some, self._drafts(weaker, graded), strict=True))
        return list(chosen.values())

    @torch.inference_mode()
    def _drafts(
        self, params: Sequence[Values], graded: Sequence[_Graded] | None = None
    ) -> list[_Draft]:
        """Candidates, rendered from the photo or from what was graded before."""
        if not params:
            return []
        try:
            if graded is None:
                looks = self.chain.grade(self._photo, params, keep_size=self.keep_size)
                graded = [_Graded(look) for look in looks]
            rendered = self.chain.finish([g.look for g in graded], params)
            sent = [to_pixels(r.filtered) for r in rendered]
            received = [self.channel.send(pixels) for pixels in sent]
            appraisals = self._appraise(rendered, graded, [pixels for _, pixels in received])
        except Exception as error:  # noqa: BLE001 - a filter or appeal plug-in may raise anything
            return [_Draft(values, None, one_line(error)) for values in params]
        return [
            _Draft(values, look, Picture(pixels, jpeg, arrived, appraisal))
            for values, look, pixels, (jpeg, arrived), appraisal in zip(
                params, graded, sent, received, appraisals, strict=True
            )
        ]

    def _appraise(
        self, rendered: Sequence[Rendered], graded: Sequence[_Graded], received: Sequence[Pixels]
    ) -> list[Appraisal]:
        by_size: dict[tuple[int, int], list[int]] = defaultdict(list)
        for index, picture in enumerate(rendered):
            by_size[picture.frame.height_px, picture.frame.width_px].append(index)
        appraisals: dict[int, Appraisal] = {}
        for indices in by_size.values():
            group = [rendered[i] for i in indices]
            delivered = [to_rgb(received[i], self.device) for i in indices]
            graded_delivered = [
                # Without spatial filters the two are one tensor, and need one trip.
                same
                if r.filtered.data_ptr() == r.graded.data_ptr()
                else graded[i].sent_through(self.channel)
                for i, r, same in zip(indices, group, delivered, strict=True)
            ]
            views = Views(
                original=self._photo.unsqueeze(0),
                aligned=together([r.aligned for r in group]),
                graded=together([r.graded for r in group]),
                delivered=together(delivered),
                graded_delivered=together(graded_delivered),
                frames=tuple[Frame, ...](r.frame for r in group),
            )
            appraisals.update(zip(indices, self.appeal(views, self.mode), strict=True))
        return [appraisals[i] for i in range(len(rendered))]


@dataclass(slots=True)
class _Graded:
    """A candidate without its spatial filters, and what arrives of that, once it was sent."""

    look: Graded
    arrived: Tensor | None = None

    def sent_through(self, channel: Channel) -> Tensor:
        if self.arrived is None:
            pixels = channel.send(to_pixels(self.look.graded))[1]
            self.arrived = to_rgb(pixels, self.look.graded.device)
        return self.arrived


@dataclass(frozen=True, slots=True)
class _Draft:
    """A candidate that may yet be weakened; one that failed has no look."""

    params: Values
    graded: _Graded | None
    picture: Picture | str


def _factors(appraisal: Appraisal, floor: float) -> dict[Kind, float]:
    """How strong filters of each kind may be for the floor."""
    aimed = min(floor + _ABOVE_FLOOR, 99.0)
    by_kind = appraisal.by_kind or dict.fromkeys(get_args(Kind), appraisal.value)
    return {
        kind: _factor(appeal, aimed, appraisal.falloff.get(kind, Falloff()))
        for kind, appeal in by_kind.items()
        if appeal < floor
    }


def _factor(appeal: float, aimed: float, law: Falloff) -> float:
    # A floor that nothing changed can reach is aimed for as far as it goes.
    base = max(law.base, aimed + _ABOVE_FLOOR)
    share = math.log(base / aimed) / math.log(base / max(appeal, 1.0))
    return float(share ** (1 / law.power))


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

    with one_thread() as thread:
        return thread.submit(alone).result()
