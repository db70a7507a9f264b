"""Grading: the look filters of a chain, baked into one 3D LUT for each candidate."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from blackcamo.filters.active import Values, active, tensors, where_active
from blackcamo.types import LookFilter, OklabFilter
from blackcamo.vision.colourspace import edit_in_oklab
from blackcamo.vision.lut import apply_lut, identity_nodes


class Grading:
    """Look filters, applied one after the other.

    Args:
        looks: the filters, in the order of their work.
        lut_size: nodes per axis of the tables.
        device: where the tables are made.
    """

    def __init__(self, looks: Sequence[LookFilter], lut_size: int, device: torch.device) -> None:
        self._looks = looks
        self._groups = _neighbours(looks)
        self._lut_size = lut_size
        self._device = device

    def changes(self, values: Values) -> bool:
        """Whether some look is not neutral with the parameters of a candidate."""
        return any(active(look, values) for look in self._looks)

    def apply(self, rgb: Tensor, candidates: Sequence[Values], *, in_place: bool) -> Tensor:
        """Pictures (B, 3, H, W) of B candidates, graded by their tables.

        Args:
            in_place: the pictures may be changed where they lie.
        """

        def grade(some: Tensor, those: Sequence[Values]) -> Tensor:
            return apply_lut(some, self.bake(those), out=some if in_place else None)

        return where_active(self._looks, grade, rgb, candidates)

    def bake(self, candidates: Sequence[Values]) -> Tensor:
        """The tables (B, 3, S, S, S) of B candidates, indexed ``[c, b, g, r]``."""
        size = self._lut_size
        nodes = identity_nodes(size, self._device).expand(len(candidates), -1, -1, -1)
        return self.exact(nodes, candidates).reshape(-1, 3, size, size, size)

    def exact(self, rgb: Tensor, candidates: Sequence[Values]) -> Tensor:
        """Colours (B, 3, H, W) graded without a table."""
        for group in self._groups:
            work = self._in_oklab if isinstance(group[0], OklabFilter) else self._in_rgb
            rgb = where_active(group, functools.partial(work, group), rgb, candidates)
        return rgb

    def _in_rgb(self, looks: Sequence[Any], rgb: Tensor, candidates: Sequence[Values]) -> Tensor:
        (look,) = looks
        graded: Tensor = look.grade(rgb, tensors(look, candidates, self._device))
        return graded

    def _in_oklab(self, looks: Sequence[Any], rgb: Tensor, candidates: Sequence[Values]) -> Tensor:
        def edit(oklab: Tensor) -> Tensor:
            for look in looks:

                def grade(
                    some: Tensor, those: Sequence[Values], look: OklabFilter = look
                ) -> Tensor:
                    return look.grade_oklab(some, tensors(look, those, self._device))

                oklab = where_active([look], grade, oklab, candidates)
            return oklab

        return edit_in_oklab(rgb, edit)


def _neighbours(looks: Sequence[LookFilter]) -> list[list[LookFilter]]:
    """Looks that share one trip to Oklab and back, as neighbours that work there do."""
    groups: list[list[LookFilter]] = []
    for in_oklab, some in itertools.groupby(looks, lambda look: isinstance(look, OklabFilter)):
        neighbours = list(some)
        groups += [neighbours] if in_oklab else [[look] for look in neighbours]
    return groups
