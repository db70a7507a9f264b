"""Natural scene statistics against closed forms and samples of known distributions."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from blackcamo.scorers import scene_statistics as stats


def sample_aggd(
    shape: float, left: float, right: float, count: int, seed: int = 0
) -> NDArray[np.float64]:
    """Samples of an AGGD: a side in proportion to its scale, then |x| = scale * Gamma^(1/shape)."""
    rng = np.random.default_rng(seed)
    sizes = rng.gamma(1 / shape, size=count) ** (1 / shape)
    on_left = rng.random(count) < left / (left + right)
    return np.where(on_left, -left * sizes, right * sizes)


def fit(samples: NDArray[np.float64]) -> stats.Aggd:
    return stats.fit_aggd(stats.moments(torch.from_numpy(samples)[None]).numpy(), samples.size)


@pytest.mark.parametrize(
    ("shape", "left", "right"),
    [(2.0, 1.0, 1.0), (1.0, 0.7, 0.7), (0.5, 0.2, 0.5), (1.4, 2.0, 0.5), (4.0, 0.1, 0.3)],
)
def test_a_known_distribution_is_recovered(shape: float, left: float, right: float) -> None:
    fitted = fit(sample_aggd(shape, left, right, 1_000_000)[None])
    np.testing.assert_allclose(fitted.shape, shape, rtol=0.02)
    np.testing.assert_allclose(fitted.left, left, rtol=0.03)
    np.testing.assert_allclose(fitted.right, right, rtol=0.03)


def test_the_mean_is_that_of_the_samples() -> None:
    samples = sample_aggd(0.8, 0.3, 0.6, 1_000_000)[None]
    np.testing.assert_allclose(fit(samples).mean, samples.mean(), rtol=0.02)


def test_shapes_in_closed_form() -> None:
    # A Gaussian has shape 2 and scale sqrt(2) sigma; alternating +-1 is the limit of large shapes.
    gaussian = fit(np.random.default_rng(1).normal(0, 3, (1, 1_000_000)))
    np.testing.assert_allclose(gaussian.shape, 2, rtol=0.01)
    np.testing.assert_allclose(gaussian.left, 3 * math.sqrt(2), rtol=0.01)
    assert fit(np.tile([-1.0, 1.0], (1, 50))).shape == pytest.approx(10)


def test_no_contrast_has_no_shape() -> None:
    assert np.isnan(fit(np.zeros((8, 8))).shape).all()


def test_one_sided_samples_are_fitted() -> None:
    right = fit(np.full((8, 8), 2.0))
    left = fit(np.full((8, 8), -2.0))
    assert right.left == left.right == 0
    np.testing.assert_array_equal(right.shape, left.shape)
    np.testing.assert_array_equal(right.right, left.left)


def test_products_of_neighbours() -> None:
    field = torch.tensor([[1.0, 2.0, 3.0], [5.0, 7.0, 11.0], [13.0, 17.0, 19.0]])
    products = list(stats.neighbour_products(field))
    # With the left, the upper, the upper left and the upper right neighbour.
    assert [float(product[1, 1]) for product in products] == [7 * 5, 7 * 2, 7 * 1, 7 * 3]
    assert float(products[0][1, 0]) == 5 * 11, "neighbours wrap around"


def test_luma_of_the_primaries() -> None:
    pixels = torch.tensor([[[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]]])
    luma = stats.luma(pixels.to(torch.uint8))
    np.testing.assert_allclose(luma[0, 0], [76.245, 149.685, 29.07, 255], atol=1e-9)


def test_mscn_of_a_single_bright_pixel() -> None:
    picture = torch.zeros(1, 9, 9, dtype=torch.float64)
    picture[0, 4, 4] = 100.0
    coefficients, deviation = stats.mscn(stats.extend(picture))
    weights = np.exp(-(np.arange(-3, 4) ** 2) / (2 * (7 / 6) ** 2))
    middle = (weights[3] / weights.sum()) ** 2
    expected = 100 * math.sqrt(middle - middle**2)
    assert float(deviation[0, 4, 4]) == pytest.approx(expected, rel=1e-12)
    assert float(coefficients[0, 4, 4]) == pytest.approx(100 * (1 - middle) / (expected + 1))
    assert float(coefficients[0, 0, 0]) == 0, "out of the window's reach"


@pytest.mark.parametrize("level", [0.0, 37.3, 127.1, 255.0])
def test_one_colour_has_no_contrast_at_either_scale(level: float) -> None:
    flat = torch.full((1, 64, 64), level, dtype=torch.float64)
    halved = stats.half_size(stats.extend(flat))
    for picture in (flat, halved):
        coefficients, _ = stats.mscn(stats.extend(picture))
        assert (coefficients == 0).all()


def test_the_faintest_contrast_is_kept() -> None:
    flat = torch.full((1, 65, 65), 200.0, dtype=torch.float64)
    flat[0, 32, 32] += 0.114  # one level of blue
    for picture in (flat, stats.half_size(stats.extend(flat[:, :64, :64]))):
        coefficients, _ = stats.mscn(stats.extend(picture))
        assert (coefficients != 0).sum() >= 49


def test_half_size_keeps_straight_lines_and_removes_stripes() -> None:
    ramp = torch.arange(40, dtype=torch.float64).expand(1, 40, 40).contiguous()
    halved = stats.half_size(stats.extend(ramp))
    assert halved.shape == (1, 20, 20)
    expected = np.arange(20) * 2 + 0.5
    np.testing.assert_allclose(halved[0, 5, 2:-2], expected[2:-2], atol=1e-12)
    stripes = (torch.arange(40) % 2).double().expand(1, 40, 40).contiguous()
    np.testing.assert_allclose(stats.half_size(stats.extend(stripes))[0, 5, 2:-2], 0.5, atol=1e-12)
