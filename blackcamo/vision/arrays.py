"""Pixels (uint8, H x W x 3) <-> rgb tensors (float32, 3 x H x W, [0, 1]).

OpenCV joins and parts the planes, which takes it a tenth of the time of a transposed copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from blackcamo.types import Pixels


def to_rgb(pixels: Pixels, device: torch.device | str = "cpu") -> Tensor:
    """The tensor (3, H, W) in [0, 1] of an array (H, W, 3); the array is copied."""
    split = np.empty((3, *pixels.shape[:2]), np.uint8)
    cv2.split(pixels, list(split))
    return as_rgb(torch.from_numpy(split).to(device))


def to_levels(pixels: Pixels, device: torch.device | str = "cpu") -> Tensor:
    """The tensor (3, H, W) of uint8 of an array (H, W, 3), whose memory it shares on a CPU."""
    if not pixels.flags.writeable:
        pixels = pixels.copy()
    return torch.from_numpy(pixels).permute(2, 0, 1).to(device)


def as_rgb(levels: Tensor) -> Tensor:
    """Levels as float32 in [0, 1]; what is so already is not copied."""
    if levels.dtype == torch.float32:
        return levels
    return levels.to(torch.float32, memory_format=torch.contiguous_format).div_(255.0)


def to_pixels(rgb: Tensor) -> Pixels:
    """The array (H, W, 3) of a tensor (3, H, W): clamped, rounded half to even.

    >>> to_pixels(torch.tensor([0.5 / 255, 1.5 / 255, 2.0]).view(3, 1, 1)).tolist()
    [[[0, 2, 255]]]
    """
    if rgb.device.type == "cpu":
        # It rounds half to even, too, and takes absolute values, hence the clamp.
        levels = [cv2.convertScaleAbs(p.clamp(0, 1).numpy(), alpha=255.0) for p in rgb]
    else:
        levels = list(levels_by_torch(rgb).cpu().numpy())
    return np.asarray(cv2.merge(levels), np.uint8)


def together(pictures: Sequence[Tensor]) -> Tensor:
    """Pictures (3, H, W) of one size as one tensor (B, 3, H, W); a single one is not copied."""
    return pictures[0].unsqueeze(0) if len(pictures) == 1 else torch.stack(list(pictures))


def planes(rgb: Tensor) -> Iterator[NDArray[np.float32]]:
    """The planes (H, W) of a tensor (B, C, H, W) on a CPU; they share its memory."""
    for picture in rgb.numpy():
        yield from picture


def levels_by_torch(rgb: Tensor) -> Tensor:
    """The levels, uint8, that ``to_pixels`` gives a tensor on a GPU; runs on any device."""
    return rgb.mul(255.0).round_().clamp_(0.0, 255.0).to(torch.uint8)
