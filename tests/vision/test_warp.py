from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from blackcamo.vision.warp import (
    Affine,
    displace,
    displace_by_torch,
    warp_affine,
    warp_affine_by_torch,
)

SHAPES = ((1, 1), (1, 9), (9, 1), (2, 3), (37, 53), (96, 128))


def noise(height_px: int, width_px: int) -> Tensor:
    return torch.rand(3, height_px, width_px, generator=torch.Generator().manual_seed(0))


def turned(degrees: float, scale: float, x0: float, y0: float) -> Affine:
    cosine, sine = (scale * f(math.radians(degrees)) for f in (math.cos, math.sin))
    return np.array([[cosine, sine, x0], [-sine, cosine, y0]])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "matrix", [turned(0, 1, 0.25, -0.5), turned(2, 0.9, 1.3, 2.1), turned(-30, 1.7, -4, 7)]
)
def test_both_affine_kernels_agree(shape: tuple[int, int], matrix: Affine) -> None:
    rgb = noise(*shape)
    for height_px, width_px in (shape, (31, 47)):
        ours = warp_affine(rgb, matrix, height_px, width_px)
        expected = warp_affine_by_torch(rgb, matrix, height_px, width_px)
        assert ours.shape == (3, height_px, width_px)
        assert (ours - expected).abs().max() < 0.1 / 255


def test_whole_steps_copy_pixels() -> None:
    rgb = noise(20, 30)
    moved = warp_affine(rgb, turned(0, 1, 4, 3), 10, 12)
    torch.testing.assert_close(moved, rgb[:, 3:13, 4:16], atol=1e-6, rtol=0)


@pytest.mark.parametrize("shape", SHAPES)
def test_both_kernels_that_displace_agree(shape: tuple[int, int]) -> None:
    generator = torch.Generator().manual_seed(1)
    rgb = noise(*shape).expand(2, -1, -1, -1)
    x_px, y_px = torch.rand(2, 41, 67, generator=generator, dtype=torch.float64) * 140 - 10
    ours, expected = displace(rgb, x_px, y_px), displace_by_torch(rgb, x_px, y_px)
    assert ours.shape == (2, 3, 41, 67)
    assert (ours - expected).abs().max() < 0.1 / 255


def test_positions_count_from_the_first_pixels_centre() -> None:
    rgb = noise(5, 6)[None]
    y_px, x_px = torch.meshgrid(torch.arange(4.0), torch.arange(5.0), indexing="ij")
    torch.testing.assert_close(displace(rgb, x_px, y_px), rgb[:, :, :4, :5], atol=1e-6, rtol=0)
    between = displace(rgb, x_px + 0.5, y_px)
    expected = (rgb[:, :, :4, :5] + rgb[:, :, :4, 1:6]) / 2
    torch.testing.assert_close(between, expected, atol=1e-6, rtol=0)


@pytest.mark.parametrize(("height_px", "width_px"), [(3, 40_000), (40_000, 3)])
def test_long_pictures(height_px: int, width_px: int) -> None:
    rgb = torch.linspace(0, 1, height_px * width_px).view(1, 1, height_px, width_px)
    y_px, x_px = torch.meshgrid(
        torch.arange(height_px).double(), torch.arange(width_px).double(), indexing="ij"
    )
    torch.testing.assert_close(displace(rgb, x_px, y_px), rgb, atol=1e-4, rtol=0)
    # The source is short, the result is long.
    short = rgb[:, :, :100, :100]
    far = displace(short, x_px * (short.shape[3] / width_px), y_px * (short.shape[2] / height_px))
    assert far.shape == rgb.shape
    warped = warp_affine(rgb[0], turned(0, 1, 0, 0), height_px, width_px)
    torch.testing.assert_close(warped, rgb[0], atol=1e-4, rtol=0)


def test_slices_are_sampled_and_left_alone() -> None:
    rgb = noise(50, 60)
    before, part = rgb.clone(), rgb[:, 5:40, 7:50]
    matrix = turned(1, 0.9, 2, 1)
    assert torch.equal(warp_affine(part, matrix, 30, 40), warp_affine(part.clone(), matrix, 30, 40))
    x_px = torch.linspace(0, 42, 20).expand(10, -1)
    y_px = torch.linspace(0, 34, 10)[:, None].expand(-1, 20)
    assert torch.equal(displace(part[None], x_px, y_px), displace(part.clone()[None], x_px, y_px))
    assert torch.equal(rgb, before)
