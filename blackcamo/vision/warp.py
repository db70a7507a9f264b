"""Pictures sampled between their pixels: straight lines kept (affine), or moved at will.

Positions are in pixels, 0 being the centre of the first one; beyond the edges they are repeated.
On a CPU OpenCV samples, which takes a third of torch's time; both agree, as tests hold.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from blackcamo.vision.tiles import MOST_SIDE_PX, tiles

Affine = NDArray[np.float64]
"""(2, 3): position in the source (x, y) = A (x, y, 1) of one in the result."""

_STRIP_PX = 1 << 18
"""Pixels sampled at a time, so that the grid of positions stays small."""


def warp_affine(rgb: Tensor, matrix: Affine, height_px: int, width_px: int) -> Tensor:
    """Sample a picture (C, H, W) bicubically; the result (C, h, w) may overshoot its range."""
    if rgb.device.type != "cpu":
        return warp_affine_by_torch(rgb, matrix, height_px, width_px)
    out = torch.empty((len(rgb), height_px, width_px), dtype=torch.float32)
    for source, target in zip(rgb.numpy(), out.numpy(), strict=True):
        cv2.warpAffine(
            source,
            matrix,
            (width_px, height_px),
            dst=target,
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
    return out


def warp_affine_by_torch(rgb: Tensor, matrix: Affine, height_px: int, width_px: int) -> Tensor:
    """What ``warp_affine`` does on a GPU; runs on any device."""
    out = rgb.new_empty((len(rgb), height_px, width_px))
    x = torch.arange(width_px, dtype=torch.float64, device=rgb.device)
    y = torch.arange(height_px, dtype=torch.float64, device=rgb.device)
    (xx, xy, x0), (yx, yy, y0) = matrix.tolist()
    rows = max(1, _STRIP_PX // width_px)
    for top in range(0, height_px, rows):
        v = y[top : top + rows, None]
        # All that can be is done along one axis; the plane takes one sum a coordinate.
        grid = _grid((xx * x + x0) + xy * v, (yx * x + y0) + yy * v, rgb)
        out[:, top : top + rows] = _sampled(rgb[None], grid[None], "bicubic")[0]
    return out


def displace(rgb: Tensor, x_px: Tensor, y_px: Tensor) -> Tensor:
    """Sample pictures (B, C, H, W) bilinearly, all at the positions x and y, each (h, w)."""
    if rgb.device.type != "cpu" or max(rgb.shape[-2:]) > MOST_SIDE_PX:
        return displace_by_torch(rgb, x_px, y_px)
    x_map, y_map = (np.ascontiguousarray(p.numpy(), np.float32) for p in (x_px, y_px))
    height_px, width_px = x_map.shape
    out = torch.empty((*rgb.shape[:2], height_px, width_px), dtype=torch.float32)
    source, target = rgb.numpy(), out.numpy()
    for rows, columns in tiles(height_px, width_px, _STRIP_PX):
        maps = x_map[rows, columns], y_map[rows, columns]
        for index in np.ndindex(rgb.shape[0], rgb.shape[1]):
            target[index][rows, columns] = cv2.remap(
                source[index], *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
            )
    return out


def displace_by_torch(rgb: Tensor, x_px: Tensor, y_px: Tensor) -> Tensor:
    """What ``displace`` does on a GPU; runs on any device."""
    out = rgb.new_empty((*rgb.shape[:2], *x_px.shape))
    rows = max(1, _STRIP_PX // x_px.shape[1])
    for top in range(0, x_px.shape[0], rows):
        grid = _grid(x_px[top : top + rows], y_px[top : top + rows], rgb)
        out[:, :, top : top + rows] = _sampled(rgb, grid.expand(len(rgb), -1, -1, -1), "bilinear")
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
