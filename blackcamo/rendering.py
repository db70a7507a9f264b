"""Candidates rendered: what is sent, what arrives, and how appealing that is.

Nothing here asks the scorer.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

import torch
from torch import Tensor

from blackcamo.channel import Channel
from blackcamo.devices import in_one_thread
from blackcamo.filters.chain import Chain, Rendered
from blackcamo.filters.doubling import at_own_size, doubled
from blackcamo.finish import Finish
from blackcamo.kept import Kept
from blackcamo.oracle import one_line
from blackcamo.styles.space import towards
from blackcamo.types import Appeal, Appraisal, Frame, Mode, Pixels, Views
from blackcamo.vision.arrays import as_rgb, to_levels, to_pixels, to_rgb, together
from blackcamo.vision.display import viewed
from blackcamo.vision.pool import block_means

Values: TypeAlias = "Mapping[str, float]"
"""Parameter name -> physical value."""

_REPAIRS = 4
"""Times that a candidate under the floor is rendered again at most."""
ABOVE_FLOOR = 1.0
"""Points above the floor that a repair aims at."""
_CLOSE = 3.0
"""Points above the floor at which a repair ends: more is left of a candidate than could be."""
_BEND = 1.4
"""Log odds of appeal fall with this power of a candidate's share: at first little is seen. Chosen
on candidates of two photos, see studies/018-repairs."""
_LEAST_MOVE = 0.05
"""Of what lies between a candidate that is too weak and one too strong: a repair keeps so far from
both."""
_STYLES_KEPT, _STYLES_KEPT_PX = 4, 1 << 22
"""Styled pictures of a photo that are kept at most, and pixels of them: 40 bytes a pixel."""
_LARGE_PX, _JUDGED_PX = 1 << 24, 2048
"""Of photos of more pixels there is one candidate in full at a time, and appeal is judged on copies
of that long side: views in full would take 60 bytes a pixel, and measures look at less."""


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
    """Parameters that a candidate under the floor is drawn towards, and their appeal (0-100).

    Args:
        floor: least appeal (0-100) of a candidate that is left as it is.
    """

    params: Values
    appeal: float
    floor: float


_GONE, _HIDDEN = torch.empty(0), torch.empty(0)
"""What stands for pictures that were let go of: those with nothing hidden, and the others."""


class _Styled:
    """A candidate with nothing hidden in it, and what arrives of it."""

    def __init__(self, rendered: Rendered, send: Callable[[Tensor, int], Tensor]) -> None:
        self.rendered = rendered
        self._send = send
        self._arrived: dict[int, Tensor] = {}
        self._lock = threading.Lock()

    def arrive(self, scale: int = 1) -> Tensor:
        """Its trip through the channel (3, h, w), made once at so many times its size."""
        with self._lock:
            if scale not in self._arrived:
                self._arrived[scale] = self._send(self.rendered.styled, scale)
            return self._arrived[scale]

    def release(self) -> None:
        """Let go of the picture in full; it cannot arrive any more."""
        self.rendered = replace(self.rendered, styled=_GONE, filtered=_GONE)


@dataclass(frozen=True, slots=True)
class _Repair:
    """Shares of a candidate (0-1) that are left: one at the floor or above, and one under it."""

    anchor: Anchor
    weak: float
    weak_appeal: float
    strong: float
    strong_appeal: float

    def between(self) -> float:
        """Where the floor is, should the log odds of appeal fall along a line."""
        weak, strong = _log_odds(self.weak_appeal), _log_odds(self.strong_appeal)
        fallen = (weak - _log_odds(self.anchor.floor + ABOVE_FLOOR)) / (weak - strong)
        if self.weak == 0:
            fallen = fallen ** (1 / _BEND)
        moved = min(max(fallen, _LEAST_MOVE), 1 - _LEAST_MOVE)
        return self.weak + moved * (self.strong - self.weak)

    def learned(self, appeal: float) -> _Repair:
        """With what became of the share between them."""
        share = self.between()
        if appeal >= self.anchor.floor:
            return replace(self, weak=share, weak_appeal=appeal)
        return replace(self, strong=share, strong_appeal=appeal)


def _log_odds(appeal: float) -> float:
    """Of an appeal of 0-100; finite at both ends."""
    return math.log((appeal + 0.01) / (100.01 - appeal))


@dataclass(frozen=True)
class Renderer:
    """One photo under one chain, channel and appeal; threads may share it.

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
    _hiding: threading.Lock = field(
        default_factory=threading.Lock, init=False, repr=False, compare=False
    )

    @cached_property
    def _photo(self) -> Tensor:
        return (to_levels if self._is_large else to_rgb)(self.pixels, self.device)

    @cached_property
    def _original(self) -> Tensor:
        """The photo as it is judged."""
        return self._seen(self.pixels) if self._is_large else self._photo

    @property
    def _is_large(self) -> bool:
        height_px, width_px = self.pixels.shape[:2]
        return bool(height_px * width_px > _LARGE_PX)

    def _seen(self, pixels: Pixels) -> Tensor:
        """What is judged of pixels that arrived: (3, h, w)."""
        if not self._is_large:
            return to_rgb(pixels, self.device)
        planes = torch.split(to_levels(pixels, self.device), 1)
        return torch.cat([viewed(as_rgb(plane).unsqueeze(0), _JUDGED_PX)[0] for plane in planes])

    @cached_property
    def _kept(self) -> Kept[frozenset[tuple[str, float]], _Styled]:
        pixels = self.pixels.shape[0] * self.pixels.shape[1]
        return Kept(min(_STYLES_KEPT, _STYLES_KEPT_PX // pixels))

    def unchanged(self) -> tuple[bytes, Pixels]:
        """The photo itself, framed: its JPEG and the pixels that arrive."""
        return self.channel.send(self._framed(self.pixels))

    def prepare(
        self,
        params: Sequence[Values],
        *,
        anchors: Sequence[Anchor | None] | None = None,
    ) -> list[Prepared]:
        """Render, encode and appraise candidates, in the order given.

        On a CPU it takes one thread: there the same arguments make the same bytes, whatever else
        runs.

        Args:
            anchors: for each candidate what it is drawn towards where its appeal is under the
                floor (constraint repair: rendering costs no query); None leaves it as it is.
        """
        anchors = [None] * len(params) if anchors is None else anchors

        @torch.inference_mode()
        def prepared(some: slice) -> list[Prepared]:
            try:
                return self._repaired(params[some], anchors[some])
            except Exception as error:  # noqa: BLE001 - a filter or appeal may raise anything
                return [(values, one_line(error)) for values in params[some]]

        # A large candidate is changed where it lies, and so shares nothing with another.
        if not (self.device.startswith("cpu") or self._is_large):
            return prepared(slice(None))
        alone = [slice(i, i + 1) for i in range(len(params))]
        return in_one_thread(lambda: [prepared(one)[0] for one in alone])

    def _repaired(
        self, params: Sequence[Values], anchors: Sequence[Anchor | None]
    ) -> list[Prepared]:
        """Candidates at the floor or a little above, as far as a few steps to their anchors help.

        How much is left of a candidate is found by false position, of log odds: appeal itself
        falls like a sigmoid, and a line from an anchor to what is far under the floor leads to
        next to nothing.
        """
        found = list(zip(params, self._pictures(params), strict=True))
        repairs = {
            i: _Repair(anchor, 0.0, anchor.appeal, 1.0, picture.appraisal.value)
            for i, (anchor, (_, picture)) in enumerate(zip(anchors, found, strict=True))
            if anchor is not None
            and picture.appraisal.value < anchor.floor
            and anchor.appeal > anchor.floor + ABOVE_FLOOR
        }
        for _ in range(_REPAIRS):
            again: dict[int, Values] = {}
            for i, repair in repairs.items():
                if repair.weak == 0 or repair.weak_appeal > repair.anchor.floor + _CLOSE:
                    again[i] = towards(repair.anchor.params, params[i], repair.between())
            if not again:
                break
            for i, picture in zip(again, self._pictures(list(again.values())), strict=True):
                appeal = picture.appraisal.value
                repairs[i] = repairs[i].learned(appeal)
                # What is too strong stands only until there is something that is not.
                if appeal >= repairs[i].anchor.floor or repairs[i].weak == 0:
                    found[i] = again[i], picture
        return [(values, picture) for values, picture in found]

    def _pictures(self, params: Sequence[Values]) -> list[Picture]:
        styled, rendered, pictures = self._rendered(params)
        sent = self.channel.send_all(pictures)
        del pictures
        received = [self._inside(pixels) for _, pixels in sent]
        appraisals = self._appraise(styled, rendered, received)
        return [
            Picture(jpeg, arrived, appraisal)
            for (jpeg, arrived), appraisal in zip(sent, appraisals, strict=True)
        ]

    def _rendered(
        self, params: Sequence[Values]
    ) -> tuple[list[_Styled], list[Rendered], list[Pixels]]:
        """Candidates, and the pixels that are sent of them; large ones are not kept beside those.

        They may be looked at by :meth:`_views` alone.
        """
        styled = self._styled(params)
        if self._is_large:
            for one, values in zip(styled, params, strict=True):
                if values != self.chain.without_hidden(values):
                    one.arrive()
        rendered = self._hidden(styled, params)
        pictures = [self._framed(to_pixels(r.filtered)) for r in rendered]
        if self._is_large:
            for one in styled:
                one.release()
            rendered = [
                replace(r, styled=_GONE, filtered=_GONE if r.filtered is r.styled else _HIDDEN)
                for r in rendered
            ]
        return styled, rendered, pictures

    def _styled(self, params: Sequence[Values]) -> list[_Styled]:
        """Candidates with nothing hidden in them, kept: what hides is tried in one for long."""

        def make(keys: Sequence[frozenset[tuple[str, float]]]) -> list[_Styled]:
            some = [dict(key) for key in keys]
            rendered = self.chain.style(
                self._photo, some, keep_size=self.keep_size, shown=shown if self._is_large else None
            )
            return [_Styled(r, self._arrived) for r in rendered]

        plain = [self.chain.without_hidden(values) for values in params]
        return self._kept.all([frozenset(values.items()) for values in plain], make)

    def _hidden(self, styled: Sequence[_Styled], params: Sequence[Values]) -> list[Rendered]:
        # What hides may remember the last picture, as the weave does: one thread at a time.
        with self._hiding:
            return self.chain.hide([s.rendered for s in styled], params, in_place=self._is_large)

    def _arrived(self, rgb: Tensor, scale: int) -> Tensor:
        sent = rgb if scale == 1 else doubled(rgb.unsqueeze(0))[0]
        _, received = self.channel.send(self._framed(to_pixels(sent)))
        return _shrunk(self._seen(self._inside(received)), scale)

    @torch.inference_mode()
    def views(self, params: Values) -> Views:
        """What the measure of appeal sees of one candidate."""

        def alone() -> Views:
            styled, rendered, (picture,) = self._rendered([params])
            _, received = self.channel.send(picture)
            return self._views(styled, rendered, [self._inside(received)])

        return in_one_thread(alone)

    def _appraise(
        self,
        styled: Sequence[_Styled],
        rendered: Sequence[Rendered],
        received: Sequence[Pixels],
    ) -> list[Appraisal]:
        by_size: dict[tuple[int, int], list[int]] = defaultdict(list)
        for i, one in enumerate(rendered):
            by_size[one.frame.height_px, one.frame.width_px].append(i)
        appraisals: dict[int, Appraisal] = {}
        for indices in by_size.values():
            views = self._views(
                [styled[i] for i in indices],
                [rendered[i] for i in indices],
                [received[i] for i in indices],
            )
            appraisals.update(zip(indices, self.appeal(views, self.mode), strict=True))
        return [appraisals[i] for i in range(len(rendered))]

    def _views(
        self,
        styled: Sequence[_Styled],
        rendered: Sequence[Rendered],
        received: Sequence[Pixels],
    ) -> Views:
        """What is seen of candidates of one size."""
        delivered = [
            _shrunk(self._seen(pixels), r.scale)
            for pixels, r in zip(received, rendered, strict=True)
        ]
        # Where nothing hides the two are one picture, and need one trip.
        apart = [r.filtered is not r.styled for r in rendered]
        meant = [
            s.arrive(r.scale) if hidden else picture
            for s, r, hidden, picture in zip(styled, rendered, apart, delivered, strict=True)
        ]
        arrived = together(delivered)
        height_px, width_px = arrived.shape[-2:]
        return Views(
            original=self._original.unsqueeze(0),
            aligned=together([self._aligned(r) for r in rendered]),
            graded=together(
                [self._aligned(r) if r.graded is r.aligned else r.graded for r in rendered]
            ),
            # One and the same tensor, so that a measure may see that there is nothing to compare.
            styled_delivered=together(meant) if any(apart) else arrived,
            delivered=arrived,
            frames=tuple(
                replace(r.frame, height_px=height_px, width_px=width_px) for r in rendered
            ),
        )

    def _aligned(self, rendered: Rendered) -> Tensor:
        """The photo in a candidate's frame; of the whole photo, the very tensor of the original."""
        whole = Frame(0.5, 0.5, 1.0, 1.0, 0.0, *self.pixels.shape[:2])
        return self._original if rendered.frame == whole else rendered.aligned

    def _framed(self, pixels: Pixels) -> Pixels:
        return pixels if self.finish is None else self.finish.frame(pixels)

    def _inside(self, pixels: Pixels) -> Pixels:
        return pixels if self.finish is None else self.finish.inside(pixels)


def _shrunk(rgb: Tensor, scale: int) -> Tensor:
    """A picture (3, h, w) as it is seen at the size that it had before it was enlarged."""
    return rgb if scale == 1 else block_means(rgb.unsqueeze(0), scale)[0]


def shown(rgb: Tensor) -> Tensor:
    """What is judged of large pictures (B, 3, H, W)."""
    return viewed(rgb, _JUDGED_PX).clone()


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
            # Judged is nothing here, and so there is one picture in full at a time.
            styled = chain.style(to_levels(pixels), [params], keep_size=keep_size, shown=shown)
            hidden = at_own_size(params) if keep_size else params
            (rendered,) = chain.hide(styled, [hidden], in_place=True)
            sent = to_pixels(rendered.filtered)
            return sent if finish is None else finish.frame(sent)

    return in_one_thread(alone)
