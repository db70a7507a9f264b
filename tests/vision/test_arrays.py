from __future__ import annotations

import numpy as np
import pytest
import torch

from blackcamo.vision.arrays import levels_by_torch, to_pixels, to_rgb


def test_every_level_survives_the_round_trip() -> None:
    levels = np.arange(256, dtype=np.uint8)
    pixels = np.stack((levels, levels[::-1], np.roll(levels, 7)), axis=-1).reshape(16, 16, 3)
    rgb = to_rgb(pixels)
    assert rgb.shape == (3, 16, 16)
    assert rgb.dtype == torch.float32
    np.testing.assert_array_equal(to_pixels(rgb), pixels)


def test_pixels_that_must_not_be_written_are_copied() -> None:
    pixels = np.full((1, 1, 3), 100, dtype=np.uint8)
    pixels.flags.writeable = False
    to_rgb(pixels).zero_()
    assert (pixels == 100).all()


def test_rounds_half_to_even_and_clamps() -> None:
    rgb = torch.tensor([0.5, 1.5, 2.5, -10.0, 254.6, 300.0]).div(255).view(3, 1, 2)
    assert to_pixels(rgb).transpose(2, 0, 1).ravel().tolist() == [0, 2, 2, 0, 255, 255]


def test_rgb_is_left_alone() -> None:
    rgb = torch.rand(3, 4, 5, generator=torch.Generator().manual_seed(0))
    before = rgb.clone()
    to_pixels(rgb)
    assert torch.equal(rgb, before)


def test_both_ways_to_round_agree() -> None:
    rgb = torch.linspace(-0.5, 1.5, 3 * 401 * 97).view(3, 401, 97)
    halves = torch.arange(-3.5, 260.5, 0.5).div(255).expand(3, 1, -1)
    for some in (rgb, rgb[:, 3:90, 5:60], halves):
        expected = levels_by_torch(some).permute(1, 2, 0).numpy()
        np.testing.assert_array_equal(to_pixels(some), expected)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 7, 3), (7, 1, 3), (40, 30, 3)])
def test_slices_and_tiny_pictures(shape: tuple[int, int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (50, 50, 3), dtype=np.uint8)
    part = pixels[: shape[0], : shape[1]]
    expected = torch.from_numpy(part.copy()).permute(2, 0, 1) / 255
    assert torch.equal(to_rgb(part), expected)
    np.testing.assert_array_equal(to_pixels(to_rgb(part)), part)
