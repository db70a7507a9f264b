"""Separable filters over planes (B, h, w): OpenCV on a CPU, torch elsewhere."""

from __future__ import annotations

from typing import Literal, TypeAlias

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

Kernel: TypeAlias = NDArray[np.float32]
Edge: TypeAlias = Literal["repeated", "zero"]
"""Padding of the picture: its last pixels again, or nothing."""


def correlate(planes: Tensor, across: Kernel, down: Kernel, edge: Edge = "repeated") -> Tensor:
    """Correlate (B, h, w) with ``across`` along rows and ``down`` along columns.

    Kernels are of odd length. On a CPU OpenCV does it in a tenth of torch's time; a test holds
    that both agree.
    """
    if planes.device.type != "cpu":
        return correlate_by_torch(planes, across, down, edge)
    out = np.empty(planes.shape, np.float32)
    border = cv2.BORDER_REPLICATE if edge == "repeated" else cv2.BORDER_CONSTANT
    for source, target in zip(planes.numpy(), out, strict=True):
        cv2.sepFilter2D(source, -1, across, down, dst=target, borderType=border)
    return torch.from_numpy(out)


def correlate_by_torch(
    planes: Tensor, across: Kernel, down: Kernel, edge: Edge = "repeated"
) -> Tensor:
    """``correlate`` for a GPU; runs on any device."""
    sides, ends = len(across) // 2, len(down) // 2
    mode = "replicate" if edge == "repeated" else "constant"
    padded = F.pad(planes.unsqueeze(1), (sides, sides, ends, ends), mode=mode)
    rows, columns = (torch.from_numpy(kernel).to(planes.device) for kernel in (across, down))
    once = F.conv2d(padded, columns.view(1, 1, -1, 1))
    return F.conv2d(once, rows.view(1, 1, 1, -1)).squeeze(1)


def gaussian(sigma_px: float, reach_px: int) -> Kernel:
    """Samples of a Gaussian from -reach to reach, summing to 1."""
    x = np.arange(-reach_px, reach_px + 1, dtype=np.float64)
    weights = np.exp(-0.5 * (x / sigma_px) ** 2)
    return np.asarray(weights / weights.sum(), dtype=np.float32)
