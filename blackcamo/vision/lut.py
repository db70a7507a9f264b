"""Three-dimensional look-up tables of colour, read by trilinear interpolation.

A table is a tensor (3, S, S, S) indexed ``[c, b, g, r]``: red runs fastest, as in .cube files.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from blackcamo.vision.tiles import tiles

_STRIP_PX = 1 << 16
"""Pixels looked up at a time: bounds memory at 24 megapixels, and stays in the cache."""
_MOST_NODES_OF_OPENCV = 180
"""Its remap takes no more than 32766 rows."""


def identity_nodes(size: int, device: torch.device | str = "cpu") -> Tensor:
    """The colours at the nodes of a table, as a picture (1, 3, size * size, size).

    Reshaped to (3, size, size, size) it is the table that changes nothing.

    >>> identity_nodes(2)[0, :, 1].T.tolist()  # green is 1, blue is 0
    [[0.0, 1.0, 0.0], [1.0, 1.0, 0.0]]
    """
    axis = torch.linspace(0.0, 1.0, size, device=device)
    blue, green, red = torch.meshgrid(axis, axis, axis, indexing="ij")
    return torch.stack((red, green, blue)).reshape(1, 3, size * size, size)


def apply_lut(rgb: Tensor, lut: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Map colours through tables by trilinear interpolation.

    On a CPU OpenCV looks up, which takes half of torch's time; both agree, as a test holds.

    Args:
        rgb: (B, 3, H, W) in [0, 1].
        lut: (B, 3, S, S, S), one table per picture, indexed ``[b, g, r]``.
        out: where the colours go, which may be ``rgb`` itself; None is a picture of its own.
    """
    if rgb.device.type != "cpu" or lut.shape[-1] > _MOST_NODES_OF_OPENCV:
        return apply_lut_by_torch(rgb, lut, out=out)
    if out is None:
        out = torch.empty(rgb.shape, dtype=torch.float32)
    height_px, width_px = rgb.shape[-2:]
    for picture, table, target in zip(rgb, lut, out, strict=True):
        nodes = _interleaved(table)
        for rows, columns in tiles(height_px, width_px, _STRIP_PX):
            _look_up(picture[:, rows, columns], nodes, target[:, rows, columns])
    return out


def _interleaved(table: Tensor) -> NDArray[np.float32]:
    """A table (3, S, S, S) as a picture (S * S, S, 4), slices of constant blue stacked downwards.

    The fourth channel is idle: OpenCV has a vectorised kernel for four, and none for three.
    """
    size = table.shape[-1]
    nodes = np.zeros((size * size, size, 4), np.float32)
    nodes[..., :3] = table.permute(1, 2, 3, 0).reshape(size * size, size, 3).numpy()
    return nodes


def _look_up(rgb: Tensor, nodes: NDArray[np.float32], out: Tensor) -> None:
    """Bilinear in red and green in the slices of blue below and above, then mixed by blue."""
    size = nodes.shape[1]
    red, green, blue = rgb.mul(size - 1)
    below = blue.floor().clamp_(max=size - 2)
    row = green.add_(below, alpha=size)

    def look_up(nodes: NDArray[np.float32]) -> Tensor:
        found = cv2.remap(
            nodes, red.numpy(), row.numpy(), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return torch.from_numpy(found).permute(2, 0, 1)[:3]

    low, high = look_up(nodes), look_up(nodes[size:])
    torch.lerp(low, high, blue.sub_(below), out=out)


def apply_lut_by_torch(rgb: Tensor, lut: Tensor, *, out: Tensor | None = None) -> Tensor:
    """``apply_lut`` for a GPU; runs on any device."""
    atlas, size = _atlas(lut), lut.shape[-1]
    batch, _, height_px, width_px = rgb.shape
    if out is None:
        out = torch.empty_like(rgb)
    rows = max(1, _STRIP_PX // (batch * width_px))
    for top in range(0, height_px, rows):
        strip = slice(top, top + rows)
        _look_up_in_atlas(rgb[:, :, strip], atlas, size, out[:, :, strip])
    return out


def _atlas(lut: Tensor) -> Tensor:
    """Slices of constant blue stacked downwards (B, 6, S * S, S), each with its successor.

    torch has a vectorised kernel for bilinear look-up and none for trilinear: one bilinear
    look-up that fetches two slices, mixed by blue, takes half the time for the same result.
    """
    batch, _, size = lut.shape[:3]
    successor = torch.cat((lut[:, :, 1:], lut[:, :, -1:]), dim=2)
    return torch.cat((lut, successor), dim=1).reshape(batch, 6, size * size, size)


def _look_up_in_atlas(rgb: Tensor, atlas: Tensor, size: int, out: Tensor) -> None:
    blue = rgb[:, 2].mul(size - 1)
    below = blue.floor()
    row = rgb[:, 1].mul(size - 1).add_(below, alpha=size)
    grid = torch.stack((rgb[:, 0].mul(2).sub_(1), row.mul_(2 / (size * size - 1)).sub_(1)), dim=-1)
    both = F.grid_sample(atlas, grid, padding_mode="border", align_corners=True)
    weight = blue.sub_(below).unsqueeze(1)
    torch.lerp(both[:, :3], both[:, 3:], weight, out=out)
