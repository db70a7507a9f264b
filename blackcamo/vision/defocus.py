"""How far out of focus a photo is, and a lens that puts parts of it further out."""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from blackcamo.types import Pixels
from blackcamo.vision.blur import gaussian_blur
from blackcamo.vision.colourspace import linear_to_srgb, srgb_to_linear

Plane = NDArray[np.float32]

WORK_PX = 256
"""Long side on which focus is measured: an edge that is soft there is soft for any viewer."""
_FIRST_SIGMA, _REBLUR_SIGMA = 0.8, 1.2
"""Gaussians of the two gradients in pixels: against noise, and what is added for the ratio."""
_SLOPE = 1 / 3
"""Variance of a slope that is the difference of the pixels on both sides: a box of two."""
_LEAST_GRADIENT = 0.012
"""Edges have at least this slope per pixel; what is fainter is grain or a gradient of light."""
_MOST_SIGMA = 5.0
_LEVELS = (0.55, 1.0)
"""Radii that are rendered, of the largest; those between are mixed."""
_LEAST_WEIGHT = 1e-4
"""What is in focus weighs no more than keeps places with nothing else around from dividing by 0."""


def shrunk(picture: Plane, long_side_px: int) -> Plane:
    """A picture (H, W, ...) on at most this long side, by area; itself where it is small."""
    height, width = picture.shape[:2]
    scale = long_side_px / max(height, width)
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)


def edge_blur(grey: Plane) -> tuple[Plane, Plane]:
    """The blur of edges in pixels, and how much of an edge there is, 0 to 1: both (H, W).

    An edge blurred by s keeps, blurred again, 1 / R of its slope, with
    R² = (s² + s1² + s0²) / (s² + s1²) where s1 is the blur of the first slope and s0 the second's.
    Valid on the ridge of an edge, so that both are 0 elsewhere.

    Args:
        grey: (H, W) in [0, 1], sRGB-encoded.

    Source: S. Zhuo, T. Sim, "Defocus map estimation from a single image", Pattern Recognition
    44 (9), 2011, eq. 4-6; the first blur is theirs set free.
    """
    first = _slope(grey, _FIRST_SIGMA)
    second = _slope(grey, math.hypot(_FIRST_SIGMA, _REBLUR_SIGMA))
    ridge = (first >= _LEAST_GRADIENT) & (first >= 0.98 * cv2.dilate(first, _CROSS))
    ratio = np.square(first / np.maximum(second, 1e-6))
    variance = _REBLUR_SIGMA**2 / np.maximum(ratio - 1, 1e-3) - _FIRST_SIGMA**2 - _SLOPE
    sigma = np.sqrt(np.clip(variance, 0, _MOST_SIGMA**2))
    weight = np.where(ridge, np.minimum(first / (4 * _LEAST_GRADIENT), 1), 0)
    return np.asarray(np.where(ridge, sigma, 0), np.float32), np.asarray(weight, np.float32)


def in_focus(grey: Plane) -> Plane:
    """How much of a sharp edge there is, 0 to 1: (H, W)."""
    sigma, weight = edge_blur(grey)
    return _sharp(sigma, weight)


def detail(pixels: Pixels) -> float:
    """Share of a photo (H, W, 3) that is sharp edges: .05 and more in scenes seen from afar."""
    small = shrunk(np.asarray(pixels, np.float32) / np.float32(255), WORK_PX)
    return float(in_focus(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)).mean())


def _sharp(sigma: Plane, weight: Plane) -> Plane:
    return np.asarray(weight / (1 + (sigma / SHARP_SIGMA) ** 4), np.float32)


def blur_map(grey: Plane) -> Plane:
    """The blur in pixels everywhere, (H, W): that of the edges around, the sharp ones first.

    Between edges nothing says how sharp a photo is, and no blur would show. What lies near a
    sharp edge counts as sharp, so that a thin sharp thing before a blurred ground stays so.
    """
    sigma, weight = edge_blur(grey)
    # Wide windows lend their measure to places without edges of their own.
    total, around = np.zeros_like(grey), np.full_like(grey, 1e-6)
    both = torch.from_numpy(np.stack((sigma * weight, weight))).unsqueeze(0)
    for reach, share in ((3.0, 1.0), (10.0, 0.1), (30.0, 0.01)):
        wide = gaussian_blur(both, reach)[0].numpy()
        total += share * wide[0]
        around += share * wide[1]
    blurred = np.asarray(total / around, np.float32)
    near = cv2.GaussianBlur(cv2.dilate(_sharp(sigma, weight), _NEAR), (0, 0), 1.5)
    return np.asarray(blurred * (1 - np.clip(3 * near, 0, 1)), np.float32)


SHARP_SIGMA = 0.95
"""Edges up to this blur, in pixels of ``WORK_PX``, are in focus."""


def guided(guide: Plane, plane: Plane, radius_px: int, contrast: float) -> Plane:
    """``plane`` (H, W) brought to the edges of ``guide`` (H, W) over windows of a radius.

    Source: K. He, J. Sun, X. Tang, "Guided image filtering", IEEE TPAMI 35 (6), 2013, eq. 5-8.
    """
    side = 2 * radius_px + 1

    def mean(x: Plane) -> Plane:
        return np.asarray(cv2.blur(x, (side, side), borderType=cv2.BORDER_REFLECT), np.float32)

    centre, level = mean(guide), mean(plane)
    variance = np.maximum(mean(guide * guide) - centre * centre, 0) + contrast**2
    slope = np.asarray((mean(guide * plane) - centre * level) / variance, np.float32)
    return np.asarray(mean(slope) * guide + mean(level - slope * centre), np.float32)


def lens_blur(rgb: Plane, radius: Plane) -> Plane:
    """A picture as a lens with a round aperture shows it, (H, W, 3), sRGB-encoded.

    Light spreads over discs, in linear light, from what is out of focus alone: what is in focus
    lends none of its colour to its surroundings, which would draw a halo around it. Where the
    radius is 0 every value is left as it is.

    Args:
        rgb: (H, W, 3) in [0, 1].
        radius: (H, W) in pixels, 0 in focus.

    Source: layers and normalised weights as in S. Lee, G. J. Kim, S. Choi, "Real-time
    depth-of-field rendering using point splatting on per-pixel layers", CGF 27 (7), 2008.
    """
    largest = float(radius.max())
    if largest <= 0:
        return rgb
    height, width = radius.shape
    factor = _factor(largest)
    levels = [share * largest for share in (_LEVELS if factor > 1 else _LEVELS[-1:])]
    down, right = -height % factor, -width % factor
    light = np.asarray(srgb_to_linear(torch.from_numpy(rgb)).numpy(), np.float32)
    encoded = linear_to_srgb(
        torch.from_numpy(
            _layers(
                _shrunk_by(light, factor, down, right),
                _shrunk_by(radius, factor, down, right),
                levels,
                factor,
            )
        )
    ).numpy()
    if factor > 1:
        encoded = cv2.resize(encoded, (width + right, height + down))[:height, :width]
    amount = np.minimum(radius * (1 / levels[0]), 1)[..., None]
    out = np.subtract(encoded, rgb)
    out *= amount
    out += rgb
    return np.asarray(np.clip(out, 0, 1, out=out), np.float32)


def _shrunk_by(plane: Plane, factor: int, down: int, right: int) -> Plane:
    """A plane shrunk a whole number of times, after it was continued to a multiple of that."""
    if factor == 1:
        return plane
    whole = cv2.copyMakeBorder(plane, 0, down, 0, right, cv2.BORDER_REPLICATE)
    size = (whole.shape[1] // factor, whole.shape[0] // factor)
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.float32)


def _layers(linear: Plane, reach: Plane, levels: list[float], factor: int) -> Plane:
    """Linear light (h, w, 3) seen through discs of at least the first level's radius."""
    # A pixel that is partly in focus has the colour of what is.
    spread = cv2.erode(reach, _SQUARE)
    mixed, below = linear, 0.0
    for level in levels:
        weight = np.clip(spread / level, _LEAST_WEIGHT, 1)[..., None]
        gathered = cv2.filter2D(
            np.concatenate((linear * weight, weight), 2),
            -1,
            disc(_reduced(level, factor)),
            borderType=cv2.BORDER_REFLECT_101,
        )
        blurred = np.asarray(gathered[..., :3] / gathered[..., 3:], np.float32)
        if below:
            mix = np.clip((reach - below) / (level - below), 0, 1)[..., None]
            mixed = mixed + (blurred - mixed) * mix
        else:
            mixed = blurred
        below = level
    return np.ascontiguousarray(mixed, np.float32)


def _factor(radius_px: float) -> int:
    """How many times to shrink for discs of a radius, so that some pixels are left of it."""
    return 1 if radius_px < _SHRUNK_FROM_PX else max(2, int(radius_px / 3.5))


_SHRUNK_FROM_PX = 2.2


def _reduced(radius_px: float, factor: int) -> float:
    """The radius of the disc that is left to blur with after shrinking.

    Shrinking k times and enlarging again add variances of (k² - 1) / 12 and k² / 6 (a triangle of
    base 2k); a disc has a quarter of its squared radius.
    """
    if factor == 1:
        return radius_px
    return math.sqrt(max(radius_px**2 - factor**2 + 1 / 3, 0)) / factor


@lru_cache(maxsize=64)
def disc(radius_px: float) -> Plane:
    """The kernel of a round aperture, summing to 1; pixels on the rim count by their area."""
    reach = max(0, math.ceil(radius_px - 0.5))
    fine = (np.arange((2 * reach + 1) * 8) + 0.5) / 8 - reach - 0.5
    inside = np.hypot(fine[:, None], fine) <= max(radius_px, 0.5)
    side = 2 * reach + 1
    weights = inside.reshape(side, 8, side, 8).mean((1, 3))
    return np.asarray(weights / weights.sum(), np.float32)


def _slope(grey: Plane, sigma: float) -> Plane:
    smooth = cv2.GaussianBlur(grey, (0, 0), sigma)
    x, y = (cv2.Sobel(smooth, -1, dx, 1 - dx, ksize=3, scale=1 / 8) for dx in (1, 0))
    # cv2.magnitude gives other last bits from one call to the next.
    return np.asarray(np.sqrt(x * x + y * y), np.float32)


_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
_SQUARE = np.ones((3, 3), np.uint8)
_NEAR = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
