"""Pixels (uint8, H x W x 3) <-> rgb tensors (float32, 3 x H x W, [0, 1])."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from blackcamo.types import Pixels


def to_rgb(pixels: Pixels, device: torch.device | str = "cpu") -> Tensor:
    """The tensor (3, H, W) in [0, 1] of an array (H, W, 3); the array is copied."""
    planes = np.array(pixels.transpose(2, 0, 1), order="C")
    return torch.from_numpy(planes).to(device).to(torch.float32).div_(255.0)


def to_pixels(rgb: Tensor) -> Pixels:
    """The array (H, W, 3) of a tensor (3, H, W): clamped, rounded half to even.

    >>> to_pixels(torch.tensor([0.5 / 255, 1.5 / 255, 2.0]).view(3, 1, 1)).tolist()
    [[[0, 2, 255]]]
    """
    levels = rgb.mul(255.0).round_().clamp_(0.0, 255.0).to(torch.uint8)
    return levels.permute(1, 2, 0).contiguous().cpu().numpy()
