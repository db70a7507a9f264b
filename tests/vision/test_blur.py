from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from blackcamo.vision.blur import blur_by_torch, gaussian_blur

# On both sides of where pictures begin to be shrunk, too.
SIGMAS_PX = (0.3, 1.0, 4.9, 5.1, 13.0, 40.0, 170.0)


@pytest.fixture(scope="module")
def noise() -> Tensor:
    # Odd sides, which halving does not divide.
    return torch.rand(2, 3, 187, 251, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("sigma_px", SIGMAS_PX)
def test_both_kernels_agree(noise: Tensor, sigma_px: float) -> None:
    difference = gaussian_blur(noise, sigma_px) - blur_by_torch(noise, sigma_px)
    assert difference.abs().max() < 1 / 255


@pytest.mark.parametrize("sigma_px", SIGMAS_PX[1:-2])
def test_blurs_as_much_as_opencv_does_at_full_size(noise: Tensor, sigma_px: float) -> None:
    plane = noise[0, 0].numpy()
    expected = cv2.GaussianBlur(plane, (0, 0), sigma_px, borderType=cv2.BORDER_REPLICATE)
    blurred = gaussian_blur(noise, sigma_px)[0, 0].numpy()
    # At the edges of noise it matters whether pixels or their means are repeated.
    edge = math.ceil(3.5 * sigma_px)
    difference = np.abs(blurred - expected)[edge:-edge, edge:-edge]
    assert difference.max() < 2 / 255


@pytest.mark.parametrize("sigma_px", [2.0, 9.0, 30.0])
def test_width_of_an_impulse_is_sigma(sigma_px: float) -> None:
    impulse = torch.zeros(1, 1, 401, 401)
    impulse[..., 200, 200] = 1
    profile = gaussian_blur(impulse, sigma_px)[0, 0].sum(0).double()
    x = torch.arange(401, dtype=torch.float64) - 200
    assert profile.sum() == pytest.approx(1, abs=0.01)
    spread = (profile * x.square()).sum().div(profile.sum()).sqrt()
    assert spread == pytest.approx(sigma_px, rel=0.03)


def test_flat_areas_stay_and_small_pictures_work() -> None:
    for shape in ((1, 1), (1, 9), (5, 2)):
        flat = torch.full((1, 3, *shape), 0.7)
        for sigma_px in SIGMAS_PX:
            assert (gaussian_blur(flat, sigma_px) - flat).abs().max() < 1e-4
            assert (blur_by_torch(flat, sigma_px) - flat).abs().max() < 1e-4


def test_slices_are_blurred_and_left_alone(noise: Tensor) -> None:
    before = noise.clone()
    part = noise[:, :, 10:60, 20:90]
    torch.testing.assert_close(gaussian_blur(part, 2.0), gaussian_blur(part.clone(), 2.0))
    assert torch.equal(noise, before)
