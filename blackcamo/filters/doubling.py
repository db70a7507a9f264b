"""Delivery with twice the pixels a side: shown at the same size it is the same picture.

A scorer that looks at pixels finds each of them spread over four: softness, and with some hardness
at their edges, structure that no lens makes. A viewer sees the picture, whose pixels are smaller.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from blackcamo.vision.arrays import planes

DOUBLING = "doubling_percent"
"""The parameter: how hard pixels stay at their edges; 0 leaves the picture at its own size."""
MOST_PX = 4096
"""Long side of what is delivered at most: larger photos stay as they are."""


def scale(values: Mapping[str, float], height_px: int, width_px: int) -> int:
    """How many times its sides a picture of that size is delivered at: 1 or 2."""
    doubles = float(values.get(DOUBLING, 0)) > 0
    return 2 if doubles and can_double(height_px, width_px) else 1


def can_double(height_px: int, width_px: int) -> bool:
    """Whether a picture of that size may be delivered at twice its sides."""
    return 2 * max(height_px, width_px) <= MOST_PX


def at_own_size(values: Mapping[str, float]) -> dict[str, float]:
    """The parameters without this one."""
    return {name: value for name, value in values.items() if name != DOUBLING}


def doubled(rgb: Tensor, hardness: float = 0.0) -> Tensor:
    """Pictures (B, C, 2 H, 2 W), in [0, 1], of (B, C, H, W).

    Args:
        rgb: in [0, 1].
        hardness: 0 is bicubic, 1 repeats every pixel.
    """
    if rgb.device.type != "cpu":
        return doubled_by_torch(rgb, hardness)
    height_px, width_px = (2 * side for side in rgb.shape[-2:])
    out = torch.empty((*rgb.shape[:2], height_px, width_px), dtype=torch.float32)
    for source, target in zip(planes(rgb), planes(out), strict=True):
        cv2.resize(source, (width_px, height_px), dst=target, interpolation=cv2.INTER_CUBIC)
        if hardness:
            hard = cv2.resize(source, (width_px, height_px), interpolation=cv2.INTER_NEAREST)
            cv2.addWeighted(target, 1 - hardness, hard, hardness, 0, dst=target)
        np.clip(target, 0, 1, out=target)
    return out


def doubled_by_torch(rgb: Tensor, hardness: float = 0.0) -> Tensor:
    """What ``doubled`` does on a GPU; runs on any device."""
    soft = F.interpolate(rgb, scale_factor=2, mode="bicubic", align_corners=False)
    return soft.lerp_(F.interpolate(rgb, scale_factor=2, mode="nearest"), hardness).clamp_(0, 1)
