"""Framing: what a crop cut away, weighted by how much it draws the eye, and a tilted horizon."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from blackcamo.types import Frame
from blackcamo.vision.saliency import SIDE

_LOST = 0.36
"""Share of a photo (half of it by area, half by saliency) that may be cut away at most."""
_TILT_DEG = 5.0
"""A horizon tilted by as much is taken for a mistake."""


def framing(
    salient: NDArray[np.float64], frames: Sequence[Frame], height_px: int, width_px: int
) -> Tensor:
    """How far (B) frames cut and tilt the photo.

    Args:
        salient: saliency of the photo, (SIDE, SIDE), summing to 1.
        frames: B frames.
        height_px: height of the photo.
        width_px: its width.
    """
    weights = (salient + 1 / salient.size) / 2
    lost = [1 - (weights * _inside(frame, height_px, width_px)).sum() for frame in frames]
    tilted = [abs(frame.angle_deg) / _TILT_DEG for frame in frames]
    return torch.tensor([math.hypot(x / _LOST, t) for x, t in zip(lost, tilted, strict=True)])


def _inside(frame: Frame, height_px: int, width_px: int) -> NDArray[np.float64]:
    """How much of each cell of the photo lies in the frame: (SIDE, SIDE) in [0, 1]."""
    centres = (np.arange(SIDE) + 0.5) / SIDE
    x = (centres[None, :] - frame.centre_x) * width_px
    y = (centres[:, None] - frame.centre_y) * height_px
    cosine, sine = (f(math.radians(frame.angle_deg)) for f in (math.cos, math.sin))
    shares = []
    for along, extent_px, side_px in (
        (x * cosine - y * sine, frame.width * width_px, width_px),
        (x * sine + y * cosine, frame.height * height_px, height_px),
    ):
        shares.append(np.clip((extent_px / 2 - np.abs(along)) * SIDE / side_px + 0.5, 0, 1))
    return np.asarray(shares[0] * shares[1], np.float64)
