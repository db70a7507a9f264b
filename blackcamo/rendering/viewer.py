"""Candidates that arrived, as a measure of appeal sees them beside the photo."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import torch
from torch import Tensor

from blackcamo.filters.chain import Rendered
from blackcamo.rendering.large import is_large, judged
from blackcamo.rendering.styled import Arrived
from blackcamo.types import Appeal, Appraisal, Frame, Mode, Pixels, Views
from blackcamo.vision.arrays import as_rgb, to_levels, to_rgb, together
from blackcamo.vision.pool import block_means


class Viewer:
    """One photo, and candidates of it side by side; of a large one, smaller copies.

    Args:
        pixels: the photo, uint8 (H, W, 3).
        device: where pictures are looked at.

    Attributes:
        large: whether there is one candidate in full at a time.
    """

    def __init__(self, pixels: Pixels, device: str) -> None:
        self._pixels = pixels
        self._device = device
        self.large = is_large(pixels)

    @cached_property
    def photo(self) -> Tensor:
        """The photo (3, H, W) as candidates are made of it: in [0, 1], or levels of a large one."""
        return (to_levels if self.large else to_rgb)(self._pixels, self._device)

    @cached_property
    def original(self) -> Tensor:
        """The photo (3, h, w) as it is judged."""
        return self._seen(self._pixels) if self.large else self.photo

    def seen(self, pixels: Pixels, scale: int) -> Tensor:
        """Pixels (H, W, 3) that arrived, as they are judged: (3, h, w).

        Args:
            scale: how many times its size the picture was sent at; it is seen at its own.
        """
        rgb = self._seen(pixels)
        return rgb if scale == 1 else block_means(rgb.unsqueeze(0), scale)[0]

    def appraise(self, arrived: Sequence[Arrived], appeal: Appeal, mode: Mode) -> list[Appraisal]:
        """The appeal of candidates, in the order given; those of one size are judged together."""
        by_size: dict[tuple[int, int], list[int]] = defaultdict(list)
        for i, one in enumerate(arrived):
            by_size[one.rendered.frame.height_px, one.rendered.frame.width_px].append(i)
        appraisals: dict[int, Appraisal] = {}
        for indices in by_size.values():
            views = self.views([arrived[i] for i in indices])
            appraisals.update(zip(indices, appeal(views, mode), strict=True))
        return [appraisals[i] for i in range(len(arrived))]

    def views(self, arrived: Sequence[Arrived]) -> Views:
        """Candidates whose frames have one size, as a measure of appeal sees them."""
        rendered = [one.rendered for one in arrived]
        delivered = [self.seen(one.received, one.rendered.scale) for one in arrived]
        # Where nothing hides the two are one picture, and need one trip.
        meant = [
            one.styled.arrive(one.rendered.scale) if one.hides else picture
            for one, picture in zip(arrived, delivered, strict=True)
        ]
        all_delivered = together(delivered)
        height_px, width_px = all_delivered.shape[-2:]
        return Views(
            original=self.original.unsqueeze(0),
            aligned=together([self._aligned(r) for r in rendered]),
            graded=together(
                [self._aligned(r) if r.graded is r.aligned else r.graded for r in rendered]
            ),
            # One and the same tensor, so that a measure may see that there is nothing to compare.
            styled_delivered=(
                together(meant) if any(one.hides for one in arrived) else all_delivered
            ),
            delivered=all_delivered,
            frames=tuple(
                replace(r.frame, height_px=height_px, width_px=width_px) for r in rendered
            ),
        )

    def _seen(self, pixels: Pixels) -> Tensor:
        """Pixels (H, W, 3) as they are judged at the size that they arrived at: (3, h, w)."""
        if not self.large:
            return to_rgb(pixels, self._device)
        planes = torch.split(to_levels(pixels, self._device), 1)
        return torch.cat([judged(as_rgb(plane).unsqueeze(0))[0] for plane in planes])

    def _aligned(self, rendered: Rendered) -> Tensor:
        """The photo in a candidate's frame; of the whole photo, the very tensor of the original."""
        whole = Frame(0.5, 0.5, 1.0, 1.0, 0.0, *self._pixels.shape[:2])
        return self.original if rendered.frame == whole else rendered.aligned
