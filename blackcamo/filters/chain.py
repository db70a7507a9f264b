"""The chain: filters in their order, and candidates rendered by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from blackcamo.errors import OptionError
from blackcamo.filters.active import InPlace, Values, active, tensors, where_active
from blackcamo.filters.doubling import scale
from blackcamo.filters.grading import Grading
from blackcamo.filters.order import in_order
from blackcamo.space import FilterSpace
from blackcamo.types import (
    Filter,
    Frame,
    GeometryFilter,
    HiddenFilter,
    LookFilter,
    SpatialFilter,
)
from blackcamo.vision.arrays import together
from blackcamo.vision.frames import cut_frame

_TOGETHER_PX = 1 << 25
"""Pixels of candidates rendered together on a GPU: about 2 GB of its memory."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """One candidate: tensors (3, h, w) in [0, 1], of which several may be one and the same.

    ``aligned`` is the photo in the candidate's frame, ``graded`` that with the look, ``styled``
    with the spatial filters as well, ``filtered`` the finished picture with what hides in it, of
    ``scale`` times their height and width.
    """

    aligned: Tensor
    graded: Tensor
    styled: Tensor
    filtered: Tensor
    frame: Frame
    scale: int = 1


class Chain:
    """Filters in the order geometry -> look -> spatial, whatever order they come in.

    All look filters of a candidate are baked into one 3D LUT of ``space.lut_size`` nodes. A
    filter whose parameters are all neutral is left out, so it costs and changes nothing.

    Args:
        filters: families, at most one of them a geometry.
        seed: fixes the randomness of all of them, 0 or more.
        device: where candidates are rendered.
        together_px: pixels of candidates rendered together; by default one candidate at a time
            on a CPU, where batches do not help.

    Raises:
        OptionError: two geometries, something that is no filter, a negative seed, or parameters
            that contradict each other.
    """

    def __init__(
        self,
        filters: Iterable[Filter],
        *,
        seed: int = 0,
        device: torch.device | str = "cpu",
        together_px: int | None = None,
    ) -> None:
        if seed < 0:
            raise OptionError(f"seed is {seed}; it must be 0 or more")
        self.space = FilterSpace(in_order(filters))
        self.filters: tuple[Filter, ...] = self.space.filters
        self.seed = seed
        self.device = torch.device(device)
        default_px = 1 if self.device.type == "cpu" else _TOGETHER_PX
        self._together_px = default_px if together_px is None else together_px
        self._geometry = _only_geometry(self.filters)
        looks = [f for f in self.filters if isinstance(f, LookFilter)]
        self._grading = Grading(looks, self.space.lut_size, self.device)
        self._spatials, self._hidden = _seen_and_hidden(self.filters)
        self._hides = {p.name for f in self._hidden for p in f.params}

    def render(
        self, photo: Tensor, params: Sequence[Values], *, keep_size: bool = False
    ) -> list[Rendered]:
        """Render candidates of one photo, in the order given.

        Args:
            photo: (3, H, W) in [0, 1].
            params: physical values of each candidate; those left out are neutral.
            keep_size: resample each frame to the photo's size.

        Raises:
            OptionError: an unknown parameter, or a value out of its range.
        """
        return self.hide(self.style(photo, params, keep_size=keep_size), params)

    def style(
        self,
        photo: Tensor,
        params: Sequence[Values],
        *,
        keep_size: bool = False,
        shown: Callable[[Tensor], Tensor] | None = None,
    ) -> list[Rendered]:
        """Candidates as :meth:`render` gives them, with nothing hidden in them yet.

        Args:
            photo: as there, or as levels (uint8), which takes a quarter of the memory.
            shown: what is kept of ``aligned`` and ``graded``, smaller copies of pictures
                (B, 3, H, W), of a photo given as levels: then there is one picture in full at a
                time, which each step changes where it lies. None keeps them.

        Raises:
            OptionError: an unknown parameter, or a value out of its range.
        """
        photo = photo.to(self.device)
        candidates = [self.space.complete(values) for values in params]
        frames = [self._frame(values, photo, keep_size) for values in candidates]
        done: dict[int, Rendered] = {}
        for group in self._groups({i: (f.height_px, f.width_px) for i, f in enumerate(frames)}):
            some, where = [candidates[i] for i in group], [frames[i] for i in group]
            done.update(zip(group, self._styled(photo, some, where, shown), strict=True))
        return [done[i] for i in range(len(candidates))]

    def hide(
        self, rendered: Sequence[Rendered], params: Sequence[Values], *, in_place: bool = False
    ) -> list[Rendered]:
        """Put into candidates of :meth:`style` what hides; where nothing does, none is copied.

        Args:
            in_place: it may be put into ``styled`` itself.

        Raises:
            OptionError: an unknown parameter, or a value out of its range.
        """
        candidates = [self.space.complete(values) for values in params]
        done = list(rendered)
        scales = [
            scale(values, one.frame.height_px, one.frame.width_px)
            for one, values in zip(rendered, candidates, strict=True)
        ]
        sizes = {
            i: (scales[i] * rendered[i].frame.height_px, scales[i] * rendered[i].frame.width_px)
            for i, values in enumerate(candidates)
            if any(active(f, values) for f in self._hidden)
        }
        for group in self._groups(sizes):
            styled = together([rendered[i].styled for i in group])
            some = [candidates[i] for i in group]
            filtered = self._filter(self._hidden, styled, some, in_place=in_place)
            for i, picture in zip(group, filtered, strict=True):
                done[i] = replace(rendered[i], filtered=picture, scale=scales[i])
        return done

    def without_hidden(self, params: Values) -> dict[str, float]:
        """The parameters that are left of a candidate where nothing hides in it."""
        return {name: value for name, value in params.items() if name not in self._hides}

    def active(self, params: Values) -> list[Filter]:
        """The families that change something with these parameters, in their order.

        Raises:
            OptionError: an unknown parameter, or a value out of its range.
        """
        full = self.space.complete(params)
        return [f for f in self.filters if active(f, full)]

    def bake(self, params: Values) -> Tensor:
        """The look of a candidate as a LUT (3, S, S, S), indexed ``[c, b, g, r]``.

        Raises:
            OptionError: an unknown parameter, or a value out of its range.
        """
        return self._grading.bake([self.space.complete(params)])[0]

    def look(self, rgb: Tensor, candidates: Sequence[Values]) -> Tensor:
        """Colours (B, 3, H, W) with the looks of B candidates, without a table.

        Args:
            candidates: physical values of all parameters, for each picture.
        """
        return self._grading.exact(rgb, candidates)

    def _frame(self, values: Values, photo: Tensor, keep_size: bool) -> Frame:
        height_px, width_px = photo.shape[-2:]
        if self._geometry is None or not active(self._geometry, values):
            return Frame(0.5, 0.5, 1.0, 1.0, 0.0, height_px, width_px)
        frame = self._geometry.frame(values, height_px, width_px)
        return replace(frame, height_px=height_px, width_px=width_px) if keep_size else frame

    def _groups(self, sizes: Mapping[int, tuple[int, int]]) -> Iterator[list[int]]:
        """Candidates of one size (height, width), as many as are rendered together."""
        by_size: dict[tuple[int, int], list[int]] = defaultdict(list)
        for i, size in sizes.items():
            by_size[size].append(i)
        for (height_px, width_px), members in by_size.items():
            count = max(1, self._together_px // (height_px * width_px))
            for start in range(0, len(members), count):
                yield members[start : start + count]

    def _styled(
        self,
        photo: Tensor,
        candidates: Sequence[Values],
        frames: Sequence[Frame],
        shown: Callable[[Tensor], Tensor] | None,
    ) -> list[Rendered]:
        """Candidates whose frames have one size, with nothing hidden in them yet."""
        in_place = shown is not None
        show = shown or (lambda rgb: rgb)
        picture = together([cut_frame(photo, frame) for frame in frames])
        aligned = graded = show(picture)
        picture = self._grading.apply(picture, candidates, in_place=in_place)
        if any(self._grading.changes(values) for values in candidates):
            graded = show(picture)
        picture = self._filter(self._spatials, picture, candidates, in_place=in_place)
        return [
            Rendered(own, own if graded is aligned else look, whole, whole, frame)
            for own, look, whole, frame in zip(aligned, graded, picture, frames, strict=True)
        ]

    def _filter(
        self,
        spatials: Sequence[SpatialFilter],
        rgb: Tensor,
        candidates: Sequence[Values],
        *,
        in_place: bool = False,
    ) -> Tensor:
        for spatial in spatials:

            def render(
                some: Tensor,
                filtered: Sequence[Values],
                spatial: SpatialFilter = spatial,
                in_place: bool = in_place,
            ) -> Tensor:
                params = tensors(spatial, filtered, self.device)
                if in_place and isinstance(spatial, InPlace):
                    return spatial.changed(some, params, self.seed)
                return spatial.render(some, params, self.seed)

            before, rgb = rgb, where_active([spatial], render, rgb, candidates)
            # What a filter made is nobody else's.
            in_place |= rgb.data_ptr() != before.data_ptr()
        return rgb


def _only_geometry(filters: Iterable[Filter]) -> GeometryFilter | None:
    geometries = [f for f in filters if isinstance(f, GeometryFilter)]
    if len(geometries) > 1:
        names = " and ".join(repr(f.name) for f in geometries)
        raise OptionError(f"filters {names} are both geometries; a chain has at most one")
    return geometries[0] if geometries else None


def _seen_and_hidden(
    filters: Iterable[Filter],
) -> tuple[list[SpatialFilter], list[HiddenFilter]]:
    """The spatial filters: those whose work is seen, and those that hide it."""
    spatials = [f for f in filters if isinstance(f, SpatialFilter)]
    hidden = [f for f in spatials if isinstance(f, HiddenFilter)]
    return [f for f in spatials if f not in hidden], hidden
