"""Pictures sampled between their pixels, straight lines kept.

Positions are in pixels, 0 being the centre of the first one; beyond the edges they are repeated.
On a CPU OpenCV samples, which takes a third of torch's time; both agree, as tests hold.
"""

from __future__ import annotations

import functools

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

Projective = NDArray[np.float64]
"""(3, 3): position in the source, (x, y, 1) up to scale = A (x, y, 1) of one in the result."""

_STRIP_PX = 1 << 18
"""Pixels sampled at a time, so that the grid of positions stays small."""
_JOINED_PX = 1 << 24
"""Channels of more pixels are sampled one after the other: joined, they take 24 bytes a pixel."""


def warp(rgb: Tensor, matrix: Projective, height_px: int, width_px: int) -> Tensor:
    """Sample a picture (C, H, W) bicubically; the result (C, h, w) may overshoot its range."""
    if rgb.device.type != "cpu":
        return warp_by_torch(rgb, matrix, height_px, width_px)
    out = torch.empty((len(rgb), height_px, width_px), dtype=torch.float32)
    affine = not matrix[2, :2].any()
    sample = functools.partial(
        cv2.warpAffine if affine else cv2.warpPerspective,
        M=matrix[:2] / matrix[2, 2] if affine else matrix,
        dsize=(width_px, height_px),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    channels = list(rgb.contiguous().numpy())
    if height_px * width_px > _JOINED_PX:
        for channel, target in zip(channels, out.numpy(), strict=True):
            sample(channel, dst=target)
        return out
    # Joined, so that positions and weights are found once for all channels.
    cv2.split(sample(cv2.merge(channels)), list(out.numpy()))
    return out


def warp_by_torch(rgb: Tensor, matrix: Projective, height_px: int, width_px: int) -> Tensor:
    """``warp`` for a GPU; runs on any device."""
    out = rgb.new_empty((len(rgb), height_px, width_px))
    x = torch.arange(width_px, dtype=torch.float64, device=rgb.device)
    y = torch.arange(height_px, dtype=torch.float64, device=rgb.device)
    rows = max(1, _STRIP_PX // width_px)
    for top in range(0, height_px, rows):
        v = y[top : top + rows, None]
        # All that can be is done along one axis; the plane takes one sum a coordinate.
        x_px, y_px, depth = ((a * x + c) + b * v for a, b, c in matrix.tolist())
        grid = _grid(x_px / depth, y_px / depth, rgb)
        out[:, top : top + rows] = _sampled(rgb[None], grid[None], "bicubic")[0]
    return out


def _grid(x_px: Tensor, y_px: Tensor, rgb: Tensor) -> Tensor:
    """Positions as ``grid_sample`` takes them: -1 and 1 are the picture's outer edges."""
    height_px, width_px = rgb.shape[-2:]
    grid = torch.empty((*x_px.shape, 2), dtype=torch.float32, device=rgb.device)
    grid[..., 0] = (x_px + 0.5) * (2 / width_px) - 1
    grid[..., 1] = (y_px + 0.5) * (2 / height_px) - 1
    return grid


def _sampled(rgb: Tensor, grid: Tensor, mode: str) -> Tensor:
    return F.grid_sample(rgb, grid, mode=mode, padding_mode="border", align_corners=False)
