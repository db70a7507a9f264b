"""Texture: film grain."""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from blackcamo.filters.values import column, fraction
from blackcamo.types import Param, Params

_LATTICES = (900, 420)
"""Grains along the long side, of the fine and of the coarse grain."""
_CACHED_PX = 1 << 20
"""Larger frames are rendered once or twice, smaller ones hundreds of times in a search."""


class Texture:
    """Film grain, the same for every candidate of one seed.

    Grain is fixed to the frame, not to its pixels: a picture rendered at half the size has the
    grain of the large one, seen from farther away. It is strongest in mid-tones and vanishes in
    black and white.
    """

    name = "texture"
    params = (
        Param("grain_percent", 0, 2.5, 0, "%", "film grain"),
        Param("grain_coarseness_percent", 0, 100, 50, "%", "coarseness of the grain"),
    )

    def render(self, rgb: Tensor, params: Params, seed: int) -> Tensor:
        """Filter (B, 3, H, W); ``seed`` chooses the grain."""
        amount = fraction(params, "grain_percent")
        if not amount.any():
            return rgb
        height_px, width_px = rgb.shape[-2:]
        fine, coarse = _grains(height_px, width_px, seed, str(rgb.device))
        angle = column(params, "grain_coarseness_percent") * (math.pi / 200)
        # Weights on a circle keep the variance from fine to coarse.
        grain = fine * angle.cos() + coarse * angle.sin()
        level = rgb.mean(1, keepdim=True)
        grain.mul_(level.mul_(1 - level)).mul_(4 * amount)
        return torch.add(rgb, grain).clamp_(0, 1)


def _grains(height_px: int, width_px: int, seed: int, device: str) -> Tensor:
    """Fine and coarse grain (2, H, W), of variance 1 on their own lattices."""
    if height_px * width_px > _CACHED_PX:
        return _grains_made(height_px, width_px, seed, device)
    return _grains_cached(height_px, width_px, seed, device)


def _grains_made(height_px: int, width_px: int, seed: int, device: str) -> Tensor:
    fields = [_resampled(_lattice(size, seed), height_px, width_px) for size in _LATTICES]
    return torch.from_numpy(np.stack(fields)).to(device)


_grains_cached = lru_cache(maxsize=12)(_grains_made)


@lru_cache(maxsize=4)
def _lattice(size: int, seed: int) -> NDArray[np.float32]:
    """White noise (size, size), made on the CPU so that every device has the same."""
    generator = np.random.Generator(np.random.PCG64([seed, size]))
    return generator.standard_normal((size, size), dtype=np.float32)


def _resampled(lattice: NDArray[np.float32], height_px: int, width_px: int) -> NDArray[np.float32]:
    """The part of the lattice that the frame's shape covers, at the frame's size."""
    scale = lattice.shape[0] / max(height_px, width_px)
    rows, columns = max(1, round(height_px * scale)), max(1, round(width_px * scale))
    # Shrunk by areas, as a smaller picture of the same grain would be.
    method = cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC
    resized = cv2.resize(lattice[:rows, :columns], (width_px, height_px), interpolation=method)
    return np.asarray(resized, dtype=np.float32)
