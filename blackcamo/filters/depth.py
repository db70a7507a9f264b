"""Depth of field: surroundings out of focus, and what is out of focus further out."""

from __future__ import annotations

import math

import cv2
import numpy as np
import torch
from torch import Tensor

from blackcamo.filters.active import InPlace
from blackcamo.types import Param, Params
from blackcamo.vision.defocus import (
    SHARP_SIGMA,
    WORK_PX,
    Plane,
    blur_map,
    guided,
    lens_blur,
    shrunk,
)

_LARGEST = 0.022
"""Largest radius of a disc, relative to the long side."""
_RADIUS_OF_SIGMA = 2.0
"""A disc of this radius spreads light as far as a Gaussian of deviation 1 does."""


class Depth(InPlace):
    """A lens with a wide, round aperture that is focused on an ellipse or a band of the photo.

    The area in focus grows along the photo's own edges over what looks like its middle, so that
    no piece of the subject is lost. Magnifying takes no place: it puts what is already out of
    focus further out, wherever it is, and leaves what is sharp exactly as it is.
    """

    name = "depth"
    params = (
        Param(
            "defocus_permille",
            0,
            16,
            0,
            "‰",
            "surroundings out of focus, radius of discs",
            rises="surroundings out of focus",
            visible=2.5,
        ),
        Param(
            "magnify_percent",
            0,
            100,
            0,
            "%",
            "what is out of focus further out",
            rises="blur of the background {} stronger",
            visible=50,
        ),
        Param("focus_x_percent", 0, 100, 50, "%", "focus from the left", modifier=True),
        Param("focus_y_percent", 0, 100, 50, "%", "focus from the top", modifier=True),
        Param("focus_size_percent", 4, 60, 25, "%", "half the height in focus", modifier=True),
        Param(
            "focus_roundness_percent",
            0,
            300,
            100,
            "%",
            "in focus: a band (0), round (100), upright (300)",
            modifier=True,
        ),
        Param("focus_transition_percent", 5, 60, 30, "%", "from sharp to blurred", modifier=True),
    )

    def change(self, rgb: Tensor, params: Params, seed: int) -> None:
        """Filter (B, 3, H, W); nothing is random."""
        del seed
        names = [param.name for param in self.params]
        for row in range(len(rgb)):
            values = {name: float(params[name][row]) for name in names}
            if not (values["defocus_permille"] or values["magnify_percent"]):
                continue
            picture = np.asarray(cv2.merge(list(rgb[row].cpu().contiguous().numpy())), np.float32)
            blurred = lens_blur(picture, _radius_px(picture, values))
            rgb[row] = torch.from_numpy(blurred.transpose(2, 0, 1))


def _radius_px(picture: Plane, values: dict[str, float]) -> Plane:
    """The radius of the disc at each pixel (H, W)."""
    height, width = picture.shape[:2]
    small = shrunk(picture, WORK_PX)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)
    radius = np.zeros_like(grey)
    if values["defocus_permille"]:
        away = 1 - _in_focus(small, grey, values)
        radius += np.square(away * values["defocus_permille"] / 1000)
    if values["magnify_percent"]:
        sigma = blur_map(grey)
        sigma *= np.clip((sigma - SHARP_SIGMA) / SHARP_SIGMA, 0, 1)
        more = math.sqrt((1 + values["magnify_percent"] / 100) ** 2 - 1)
        radius += np.square(sigma * (more * _RADIUS_OF_SIGMA / max(grey.shape)))
    radius = np.minimum(np.sqrt(radius), _LARGEST)
    # Sharp by a pixel more than measured: edges of the subject are the subject's.
    radius = np.asarray(
        cv2.GaussianBlur(cv2.erode(radius, np.ones((3, 3), np.uint8)), (0, 0), 0.7), np.float32
    )
    radius[radius < _LEAST] = 0
    large = cv2.resize(radius, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large * max(height, width), np.float32)


_LEAST = 2e-4
"""Radii below are none: a fifth of a pixel in a thousand."""


def _in_focus(small: Plane, grey: Plane, values: dict[str, float]) -> Plane:
    """How much of each place is in focus, 0 to 1: (H, W)."""
    beyond = _beyond(grey.shape, values)
    inside = 1 - _smooth(beyond)
    if values["focus_roundness_percent"] < _BAND:
        return inside
    likeness = _subject_likeness(small, beyond)
    near = 1 - _smooth((beyond - 0.5) / 1.2)
    grown = np.maximum(inside, np.asarray(near * likeness, np.float32))
    refined = guided(grey, grown, max(1, max(grey.shape) // 24), 0.04)
    return np.asarray(np.clip(np.maximum(inside, refined), 0, 1), np.float32)


_BAND = 25.0
"""Under this roundness a plane is in focus, not a thing."""


def _beyond(shape: tuple[int, ...], values: dict[str, float]) -> Plane:
    """How far each place lies outside the ellipse, in transitions; negative inside it."""
    height, width = shape[:2]
    long_side = max(height, width)
    x = (np.arange(width) + 0.5 - values["focus_x_percent"] / 100 * width) / long_side
    y = (np.arange(height) + 0.5 - values["focus_y_percent"] / 100 * height) / long_side
    size = values["focus_size_percent"] / 100
    from_centre = np.hypot(x * (values["focus_roundness_percent"] / 100), y[:, None])
    return np.asarray((from_centre - size) / (values["focus_transition_percent"] / 100), np.float32)


def _subject_likeness(small: Plane, beyond: Plane) -> Plane:
    """How much each place has the colours of the ellipse's middle, not those far off: (H, W)."""
    few = shrunk(small, _COLOURS_PX)
    height, width = few.shape[:2]
    apart = cv2.resize(beyond, (width, height), interpolation=cv2.INTER_AREA)
    lab = (cv2.cvtColor(few, cv2.COLOR_RGB2LAB) + _LAB_SHIFT) * _LAB_BINS
    bins = np.clip(lab, 0, _BINS - 1).astype(np.int64) @ np.array([_BINS**2, _BINS, 1])
    flat = bins.ravel()
    inside, outside = (
        np.bincount(flat, np.clip(weight, 0, 1).ravel(), _BINS**3)
        for weight in (0.2 - 2 * apart, apart - 0.8)
    )
    share_in, share_out = (count / max(float(count.sum()), 1e-6) for count in (inside, outside))
    likeness = np.asarray(share_in / (share_in + share_out + 1e-5), np.float32)[bins]
    return np.asarray(cv2.resize(likeness, (small.shape[1], small.shape[0])), np.float32)


_COLOURS_PX = 128
"""Long side on which colours are compared."""
_BINS = 12
_LAB_SHIFT = np.array([0, 60, 60], np.float32)
_LAB_BINS = np.array([_BINS / 100, _BINS / 120, _BINS / 120], np.float32)
"""CIELAB in cells, of 8 in lightness and 10 in a* and b*."""


def _smooth(x: Plane) -> Plane:
    """From 0 to 1 without a corner."""
    x = np.clip(x, 0, 1)
    return np.asarray(x * x * (3 - 2 * x), np.float32)
