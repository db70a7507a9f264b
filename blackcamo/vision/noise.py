"""Grain as a field of mean 0, the same on every device.

A field is made on a fixed lattice and brought to the frame's size, so that a picture rendered at
half the size has the grain of the large one, seen from farther away.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Plane = NDArray[np.float32]

_SEEN_PX = 512
"""Long side at which a field has a variance of 1."""
_KEPT_PX = 1 << 22
"""Pixels of a field that is kept for the next call."""


def grain(size: int, height_px: int, width_px: int, seed: int) -> Tensor:
    """White noise (H, W) with so many independent grains along the long side.

    Its variance is 1 at a long side of 512 px, lower where a pixel covers more grains. The tensor
    may be kept for the next call: it must not be written into.
    """
    make = _kept if height_px * width_px <= _KEPT_PX else _kept.__wrapped__
    return make(size, height_px, width_px, seed)


@lru_cache(maxsize=16)
def _kept(size: int, height_px: int, width_px: int, seed: int) -> Tensor:
    return torch.from_numpy(_resampled(_lattice(size, seed), height_px, width_px))


@lru_cache(maxsize=4)
def _lattice(size: int, seed: int) -> Plane:
    """Noise (size, size), made on the CPU so that every device has the same."""
    generator = np.random.Generator(np.random.PCG64([seed, size]))
    lattice = generator.standard_normal((size, size), dtype=np.float32)
    lattice /= _resampled(lattice, _SEEN_PX, _SEEN_PX).std()
    return lattice


def _resampled(lattice: Plane, height_px: int, width_px: int) -> Plane:
    """The part of the lattice that the frame's shape covers, at the frame's size."""
    scale = lattice.shape[0] / max(height_px, width_px)
    rows, columns = max(1, round(height_px * scale)), max(1, round(width_px * scale))
    # Where it shrinks by areas, as a smaller picture of the same grain would be.
    method = cv2.INTER_CUBIC if scale <= 1 else cv2.INTER_AREA
    part = lattice[:rows, :columns]
    return np.asarray(cv2.resize(part, (width_px, height_px), interpolation=method), np.float32)
