"""Cut a frame from a photo: the photo as the candidate's frame shows it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from blackcamo.types import Frame

_STRIP_PX = 1 << 18
"""Pixels sampled at a time, so that the grid of positions stays small at 24 megapixels."""


def cut_frames(photo: Tensor, frames: Sequence[Frame]) -> Tensor:
    """What each frame shows of the photo.

    An upright frame on whole pixels, delivered at its own size, is a plain slice: no pixel
    changes. Any other is sampled bicubically.

    Args:
        photo: (3, H, W) in [0, 1].
        frames: B frames that are delivered at one size (h, w).

    Returns:
        (B, 3, h, w) in [0, 1]; for a single slice a view of ``photo``.
    """
    cuts = [_cut(photo, frame) for frame in frames]
    return torch.stack(cuts) if len(cuts) > 1 else cuts[0].unsqueeze(0)


def _cut(photo: Tensor, frame: Frame) -> Tensor:
    whole = _slice(photo, frame)
    return _sample(photo, frame) if whole is None else whole


def _slice(photo: Tensor, frame: Frame) -> Tensor | None:
    height_px, width_px = photo.shape[-2:]
    # Nearest whole pixels; fractions of the sides carry rounding errors of about 1e-12 px.
    bounds = []
    for centre, extent, side_px, delivered_px in (
        (frame.centre_y, frame.height, height_px, frame.height_px),
        (frame.centre_x, frame.width, width_px, frame.width_px),
    ):
        start, end = (centre - extent / 2) * side_px, (centre + extent / 2) * side_px
        whole = slice(round(start), round(end))
        if abs(start - whole.start) > 1e-6 or abs(end - whole.stop) > 1e-6:
            return None
        if whole.stop - whole.start != delivered_px:
            return None
        bounds.append(whole)
    upright = frame.angle_deg == frame.keystone_x == frame.keystone_y == 0
    return photo[:, bounds[0], bounds[1]] if upright else None


def _sample(photo: Tensor, frame: Frame) -> Tensor:
    height_px, width_px = photo.shape[-2:]
    out = photo.new_empty((3, frame.height_px, frame.width_px))
    # Positions along the window's own axes, from its centre, in pixels of the photo.
    along = _centred(frame.width_px, frame.width * width_px, photo.device)
    across = _centred(frame.height_px, frame.height * height_px, photo.device)
    angle = math.radians(frame.angle_deg)
    cosine, sine = math.cos(angle), math.sin(angle)
    rows = max(1, _STRIP_PX // frame.width_px)
    for top in range(0, frame.height_px, rows):
        v = across[top : top + rows, None]
        # y points down, so the counter-clockwise axes are (cos, -sin) and (sin, cos). All that
        # can be is done along one axis; the plane takes one sum a coordinate.
        grid = torch.empty((1, len(v), frame.width_px, 2), device=photo.device)
        depth = 1 + along * (frame.keystone_x * 2 / (frame.width * width_px))
        depth = depth + v * (frame.keystone_y * 2 / (frame.height * height_px))
        dx = along * (cosine * 2 / width_px) + v * (sine * 2 / width_px)
        dy = v * (cosine * 2 / height_px) - along * (sine * 2 / height_px)
        grid[0, :, :, 0] = dx / depth + (frame.centre_x * 2 - 1)
        grid[0, :, :, 1] = dy / depth + (frame.centre_y * 2 - 1)
        strip = F.grid_sample(
            photo.unsqueeze(0), grid, mode="bicubic", padding_mode="border", align_corners=False
        )
        out[:, top : top + rows] = strip[0].clamp_(0, 1)
    return out


def _centred(count: int, extent_px: float, device: torch.device) -> Tensor:
    """Centres of ``count`` pixels spread over ``extent_px``, counted from the middle."""
    steps = torch.arange(count, dtype=torch.float64, device=device)
    return (steps + (0.5 - count / 2)) * (extent_px / count)
