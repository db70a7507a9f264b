"""Three-dimensional look-up tables of colour, read by trilinear interpolation.

A table is a tensor (3, S, S, S) indexed ``[c, b, g, r]``: red runs fastest, as in .cube files.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

_STRIP_PX = 1 << 16
"""Pixels looked up at a time: bounds memory at 24 megapixels, and stays in the cache."""


def identity_nodes(size: int, device: torch.device | str = "cpu") -> Tensor:
    """The colours at the nodes of a table, as a picture (1, 3, size * size, size).

    Reshaped to (3, size, size, size) it is the table that changes nothing.

    >>> identity_nodes(2)[0, :, 1].T.tolist()  # green is 1, blue is 0
    [[0.0, 1.0, 0.0], [1.0, 1.0, 0.0]]
    """
    axis = torch.linspace(0.0, 1.0, size, device=device)
    blue, green, red = torch.meshgrid(axis, axis, axis, indexing="ij")
    return torch.stack((red, green, blue)).reshape(1, 3, size * size, size)


def apply_lut(rgb: Tensor, lut: Tensor) -> Tensor:
    """Map colours through tables by trilinear interpolation.

    Args:
        rgb: (B, 3, H, W) in [0, 1].
        lut: (B, 3, S, S, S), one table per picture, indexed ``[b, g, r]``.
    """
    atlas, size = _atlas(lut), lut.shape[-1]
    batch, _, height_px, width_px = rgb.shape
    out = torch.empty_like(rgb)
    rows = max(1, _STRIP_PX // (batch * width_px))
    for top in range(0, height_px, rows):
        _look_up(rgb[:, :, top : top + rows], atlas, size, out[:, :, top : top + rows])
    return out


def _atlas(lut: Tensor) -> Tensor:
    """Slices of constant blue stacked downwards (B, 6, S * S, S), each with its successor.

    torch has a vectorised kernel for bilinear look-up and none for trilinear: one bilinear
    look-up that fetches two slices, mixed by blue, takes half the time for the same result.
    """
    batch, _, size = lut.shape[:3]
    successor = torch.cat((lut[:, :, 1:], lut[:, :, -1:]), dim=2)
    return torch.cat((lut, successor), dim=1).reshape(batch, 6, size * size, size)


def _look_up(rgb: Tensor, atlas: Tensor, size: int, out: Tensor) -> None:
    blue = rgb[:, 2].mul(size - 1)
    below = blue.floor()
    row = rgb[:, 1].mul(size - 1).add_(below, alpha=size)
    grid = torch.stack((rgb[:, 0].mul(2).sub_(1), row.mul_(2 / (size * size - 1)).sub_(1)), dim=-1)
    both = F.grid_sample(atlas, grid, padding_mode="border", align_corners=True)
    weight = blue.sub_(below).unsqueeze(1)
    torch.lerp(both[:, :3], both[:, 3:], weight, out=out)
