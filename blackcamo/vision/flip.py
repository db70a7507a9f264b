"""FLIP: the difference that is seen when two pictures take turns in one place.

0 is no difference, 1 the largest there is. Unlike SSIMULACRA2 it weighs a change of colour or
brightness by its size, wherever it is, and structure only as far as it adds to that.

Source: P. Andersson, J. Nilsson, T. Akenine-Möller, M. Oskarsson, K. Åström, M. D. Fairchild,
"FLIP: A Difference Evaluator for Alternating Images", HPG 2020; section and equation numbers
below are those of the paper.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from blackcamo.vision.cielab import WHITE_FROM_LINEAR_RGB, linear_to_lab
from blackcamo.vision.colourspace import transform
from blackcamo.vision.separable import Kernel, correlate, gaussian

PIXELS_PER_DEGREE = 67.0
"""A screen of 3840 pixels and 0.7 m width, seen from 0.7 m."""

_RGB_FROM_WHITE = np.linalg.inv(WHITE_FROM_LINEAR_RGB).astype(np.float64)
# Contrast sensitivity as sums of Gaussians (amplitude a, width b in degrees²), table 1.
_SENSITIVITY = (((1.0, 0.0047),), ((1.0, 0.0053),), ((34.1, 0.04), (13.5, 0.025)))
_FEATURE_WIDTH_DEG = 0.082
_COLOUR_EXPONENT = 0.7
_FEATURE_EXPONENT = 0.5
_KNEE, _KNEE_ERROR = 0.4, 0.95


@dataclass(frozen=True, slots=True)
class Appearance:
    """What FLIP compares: Hunt-adjusted L*a*b* (3 planes) and strengths of edges and points."""

    colour: tuple[Tensor, Tensor, Tensor]
    edges: Tensor
    points: Tensor


def flip(reference: Appearance, other: Appearance) -> Tensor:
    """Error maps (B, h, w) in [0, 1]; a reference of one picture serves all."""
    lightness, a, b = (x - y for x, y in zip(reference.colour, other.colour, strict=True))
    distance = lightness.abs_().add_(a.square_().add_(b.square_()).sqrt_())  # eq. 3, HyAB
    error = distance.pow_(_COLOUR_EXPONENT).mul_(1 / _largest_distance())
    low = error * (_KNEE_ERROR / _KNEE)
    high = error.sub_(_KNEE).mul_((1 - _KNEE_ERROR) / (1 - _KNEE)).add_(_KNEE_ERROR)
    error = torch.where(low < _KNEE_ERROR, low, high)
    features = torch.maximum(
        (reference.edges - other.edges).abs_(), (reference.points - other.points).abs_()
    )
    return error.pow_(features.mul_(1 / math.sqrt(2)).pow_(_FEATURE_EXPONENT).neg_().add_(1))


def appearance(linear_rgb: Tensor, *, pixels_per_degree: float = PIXELS_PER_DEGREE) -> Appearance:
    """The appearance of pictures: to be kept where one serves as reference for many.

    Args:
        linear_rgb: linear sRGB (B, 3, H, W) in [0, 1].
        pixels_per_degree: how large the picture is seen.
    """
    x, y, z = transform(linear_rgb, WHITE_FROM_LINEAR_RGB).unbind(1)
    seen, red_green, blue_yellow = (
        _seen(plane.contiguous(), gaussians, pixels_per_degree)
        for plane, gaussians in zip((y, x - y, y - z), _SENSITIVITY, strict=True)
    )
    xyz = torch.stack((seen + red_green, seen, seen - blue_yellow), dim=1)
    rgb = transform(xyz, _RGB_FROM_WHITE).clamp_(0, 1)
    edge, point, smooth = _features(pixels_per_degree)
    y = y.contiguous()
    edges, points = (
        correlate(y, kernel, smooth).square_().add_(correlate(y, smooth, kernel).square_()).sqrt_()
        for kernel in (edge, point)
    )
    return Appearance(_hunt_lab(rgb), edges, points)


def _seen(plane: Tensor, gaussians: tuple[tuple[float, float], ...], per_degree: float) -> Tensor:
    """A channel filtered by the eye's sensitivity to contrast in it, section 4.1.1."""
    blurred, total = torch.zeros_like(plane), 0.0
    for amplitude, width in gaussians:
        sigma_px = math.sqrt(width / 2) / math.pi * per_degree
        kernel, mass = _window(sigma_px, per_degree)
        weight = amplitude * math.sqrt(math.pi / width) * mass
        blurred.add_(correlate(plane, kernel, kernel), alpha=weight)
        total += weight
    return blurred.mul_(1 / total)


@lru_cache(maxsize=16)
def _window(sigma_px: float, per_degree: float) -> tuple[Kernel, float]:
    """A Gaussian over the window that all channels share, and its mass there in two dimensions."""
    widest = max(width for gaussians in _SENSITIVITY for _, width in gaussians)
    reach_px = math.ceil(3 * math.sqrt(widest / (2 * math.pi**2)) * per_degree)
    x = np.arange(-reach_px, reach_px + 1)
    mass = float(np.exp(-0.5 * (x / sigma_px) ** 2).sum()) ** 2
    # Beyond five sigmas there is less than a float32 resolves.
    return gaussian(sigma_px, min(reach_px, math.ceil(5 * sigma_px))), mass


@lru_cache(maxsize=4)
def _features(per_degree: float) -> tuple[Kernel, Kernel, Kernel]:
    """Kernels along a feature's axis for edges and points, and the one across, section 4.2.1."""
    sigma_px = 0.5 * _FEATURE_WIDTH_DEG * per_degree
    reach_px = math.ceil(3 * sigma_px)
    x = np.arange(-reach_px, reach_px + 1, dtype=np.float64)
    bell = np.exp(-0.5 * (x / sigma_px) ** 2)
    kernels = []
    for kernel in (-x * bell, ((x / sigma_px) ** 2 - 1) * bell):
        positive, negative = kernel[kernel > 0].sum(), -kernel[kernel < 0].sum()
        kernels.append(np.where(kernel < 0, kernel / negative, kernel / positive))
    edge, point = (np.asarray(kernel, dtype=np.float32) for kernel in kernels)
    return edge, point, gaussian(sigma_px, reach_px)


def _hunt_lab(linear_rgb: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """L*a*b* whose chroma grows with lightness, section 4.1.2."""
    lightness, a, b = linear_to_lab(linear_rgb)
    share = lightness * 0.01
    return lightness, a.mul_(share), b.mul_(share)


@lru_cache(maxsize=1)
def _largest_distance() -> float:
    """The distance of green and blue, to the power that errors are taken to, section 4.1.3."""
    primaries = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]).view(1, 3, 1, 2)
    lightness, a, b = (plane[0, 0] for plane in _hunt_lab(primaries))
    apart = (lightness[0] - lightness[1]).abs() + torch.hypot(a[0] - a[1], b[0] - b[1])
    return float(apart**_COLOUR_EXPONENT)
