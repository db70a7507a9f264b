"""Where texture hides, and where it does not."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from blackcamo.vision.masking import colourful, just_noticeable

SIZE = (192, 256)


def noise() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    grey = 0.5 + 0.1 * torch.randn(1, 1, *SIZE, generator=generator)
    return grey.expand(-1, 3, -1, -1).clamp(0, 1)


def stripes(angle_deg: float) -> Tensor:
    y, x = torch.meshgrid(*(torch.arange(n, dtype=torch.float32) for n in SIZE), indexing="ij")
    angle = math.radians(angle_deg)
    wave = torch.sin((x * math.cos(angle) + y * math.sin(angle)) * (2 * math.pi / 6))
    return (0.5 + 0.14 * wave).expand(1, 3, -1, -1)


def middle(threshold: Tensor) -> float:
    return float(threshold[..., 40:-40, 40:-40].mean()) * 255


def test_texture_hides_in_texture_and_not_on_a_plain_wall() -> None:
    assert middle(just_noticeable(torch.full((1, 3, *SIZE), 0.5))) < 0.05
    assert middle(just_noticeable(noise())) > 4


@pytest.mark.parametrize("angle_deg", [0, 30, 45, 90])
def test_nothing_hides_across_stripes(angle_deg: float) -> None:
    # They vary as much as the noise does.
    assert middle(just_noticeable(stripes(angle_deg))) < 0.2 * middle(just_noticeable(noise()))


def test_crossing_stripes_are_texture() -> None:
    crossed = (stripes(0) + stripes(90)) / 2
    assert middle(just_noticeable(crossed)) > 3 * middle(just_noticeable(stripes(0)))


def test_coloured_texture_fades_on_grey() -> None:
    red = torch.tensor([0.8, 0.2, 0.2]).view(1, 3, 1, 1).expand(1, 3, *SIZE)
    pale = torch.tensor([0.6, 0.5, 0.5]).view(1, 3, 1, 1).expand(1, 3, *SIZE)
    kept = [middle(colourful(rgb)) / 255 for rgb in (noise(), pale, red)]
    assert kept == pytest.approx([0.25, 0.5, 1.0], abs=0.02)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (40, 500)])
def test_small_and_narrow_pictures_have_thresholds(shape: tuple[int, int]) -> None:
    rgb = torch.rand(2, 3, *shape)
    for found in (just_noticeable(rgb), colourful(rgb)):
        assert found.shape == (2, 1, *shape)
        assert bool(found.isfinite().all())
        assert float(found.min()) >= 0
