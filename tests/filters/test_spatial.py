"""What the spatial families promise beside the contract."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from blackcamo.filters import Chain
from blackcamo.filters.detail import Detail, smoothed
from blackcamo.filters.light import Light
from blackcamo.filters.optics import Optics
from blackcamo.filters.texture import Texture
from blackcamo.testing import make_photo
from blackcamo.types import Filter
from blackcamo.vision.blur import gaussian_blur
from blackcamo.vision.noise import weave


def render(family: Filter, rgb: Tensor, *, seed: int = 0, **values: float) -> Tensor:
    return Chain([family], seed=seed).render(rgb, [values])[0].filtered


def flat(level: float, height_px: int = 120, width_px: int = 160) -> Tensor:
    return torch.full((3, height_px, width_px), level)


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


def busy(level: float, height_px: int = 384, width_px: int = 512) -> Tensor:
    """Texture everywhere, around one level: what hides grain."""
    y, x = torch.meshgrid(torch.arange(height_px), torch.arange(width_px), indexing="ij")
    swing = min(0.12, level, 1 - level)
    long_side = max(height_px, width_px)
    waves = (x * 150 / long_side).sin() * (y * 150 / long_side).cos()
    return (level + swing * waves).expand(3, -1, -1).contiguous()


def foliage() -> Tensor:
    """The same, green."""
    return busy(0.5) * torch.tensor([0.8, 1.1, 0.5]).view(3, 1, 1)


TEXTURES = {
    "grain_percent": 4.0,
    "canvas_jnd": 1.0,
    "ripple_jnd": 1.0,
    "clouds_jnd": -1.5,
    "mottle_red_jnd": 2.0,
    "mottle_yellow_jnd": -3.0,
}


def added(photo: Tensor, values: dict[str, float], *, seed: int = 0) -> Tensor:
    return Chain([Texture()], seed=seed).render(photo, [values])[0].filtered - photo


@pytest.mark.parametrize("name", TEXTURES)
def test_textures_live_in_texture_and_vanish_in_smooth_areas_and_skin(name: str) -> None:
    amount = {name: TEXTURES[name]}
    # What is coloured of it fades on grey.
    photo = foliage() if name.startswith("mottle") else busy(0.5)
    in_busy = float(added(photo, amount).std())
    assert in_busy > 0.75 / 255
    assert float(added(flat(0.5, 384, 512), amount).abs().max()) < 0.25 / 255
    # A sky is a slow gradient, not a constant.
    sky = flat(0.5, 384, 512) + torch.linspace(0, 0.2, 512)
    assert float(added(sky, amount).std()) < 0.05 * in_busy
    skin = busy(0.5) * torch.tensor([1.35, 1.0, 0.8]).view(3, 1, 1)
    assert float(added(skin, amount).std()) < 0.6 * in_busy


@pytest.mark.parametrize("name", ["mottle_red_jnd", "mottle_yellow_jnd"])
def test_mottle_fades_on_grey(name: str) -> None:
    here, there = (added(photo, {name: TEXTURES[name]}).std() for photo in (busy(0.5), foliage()))
    assert 0 < float(here) < 0.5 * float(there)


@pytest.mark.parametrize("name", ["mottle_red_jnd", "mottle_yellow_jnd"])
def test_mottle_leaves_luma_alone(name: str) -> None:
    change = added(busy(0.5), {name: TEXTURES[name]})
    luma = torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)
    assert float((change * luma).sum(0).abs().max()) < 0.02 * float(change.abs().max())


def test_grain_is_strongest_in_midtones() -> None:
    spread = {
        level: float(added(busy(level), {"grain_percent": 2.5}).std()) for level in (0.12, 0.5)
    }
    assert spread[0.5] > 1.1 * spread[0.12] > 0


def test_grain_is_grey_and_of_mean_zero() -> None:
    grain = added(busy(0.5, 384, 512), {"grain_percent": 2.5})
    torch.testing.assert_close(grain[0], grain[2])
    assert float(grain.mean()) == pytest.approx(0, abs=2e-4)


@pytest.mark.parametrize("name", [n for n in TEXTURES if n != "canvas_jnd"])
def test_textures_follow_the_seed(name: str) -> None:
    amount = {name: TEXTURES[name]}
    one, same, other = (added(busy(0.5), amount, seed=s) for s in (1, 1, 2))
    assert torch.equal(one, same)
    correlation = np.corrcoef(one.flatten(), other.flatten())[0, 1]
    assert abs(correlation) < 0.15


def test_coarse_grain_has_longer_correlation() -> None:
    def neighbours(percent: float) -> float:
        photo = busy(0.5, 768, 1024)
        grain = added(photo, {"grain_percent": 2.0, "grain_coarseness_percent": percent})[0]
        return float(np.corrcoef((grain[:, 2:]).flatten(), (grain[:, :-2]).flatten())[0, 1])

    assert neighbours(100.0) > neighbours(0.0) + 0.2


@pytest.mark.parametrize("angle", [0.0, 30.0])
def test_threads_are_as_many_as_asked_for(angle: float) -> None:
    field = weave(64, angle, 256, 256)
    spectrum = np.abs(np.fft.fft2(field.numpy()))
    row, column = np.unravel_index(spectrum[:128].argmax(), (128, 256))
    frequency = np.hypot(row, column - 256 if column > 128 else column)
    assert frequency == pytest.approx(64, abs=1)


def test_fringes_part_red_from_blue_at_the_edges_only() -> None:
    photo = flat(0.2, 300, 400)
    photo[:, :, ::20] = 0.8
    change = (render(Optics(), photo, fringe_permille=1.0) - photo).abs()
    assert float(change[1].max()) == 0
    assert float(change[0][:, :40].mean()) > 3 * float(change[0][:, 180:220].mean())


def test_halation_is_a_red_seam_around_light_on_dark() -> None:
    photo = flat(0.1)
    photo[:, 50:70, 70:90] = 1.0
    change = render(Optics(), photo, halation_percent=35.0) - photo
    assert float(change[0, 60, 68]) > 2 * float(change[2, 60, 68]) > 0
    assert float(change[:, 60, 80].abs().max()) < 1e-3
    assert float(change[:, 0, 0].abs().max()) < 1e-3


def test_soft_edges_and_tilt_shift_leave_the_middle_sharp() -> None:
    stripes = flat(0.5)
    stripes[:, ::4], stripes[:, 1::4] = 0.4, 0.4
    for values in ({"edge_softness_percent": 70.0}, {"tilt_shift_percent": 80.0}):
        soft = Chain([Optics()]).render(stripes, [values])[0].filtered
        assert torch.equal(soft[:, 58:62, 75:85], stripes[:, 58:62, 75:85])
        assert float(soft[:, :4, :8].std()) < 0.9 * float(stripes[:, :4, :8].std())


@pytest.mark.parametrize("size", [(683, 1023), (400, 600), (511, 700)])
def test_smoothing_on_fewer_pixels_is_that_on_all(size: tuple[int, int]) -> None:
    photo = make_photo(*size)[None].mean(1, keepdim=True)
    sigma_px = 0.005 * max(size)
    mean, square = (gaussian_blur(v, sigma_px) for v in (photo, photo * photo))
    variance = (square - mean * mean).clamp(min=0)
    slope = variance / (variance + 0.05**2)
    level = gaussian_blur(mean - slope * mean, sigma_px)
    exact = gaussian_blur(slope, sigma_px) * photo + level
    smooth = smoothed(photo, sigma_px)
    assert smooth.shape == photo.shape
    assert (smooth - exact).abs().mean() < 0.1 / 255


def test_smoothing_takes_faint_texture_and_keeps_edges() -> None:
    photo = flat(0.3, 300, 400)
    photo[:, :, 200:] = 0.7
    noise = torch.randn(300, 400, generator=torch.Generator().manual_seed(0)) * 0.02
    smooth = render(Detail(), photo + noise, smoothing_percent=80.0)
    assert float(smooth[0, :, 40:160].std()) < 0.6 * float((photo + noise)[0, :, 40:160].std())
    assert float(smooth[0, :, 202].mean() - smooth[0, :, 197].mean()) > 0.36


@pytest.mark.parametrize("percent", [14.0, -14.0])
def test_light_falls_in_from_one_side_and_keeps_the_mean(percent: float) -> None:
    lit = render(Light(), flat(0.5), light_across_percent=percent)[0]
    assert float(lit[:, -1].mean() - lit[:, 0].mean()) * percent > 0
    assert float(lit.mean()) == pytest.approx(0.5, abs=1e-3)
    for level in (0.0, 1.0):
        assert torch.equal(render(Light(), flat(level), light_across_percent=percent), flat(level))
