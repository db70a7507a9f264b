"""The renderer: candidates of one photo, rendered, sent through the channel and appraised."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor

from blackcamo.channel import Channel
from blackcamo.devices import in_one_thread
from blackcamo.filters.chain import Chain, Rendered
from blackcamo.filters.doubling import at_own_size, doubled
from blackcamo.finish import Finish
from blackcamo.kept import Kept
from blackcamo.oracle import one_line
from blackcamo.rendering.large import judged
from blackcamo.rendering.picture import Picture, Prepared, Values
from blackcamo.rendering.repair import Anchor, repaired
from blackcamo.rendering.styled import Arrived, Styled, released
from blackcamo.rendering.viewer import Viewer
from blackcamo.types import Appeal, Mode, Pixels, Views
from blackcamo.vision.arrays import to_levels, to_pixels

_STYLES_KEPT, _STYLES_KEPT_PX = 4, 1 << 22
"""Styled pictures of a photo that are kept at most, and pixels of them: 40 bytes a pixel."""


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
    def _viewer(self) -> Viewer:
        return Viewer(self.pixels, self.device)

    @cached_property
    def _kept(self) -> Kept[frozenset[tuple[str, float]], Styled]:
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
                return repaired(params[some], anchors[some], self._pictures)
            except Exception as error:  # noqa: BLE001 - a filter or appeal may raise anything
                return [(values, one_line(error)) for values in params[some]]

        # A large candidate is changed where it lies, and so shares nothing with another.
        if not (self.device.startswith("cpu") or self._viewer.large):
            return prepared(slice(None))
        alone = [slice(i, i + 1) for i in range(len(params))]
        return in_one_thread(lambda: [prepared(one)[0] for one in alone])

    @torch.inference_mode()
    def views(self, params: Values) -> Views:
        """One candidate as the measure of appeal sees it."""

        def alone() -> Views:
            (styled,), (rendered,), (picture,) = self._rendered([params])
            _, received = self.channel.send(picture)
            return self._viewer.views([Arrived(styled, rendered, self._inside(received))])

        return in_one_thread(alone)

    def _pictures(self, params: Sequence[Values]) -> list[Picture]:
        styled, rendered, pictures = self._rendered(params)
        sent = self.channel.send_all(pictures)
        del pictures
        arrived = [
            Arrived(s, r, self._inside(pixels))
            for s, r, (_, pixels) in zip(styled, rendered, sent, strict=True)
        ]
        appraisals = self._viewer.appraise(arrived, self.appeal, self.mode)
        return [
            Picture(jpeg, received, appraisal)
            for (jpeg, received), appraisal in zip(sent, appraisals, strict=True)
        ]

    def _rendered(
        self, params: Sequence[Values]
    ) -> tuple[list[Styled], list[Rendered], list[Pixels]]:
        """Candidates, and the pixels that are sent of them; large ones are not kept beside those.

        They may be looked at by :class:`Viewer` alone.
        """
        styled = self._styled(params)
        if self._viewer.large:
            for one, values in zip(styled, params, strict=True):
                if values != self.chain.without_hidden(values):
                    one.arrive()
        rendered = self._hidden(styled, params)
        pictures = [self._framed(to_pixels(r.filtered)) for r in rendered]
        if self._viewer.large:
            for one in styled:
                one.release()
            rendered = [released(r) for r in rendered]
        return styled, rendered, pictures

    def _styled(self, params: Sequence[Values]) -> list[Styled]:
        """Candidates with nothing hidden in them, kept: what hides is tried in one for long."""

        def make(keys: Sequence[frozenset[tuple[str, float]]]) -> list[Styled]:
            rendered = self.chain.style(
                self._viewer.photo,
                [dict(key) for key in keys],
                keep_size=self.keep_size,
                shown=judged if self._viewer.large else None,
            )
            return [Styled(r, self._arrived) for r in rendered]

        plain = [self.chain.without_hidden(values) for values in params]
        return self._kept.all([frozenset(values.items()) for values in plain], make)

    def _hidden(self, styled: Sequence[Styled], params: Sequence[Values]) -> list[Rendered]:
        # What hides may remember the last picture, as the weave does: one thread at a time.
        with self._hiding:
            in_place = self._viewer.large
            return self.chain.hide([s.rendered for s in styled], params, in_place=in_place)

    def _arrived(self, rgb: Tensor, scale: int) -> Tensor:
        sent = rgb if scale == 1 else doubled(rgb.unsqueeze(0))[0]
        _, received = self.channel.send(self._framed(to_pixels(sent)))
        return self._viewer.seen(self._inside(received), scale)

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
    """The pixels, uint8 (H, W, 3), that a candidate is sent with.

    On a CPU it gives the very pixels that a renderer with the same chain sends.
    """

    def alone() -> Pixels:
        with torch.inference_mode():
            # Judged is nothing here, and so there is one picture in full at a time.
            styled = chain.style(to_levels(pixels), [params], keep_size=keep_size, shown=judged)
            hidden = at_own_size(params) if keep_size else params
            (rendered,) = chain.hide(styled, [hidden], in_place=True)
            sent = to_pixels(rendered.filtered)
            return sent if finish is None else finish.frame(sent)

    return in_one_thread(alone)
