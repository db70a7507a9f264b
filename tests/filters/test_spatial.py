"""What the spatial families promise beside the contract."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from blackcamo.filters import Chain
from blackcamo.filters.detail import Detail
from blackcamo.filters.optics import Optics
from blackcamo.filters.texture import Texture
from blackcamo.types import Filter


def render(family: Filter, rgb: Tensor, *, seed: int = 0, **values: float) -> Tensor:
    return Chain([family], seed=seed).render(rgb, [values])[0].filtered


def flat(level: float, height_px: int = 120, width_px: int = 160) -> Tensor:
    return torch.full((3, height_px, width_px), level)


@pytest.mark.parametrize(("percent", "sign"), [(30.0, -1), (-18.0, 1)])
def test_vignette_is_in_the_corners(percent: float, sign: int) -> None:
    change = (render(Optics(), flat(0.5), vignette_percent=percent) - 0.5)[0]
    corner = float(change[0, 0])
    assert corner == pytest.approx(sign * abs(percent) / 100 * 0.5, rel=0.05)
    assert float(change[60, 80]) == pytest.approx(0, abs=1e-4)
    torch.testing.assert_close(change, change.flip(0, 1), atol=1e-5, rtol=0)


def test_glow_spreads_light_and_leaves_darkness() -> None:
    photo = flat(0.0)
    photo[:, 50:70, 70:90] = 1.0
    glowing = render(Optics(), photo, glow_percent=20.0)
    assert glowing[0, 48, 80] > 0.02
    assert glowing[0, 0, 0] < 1e-4
    assert torch.equal(render(Optics(), flat(0.0), glow_percent=20.0), flat(0.0))


def test_sharpening_and_softening_change_contrast_of_texture() -> None:
    stripes = flat(0.5)
    stripes[:, :, ::4], stripes[:, :, 1::4] = 0.45, 0.45
    spread = {
        percent: float(
            render(
                Detail(), stripes, sharpness_percent=percent, sharpness_radius_permille=4.0
            ).std()
        )
        for percent in (-60.0, 0.0, 60.0)
    }
    assert spread[-60.0] < 0.95 * spread[0.0] < spread[0.0] < 0.95 * spread[60.0]


def test_sharpening_colours_nothing_and_limits_halos() -> None:
    edge = flat(0.2, 300, 400)
    edge[:, :, 200:] = 0.8
    sharp = render(Detail(), edge, sharpness_percent=60.0, sharpness_radius_permille=4.0)
    torch.testing.assert_close(sharp[0], sharp[2], atol=1e-6, rtol=0)
    assert 0.8 < float(sharp.max()) < 0.8 + 0.6 * 0.15


def test_radius_alone_changes_nothing() -> None:
    noise = torch.rand(3, 60, 80, generator=torch.Generator().manual_seed(0))
    assert torch.equal(render(Detail(), noise, sharpness_radius_permille=4.0), noise)
    assert torch.equal(render(Texture(), noise, grain_coarseness_percent=100.0), noise)


def test_grain_is_strongest_in_midtones_and_vanishes_at_the_ends() -> None:
    spread = {
        level: float(render(Texture(), flat(level), grain_percent=2.5).std())
        for level in (0.0, 0.1, 0.5, 0.9, 1.0)
    }
    assert spread[0.0] == spread[1.0] == 0
    assert spread[0.5] > 2 * spread[0.1] > 0
    assert spread[0.1] == pytest.approx(spread[0.9], rel=0.02)


def test_grain_is_grey_and_of_mean_zero() -> None:
    grain = render(Texture(), flat(0.5, 384, 512), grain_percent=2.5) - 0.5
    torch.testing.assert_close(grain[0], grain[2])
    assert float(grain.mean()) == pytest.approx(0, abs=2e-4)


def test_grain_follows_the_seed() -> None:
    photo = flat(0.5)
    one, same, other = (render(Texture(), photo, seed=s, grain_percent=2.0) for s in (1, 1, 2))
    assert torch.equal(one, same)
    correlation = np.corrcoef((one - 0.5).flatten(), (other - 0.5).flatten())[0, 1]
    assert abs(correlation) < 0.02


def test_coarse_grain_has_longer_correlation() -> None:
    def neighbours(percent: float) -> float:
        photo = flat(0.5, 768, 1024)
        grain = render(Texture(), photo, grain_percent=2.0, grain_coarseness_percent=percent)[0]
        return float(np.corrcoef((grain[:, 2:]).flatten(), (grain[:, :-2]).flatten())[0, 1])

    assert neighbours(100.0) > neighbours(0.0) + 0.2


def test_grain_above_the_cached_size_is_the_same_grain() -> None:
    # 1.1 megapixels, beyond the cache, against half of it.
    large = render(Texture(), flat(0.5, 920, 1200), grain_percent=2.0)
    small = render(Texture(), flat(0.5, 460, 600), grain_percent=2.0)
    shrunk = torch.nn.functional.avg_pool2d(large.unsqueeze(0), 2)[0]
    correlation = np.corrcoef((shrunk - 0.5).flatten(), (small - 0.5).flatten())[0, 1]
    assert correlation > 0.95
