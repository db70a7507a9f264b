"""Cut a frame from a photo: the photo as the candidate's frame shows it."""

from __future__ import annotations

import math

import numpy as np
from torch import Tensor

from blackcamo.types import Frame
from blackcamo.vision.arrays import as_rgb
from blackcamo.vision.warp import Projective, warp


def cut_frame(photo: Tensor, frame: Frame) -> Tensor:
    """The photo in a frame.

    An upright frame on whole pixels, delivered at its own size, is a plain slice: no pixel
    changes. Any other is sampled bicubically.

    Args:
        photo: (3, H, W) in [0, 1], or levels (uint8).

    Returns:
        (3, h, w) in [0, 1], at the size that the frame is delivered at; a slice is a view of
        ``photo``, unless that is one of levels.
    """
    whole = _slice(photo, frame)
    return _sample(as_rgb(photo), frame) if whole is None else as_rgb(whole)


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


def frame_matrix(frame: Frame, height_px: int, width_px: int) -> Projective:
    """Position in a photo of that size of a position in what a frame shows of it."""
    # Steps along the window's own axes, in pixels of the photo. y points down, so the
    # counter-clockwise axes are (cos, -sin) and (sin, cos).
    angle = math.radians(frame.angle_deg)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    step = np.array([frame.width * width_px / frame.width_px,
                     frame.height * height_px / frame.height_px])  # fmt: skip
    axes = turn * step
    # The windows' centres meet; a pixel's own lies half a pixel from its edge.
    size = np.array([frame.width_px, frame.height_px])
    middle = (size - 1) / 2
    centre = np.array([frame.centre_x * width_px, frame.centre_y * height_px]) - 0.5
    taper = np.array([frame.keystone_x, frame.keystone_y]) * 2 / size
    depth = np.array([*taper, 1 - taper @ middle])
    position = np.column_stack((axes, -axes @ middle)) + np.outer(centre, depth)
    return np.vstack((position, depth))


def _sample(photo: Tensor, frame: Frame) -> Tensor:
    matrix = frame_matrix(frame, *photo.shape[-2:])
    return warp(photo, matrix, frame.height_px, frame.width_px).clamp_(0, 1)
