"""Shared by exporters of look-up tables: other sizes, and the error of a table as written."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from blackcamo.vision.lut import apply_lut, identity_nodes

Colours = NDArray[np.float64]

_SAMPLES = 1 << 17


def resample(lut: Tensor, size: int) -> Tensor:
    """A look's LUT (3, S, S, S) with another number of nodes per axis, by trilinear interpolation.

    >>> resample(identity_nodes(2).reshape(3, 2, 2, 2), 3)[0, 0, 0].tolist()
    [0.0, 0.5, 1.0]
    """
    if size == lut.shape[-1]:
        return lut
    return apply_lut(identity_nodes(size), lut[None]).reshape(3, size, size, size)


def nodes_in_file_order(lut: Tensor) -> NDArray[np.float32]:
    """The nodes of a LUT (3, S, S, S) as rows (S * S * S, 3), red fastest."""
    return lut.reshape(3, -1).T.contiguous().numpy()


def largest_difference(lut: Tensor, table: NDArray[np.generic]) -> float:
    """Largest difference, in 1/255, of trilinear interpolation in a table from the look itself.

    It is taken over random colours, the corners of the cube and all greys.

    Args:
        lut: the look (3, S, S, S).
        table: rows (N * N * N, 3) in [0, 1] as a program will read them, red fastest.
    """
    size = round(len(table) ** (1 / 3))
    greys = np.repeat(np.linspace(0.0, 1.0, 256)[:, None], 3, axis=1)
    corners = np.stack(np.meshgrid(*[[0.0, 1.0]] * 3), axis=-1).reshape(-1, 3)
    random = np.random.default_rng(0).random((_SAMPLES, 3))
    rgb = np.concatenate([greys, corners, random]).astype(np.float32)
    look = apply_lut(torch.from_numpy(rgb.T[None, :, None, :].copy()), lut[None])
    nodes = table.astype(np.float64).reshape(size, size, size, 3)
    difference = look[0, :, 0].T.numpy() - _interpolate(nodes, rgb.astype(np.float64))
    return float(np.abs(difference).max() * 255)


def _interpolate(nodes: Colours, rgb: Colours) -> Colours:
    """Trilinear interpolation in nodes (S, S, S, 3), [blue, green, red], of colours (N, 3)."""
    position = rgb * (len(nodes) - 1)
    cell = np.minimum(position.astype(int), len(nodes) - 2)
    far = position - cell
    result = np.zeros_like(rgb)
    for corner in np.ndindex(2, 2, 2):
        weight = np.where(corner, far, 1 - far).prod(axis=1, keepdims=True)
        red, green, blue = (cell + corner).T
        result += weight * nodes[blue, green, red]
    return result
