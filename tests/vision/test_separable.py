"""What OpenCV does on a CPU is what torch does on a GPU."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from blackcamo.vision.colourspace import srgb_to_linear
from blackcamo.vision.display import linear_light
from blackcamo.vision.separable import Edge, correlate, correlate_by_torch, gaussian


def random(*shape: int) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("edge", ["repeated", "zero"])
@pytest.mark.parametrize("shape", [(2, 53, 67), (1, 9, 40), (3, 1, 1)])
def test_both_kernels_agree(edge: Edge, shape: tuple[int, ...]) -> None:
    across, down = gaussian(1.5, 5), np.array([-0.5, 0, 0.5], np.float32)
    if edge == "repeated":  # torch cannot repeat a row more often than there are rows
        shape = (shape[0], max(shape[1], 6), max(shape[2], 6))
    planes = random(*shape)
    ours, theirs = (f(planes, across, down, edge) for f in (correlate, correlate_by_torch))
    torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=0)


def test_light_is_that_of_the_levels_shown() -> None:
    rgb = random(2, 3, 40, 50)
    expected = srgb_to_linear(rgb.mul(255).round() / 255)
    torch.testing.assert_close(linear_light(rgb), expected, atol=1e-6, rtol=0)


def test_large_pictures_are_seen_whole() -> None:
    seen = linear_light(random(1, 3, 30, 2048))
    assert seen.shape == (1, 3, 15, 1024)
    assert float(seen.std()) < float(linear_light(random(1, 3, 30, 1024)).std())
