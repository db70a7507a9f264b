from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from blackcamo.vision.warp import (
    Projective,
    warp,
    warp_by_torch,
)

SHAPES = ((1, 1), (1, 9), (9, 1), (2, 3), (37, 53), (96, 128))


def noise(height_px: int, width_px: int) -> Tensor:
    return torch.rand(3, height_px, width_px, generator=torch.Generator().manual_seed(0))


def turned(degrees: float, scale: float, x0: float, y0: float) -> Projective:
    cosine, sine = (scale * f(math.radians(degrees)) for f in (math.cos, math.sin))
    return np.array([[cosine, sine, x0], [-sine, cosine, y0], [0, 0, 1]])


def tapered(matrix: Projective, x: float, y: float) -> Projective:
    return np.vstack((matrix[:2], [x, y, 1]))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "matrix",
    [
        turned(0, 1, 0.25, -0.5),
        turned(2, 0.9, 1.3, 2.1),
        turned(-30, 1.7, -4, 7),
        tapered(turned(1, 0.95, 0.5, 0.5), 4e-4, -2e-4),
    ],
)
def test_both_kernels_agree(shape: tuple[int, int], matrix: Projective) -> None:
    rgb = noise(*shape)
    for height_px, width_px in (shape, (31, 47)):
        ours = warp(rgb, matrix, height_px, width_px)
        expected = warp_by_torch(rgb, matrix, height_px, width_px)
        assert ours.shape == (3, height_px, width_px)
        assert (ours - expected).abs().max() < 0.1 / 255


def test_whole_steps_copy_pixels() -> None:
    rgb = noise(20, 30)
    moved = warp(rgb, turned(0, 1, 4, 3), 10, 12)
    torch.testing.assert_close(moved, rgb[:, 3:13, 4:16], atol=1e-6, rtol=0)


@pytest.mark.parametrize(("height_px", "width_px"), [(3, 40_000), (40_000, 3)])
def test_long_pictures(height_px: int, width_px: int) -> None:
    rgb = torch.linspace(0, 1, height_px * width_px).view(1, height_px, width_px)
    warped = warp(rgb, turned(0, 1, 0, 0), height_px, width_px)
    torch.testing.assert_close(warped, rgb, atol=1e-4, rtol=0)


def test_slices_are_sampled_and_left_alone() -> None:
    rgb = noise(50, 60)
    before, part = rgb.clone(), rgb[:, 5:40, 7:50]
    matrix = turned(1, 0.9, 2, 1)
    assert torch.equal(warp(part, matrix, 30, 40), warp(part.clone(), matrix, 30, 40))
    assert torch.equal(rgb, before)
