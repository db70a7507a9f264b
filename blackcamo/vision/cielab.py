"""CIELAB, in which tolerances of viewers are commonly given, for tensors (..., 3, H, W)."""

from __future__ import annotations

import torch
from torch import Tensor

from blackcamo.vision.colourspace import XYZ_FROM_LINEAR_RGB, power, transform

WHITE_FROM_LINEAR_RGB = XYZ_FROM_LINEAR_RGB / XYZ_FROM_LINEAR_RGB.sum(1)[:, None]
"""Linear sRGB to CIE XYZ relative to its white, D65."""

_EDGE = (6 / 29) ** 3


def linear_to_lab(linear_rgb: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """L* (0-100), a* and b* (..., H, W) of linear sRGB in [0, 1], against D65.

    Source: CIE 015:2018, section 8.2.1.
    """
    fx, fy, fz = _root(transform(linear_rgb, WHITE_FROM_LINEAR_RGB)).unbind(-3)
    return fy * 116 - 16, (fx - fy).mul_(500), (fy - fz).mul_(200)


def _root(t: Tensor) -> Tensor:
    linear = t * (1 / (3 * (6 / 29) ** 2)) + 4 / 29
    return torch.where(t > _EDGE, power(t, 1 / 3), linear)
