"""What the spatial families detail, optics and grain promise beside the contract."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from blackcamo.filters import Chain
from blackcamo.filters.detail import Detail, edge_preserving_base
from blackcamo.filters.grain import Grain
from blackcamo.filters.optics import Optics
from blackcamo.testing import make_photo
from blackcamo.types import Filter
from blackcamo.vision.blur import gaussian_blur


def render(family: Filter, rgb: Tensor, *, seed: int = 0, **values: float) -> Tensor:
    return Chain([family], seed=seed).render(rgb, [values])[0].filtered


def flat(level: float, height_px: int = 120, width_px: int = 160) -> Tensor:
    return torch.full((3, height_px, width_px), level)


def waves(level: float, swing: float, height_px: int = 300, width_px: int = 400) -> Tensor:
    """Structure of 20 waves along the long side."""
    x = torch.arange(width_px) * (2 * torch.pi * 20 / width_px)
    return (level + swing * x.sin()).expand(3, height_px, -1).contiguous()


@pytest.mark.parametrize(("percent", "sign"), [(30.0, -1), (-8.0, 1)])
def test_vignette_is_in_the_corners(percent: float, sign: int) -> None:
    change = (render(Optics(), flat(0.5), vignette_percent=percent) - 0.5)[0]
    corner = float(change[0, 0])
    assert corner == pytest.approx(sign * abs(percent) / 100 * 0.5, rel=0.05)
    assert float(change[60, 80]) == pytest.approx(0, abs=1e-4)
    torch.testing.assert_close(change, change.flip(0, 1), atol=1e-5, rtol=0)


def test_glow_spreads_light_and_leaves_darkness() -> None:
    photo = flat(0.0)
    photo[:, 50:70, 70:90] = 1.0
    glowing = render(Optics(), photo, glow_percent=40.0)
    assert glowing[0, 48, 80] > 0.005
    assert glowing[0, 0, 0] < 1e-4
    assert torch.equal(render(Optics(), flat(0.0), glow_percent=40.0), flat(0.0))


def test_glow_is_no_haze() -> None:
    """Broad contrast grows, blacks and whites stay, fine detail keeps its contrast."""
    photo = flat(0.12, 300, 400)
    photo[:, :, 200:] = 0.75
    glowing = render(Optics(), photo, glow_percent=50.0)
    dark, light = glowing[0, :, 40].mean(), glowing[0, :, 360].mean()
    assert float(light - dark) > 0.63
    assert float(dark) < 0.125
    stripes = flat(0.5, 300, 400)
    stripes[:, :, ::4], stripes[:, :, 1::4] = 0.4, 0.4
    kept = render(Optics(), stripes, glow_percent=50.0)
    assert float(kept[0].std()) > 0.95 * float(stripes[0].std())


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


@pytest.mark.parametrize(("percent", "grows"), [(60.0, True), (-50.0, False)])
def test_clarity_changes_structure_in_mid_tones_most(percent: float, grows: bool) -> None:
    gain = {}
    for level in (0.1, 0.5):
        photo = waves(level, 0.05)
        gain[level] = float(render(Detail(), photo, clarity_percent=percent).std() / photo.std())
    assert (gain[0.5] > 1.2) if grows else (gain[0.5] < 0.8)
    assert abs(gain[0.5] - 1) > 1.8 * abs(gain[0.1] - 1)


def test_clarity_draws_no_halo_at_a_strong_edge() -> None:
    edge = flat(0.2, 300, 400)
    edge[:, :, 200:] = 0.8
    change = (render(Detail(), edge, clarity_percent=60.0) - edge).abs()
    # An unsharp mask of that strength and radius swings by 0.18.
    assert float(change.max()) < 0.03


@pytest.mark.parametrize("size", [(683, 1023), (400, 600), (511, 700)])
def test_base_on_fewer_pixels_is_that_on_all(size: tuple[int, int]) -> None:
    photo = make_photo(*size)[None].mean(1, keepdim=True)
    sigma_px = 0.016 * max(size)
    mean, square = (gaussian_blur(v, sigma_px) for v in (photo, photo * photo))
    variance = (square - mean * mean).clamp(min=0)
    slope = variance / (variance + 0.12**2)
    level = gaussian_blur(mean - slope * mean, sigma_px)
    exact = gaussian_blur(slope, sigma_px) * photo + level
    base = edge_preserving_base(photo, sigma_px)
    assert base.shape == photo.shape
    assert (base - exact).abs().mean() < 0.4 / 255


def test_modifiers_alone_change_nothing() -> None:
    noise = torch.rand(3, 60, 80, generator=torch.Generator().manual_seed(0))
    assert torch.equal(render(Detail(), noise, sharpness_radius_permille=4.0), noise)
    assert torch.equal(render(Grain(), noise, grain_coarseness_percent=100.0), noise)


def busy(level: float, height_px: int = 384, width_px: int = 512) -> Tensor:
    """Strong texture everywhere, around one level."""
    y, x = torch.meshgrid(torch.arange(height_px), torch.arange(width_px), indexing="ij")
    swing = min(0.15, level, 1 - level) * 512 / width_px
    return (level + swing * (1 - 2 * ((x + y) % 2))).expand(3, -1, -1).contiguous()


def added(photo: Tensor, percent: float, *, seed: int = 0, coarse: float = 30.0) -> Tensor:
    return (
        render(Grain(), photo, seed=seed, grain_percent=percent, grain_coarseness_percent=coarse)
        - photo
    )


def test_grain_has_its_deviation_in_texture_at_mid_grey_whatever_its_coarseness() -> None:
    for coarse in (0.0, 40.0, 100.0):
        deviation = float(added(busy(0.5), 2.0, coarse=coarse).std())
        assert deviation == pytest.approx(0.018, rel=0.1)


def test_grain_is_weaker_in_smooth_areas() -> None:
    smooth = flat(0.4, 384, 512) + torch.linspace(0, 0.2, 512)
    plain, textured = (float(added(photo, 2.0).std()) for photo in (smooth, busy(0.5)))
    assert 0 < plain < 0.6 * textured


def test_grain_is_strongest_in_mid_tones_and_spares_black_and_white() -> None:
    levels = (0.0, 0.1, 0.5, 0.9, 1.0)
    spread = {level: float(added(flat(level, 384, 512), 2.0).std()) for level in levels}
    assert spread[0.5] > 2 * spread[0.1] > 0
    assert spread[0.5] > 2 * spread[0.9] > 0
    assert spread[0.0] == spread[1.0] == 0


def test_grain_is_grey_and_of_mean_zero() -> None:
    grain = added(busy(0.5), 2.0)
    torch.testing.assert_close(grain[0], grain[2])
    assert float(grain.mean()) == pytest.approx(0, abs=2e-4)


def test_grain_follows_the_seed() -> None:
    one, same, other = (added(busy(0.5), 2.0, seed=s) for s in (1, 1, 2))
    assert torch.equal(one, same)
    correlation = np.corrcoef(one[0].flatten(), other[0].flatten())[0, 1]
    assert abs(correlation) < 0.02


def test_coarse_grain_has_longer_correlation() -> None:
    def neighbours(coarse: float) -> float:
        photo = flat(0.5, 768, 1024)
        grain = added(photo, 2.0, coarse=coarse)[0]
        return float(np.corrcoef(grain[:, 2:].flatten(), grain[:, :-2].flatten())[0, 1])

    assert neighbours(100.0) > neighbours(0.0) + 0.2
