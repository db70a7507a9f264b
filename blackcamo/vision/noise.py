"""Procedural noise: band-limited fields of mean 0 and variance 1, the same on every device.

A field is made on a fixed lattice and brought to the frame's size, so that a picture rendered at
half the size has the texture of the large one, seen from farther away.

Source: K. Perlin, "An image synthesizer", SIGGRAPH 1985 (gradient noise); A. Lagae et al.,
"Procedural noise using sparse Gabor convolution", SIGGRAPH 2009 (noise with a Gaussian spectrum
about one frequency; made here by filtering white noise, which has the same spectrum). Both as
perturbations: K. T. Co et al., "Procedural noise adversarial examples for black-box attacks on
deep convolutional networks", CCS 2019.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Plane = NDArray[np.float32]

_LATTICE = 768
"""Nodes along the long side on which waves and cells are made."""
_HARDLY_SHRUNK = 2.0
"""Up to here the four nodes around a pixel are all that it covers, where a field is smooth."""
_BANDWIDTH = 0.3
"""Deviation of a Gabor field's frequency, relative to it."""


def grain(size: int, height_px: int, width_px: int, seed: int) -> Tensor:
    """White noise (H, W) with so many independent grains along the long side."""
    return _resampled(_white(size, seed), height_px, width_px, smooth=False)


def perlin(cells: int, height_px: int, width_px: int, seed: int, stream: int = 0) -> Tensor:
    """Gradient noise (H, W) with so many cells along the long side; streams are independent."""
    return _resampled(_perlin(cells, seed, stream), height_px, width_px)


def gabor(waves: int, angle_deg: int, height_px: int, width_px: int, seed: int) -> Tensor:
    """Noise (H, W) of about so many waves along the long side, running in one direction."""
    return _resampled(_gabor(waves, angle_deg, seed), height_px, width_px)


def weave(threads: float, angle_deg: float, height_px: int, width_px: int) -> Tensor:
    """Two crossing waves (H, W), so many along the long side: nothing in it is random."""
    wave = 2 * math.pi * threads / max(height_px, width_px)
    cosine, sine = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    y, x = (
        (torch.arange(n, dtype=torch.float32) + (0.5 - n / 2)).mul_(wave)
        for n in (height_px, width_px)
    )
    y = y[:, None]
    # sin(a + b) from the sines along the axes: no sine is taken per pixel.
    first = (y * sine).sin() * (x * cosine).cos() + (y * sine).cos() * (x * cosine).sin()
    second = (y * cosine).sin() * (x * sine).cos() - (y * cosine).cos() * (x * sine).sin()
    return first.add_(second)


@lru_cache(maxsize=8)
def _white(size: int, seed: int, stream: int = 0) -> Plane:
    """White noise (size, size), made on the CPU so that every device has the same."""
    generator = _generator(seed, size, stream) if stream else _generator(seed, size)
    return generator.standard_normal((size, size), dtype=np.float32)


@lru_cache(maxsize=24)
def _perlin(cells: int, seed: int, stream: int) -> Plane:
    angles = _generator(seed, cells, stream).uniform(0, 2 * math.pi, (cells + 1, cells + 1))
    gx, gy = np.cos(angles), np.sin(angles)
    # Whole nodes per cell, so that cells are alike.
    nodes = max(2, _LATTICE // cells)
    at = (np.arange(nodes) + 0.5) / nodes
    fade = at**3 * (at * (at * 6 - 15) + 10)
    weights = ((0, 1 - fade), (1, fade))
    total = np.zeros((cells, nodes, cells * nodes))
    for dy, wy in weights:
        # The two parts of the corners' ramps, summed along x before there are rows of pixels.
        corners = [(slice(dy, cells + dy), slice(dx, cells + dx), dx, wx) for dx, wx in weights]
        along = np.add(*(gx[y, x, None] * (wx * (at - dx)) for y, x, dx, wx in corners))
        across = np.add(*(gy[y, x, None] * wx for y, x, _, wx in corners))
        total += along.reshape(cells, 1, -1) * wy[:, None]
        total += across.reshape(cells, 1, -1) * (wy * (at - dy))[:, None]
    return _normal(total.reshape(cells * nodes, cells * nodes))


@lru_cache(maxsize=24)
def _gabor(waves: int, angle_deg: int, seed: int) -> Plane:
    fy, fx = np.fft.fftfreq(_LATTICE, 1 / _LATTICE), np.fft.rfftfreq(_LATTICE, 1 / _LATTICE)
    angle = math.radians(angle_deg)
    cx, cy = waves * math.cos(angle), waves * math.sin(angle)

    def bell(distance: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(np.exp(-(distance**2) / (2 * (_BANDWIDTH * waves) ** 2)))

    # Both halves of the spectrum, of which the real transform keeps one.
    window = np.outer(bell(fy - cy), bell(fx - cx)) + np.outer(bell(fy + cy), bell(fx + cx))
    return _normal(np.fft.irfft2(_spectrum(waves, seed) * window, (_LATTICE, _LATTICE)))


@lru_cache(maxsize=8)
def _spectrum(waves: int, seed: int) -> NDArray[np.complex128]:
    return np.fft.rfft2(_white(_LATTICE, seed, waves))


def _generator(*seeds: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(list(seeds)))


def _normal(field: NDArray[np.float64]) -> Plane:
    return np.asarray((field - field.mean()) / field.std(), np.float32)


def _resampled(lattice: Plane, height_px: int, width_px: int, *, smooth: bool = True) -> Tensor:
    """The part of the lattice that the frame's shape covers, at the frame's size."""
    scale = lattice.shape[0] / max(height_px, width_px)
    rows, columns = max(1, round(height_px * scale)), max(1, round(width_px * scale))
    if scale <= 1:
        method = cv2.INTER_CUBIC
    elif smooth and scale <= _HARDLY_SHRUNK:
        method = cv2.INTER_LINEAR
    else:
        # By areas, as a smaller picture of the same texture would be.
        method = cv2.INTER_AREA
    resized = cv2.resize(lattice[:rows, :columns], (width_px, height_px), interpolation=method)
    return torch.from_numpy(np.asarray(resized, dtype=np.float32))
