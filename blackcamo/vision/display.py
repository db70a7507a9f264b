"""A picture as a screen shows it: 256 levels a channel, turned into linear light."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from blackcamo.vision.colourspace import srgb_to_linear

VIEWED_LONG_SIDE_PX = 1024
"""A picture of more pixels is judged as a screen shows it whole."""


def linear_light(rgb: Tensor) -> Tensor:
    """Linear light (B, 3, H, W) of the levels that a screen shows of ``rgb``.

    The long side is at most ``VIEWED_LONG_SIDE_PX``; larger pictures are averaged down.

    Args:
        rgb: (B, 3, H, W), sRGB-encoded, in [0, 1].
    """
    if rgb.device.type == "cpu":
        # It rounds half to even and takes absolute values; there is nothing below 0.
        levels = cv2.convertScaleAbs(rgb.reshape(-1, rgb.shape[-1]).numpy(), alpha=255.0)
        linear = torch.from_numpy(np.asarray(cv2.LUT(levels, _light()))).reshape(rgb.shape)
    else:
        linear = srgb_to_linear(rgb.mul(255.0).round_().clamp_(0.0, 255.0).div_(255.0))
    return viewed(linear)


def viewed(rgb: Tensor, long_side_px: int = VIEWED_LONG_SIDE_PX) -> Tensor:
    """The picture (B, C, H, W) as a screen shows it whole; a small one is not copied."""
    factor = max(rgb.shape[-2:]) / long_side_px
    if factor <= 1:
        return rgb
    height, width = (max(round(side / factor), 1) for side in rgb.shape[-2:])
    return F.interpolate(rgb, (height, width), mode="area")


@lru_cache(maxsize=1)
def _light() -> NDArray[np.float32]:
    return np.asarray(srgb_to_linear(torch.arange(256, dtype=torch.float32) / 255), np.float32)
