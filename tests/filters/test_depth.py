"""Depth of field: what stays sharp, what the discs look like, and what bleeds nowhere."""

from __future__ import annotations

from typing import Any, ClassVar

import cv2
import numpy as np
import pytest
import torch

from blackcamo.filters.chain import Chain
from blackcamo.filters.depth import Depth
from blackcamo.testing import SpatialFilterContract
from blackcamo.vision.arrays import to_pixels, to_rgb
from blackcamo.vision.defocus import SHARP_SIGMA, blur_map, disc, edge_blur, lens_blur


class TestDepth(SpatialFilterContract):
    def make_filter(self) -> Depth:
        return Depth()


def texture(height: int = 384, width: int = 512, seed: int = 0, blur: float = 1.0) -> np.ndarray:
    """Grey noise with detail at all scales, uint8 (H, W, 3); the blur is in pixels."""
    rng = np.random.default_rng(seed)
    grey: Any = sum(
        cv2.resize(rng.random((height // n, width // n)), (width, height)) for n in (2, 8, 32)
    )
    grey = cv2.GaussianBlur(grey / 3, (0, 0), blur)
    grey = (grey - grey.min()) / (grey.max() - grey.min())
    return np.repeat((40 + 160 * grey)[..., None], 3, 2).astype(np.uint8)


def rendered(pixels: np.ndarray, **params: float) -> np.ndarray:
    return to_pixels(Chain([Depth()]).render(to_rgb(pixels), [params])[0].filtered)


def detail(pixels: np.ndarray) -> np.ndarray:
    return np.abs(cv2.Laplacian(pixels[..., 1].astype(np.float32), cv2.CV_32F))


def ellipse(shape: tuple[int, ...], size: float, roundness: float = 1.0) -> np.ndarray:
    """Distance from the middle of the picture, 1 on the rim of the ellipse in focus."""
    height, width = shape[:2]
    x = (np.arange(width) + 0.5 - width / 2) / max(height, width) * roundness
    y = (np.arange(height) + 0.5 - height / 2) / max(height, width)
    return np.hypot(x, y[:, None]) / size


class TestFocus:
    params: ClassVar[dict[str, float]] = {
        "defocus_permille": 8,
        "focus_size_percent": 20,
        "focus_transition_percent": 15,
    }

    def test_the_subject_keeps_every_level_and_its_surroundings_lose_detail(self) -> None:
        photo = texture()
        away = ellipse(photo.shape, 0.2)
        bars = (np.arange(512) // 6 % 2 * 200 + 20).astype(np.uint8)
        photo[away < 1] = np.broadcast_to(bars[None, :, None], photo.shape)[away < 1]
        out = rendered(photo, **self.params)
        np.testing.assert_array_equal(out[away < 0.95], photo[away < 0.95])
        far = away > 2.2
        assert detail(out)[far].mean() < 0.3 * detail(photo)[far].mean()

    def test_it_follows_the_focus(self) -> None:
        photo = texture()
        out = rendered(photo, **self.params, focus_x_percent=20, focus_y_percent=30)
        np.testing.assert_array_equal(out[95:135, 80:125], photo[95:135, 80:125])
        assert detail(out)[180:200, 246:266].mean() < 0.7 * detail(photo)[180:200, 246:266].mean()

    def test_a_band_is_sharp_from_side_to_side(self) -> None:
        photo = texture()
        out = rendered(photo, **self.params, focus_roundness_percent=0)
        band = slice(192 - 90, 192 + 90)
        np.testing.assert_array_equal(out[band], photo[band])
        assert detail(out)[:10].mean() < 0.6 * detail(photo)[:10].mean()

    def test_what_has_the_subjects_colour_stays_sharper_outside_the_ellipse(self) -> None:
        photo = texture(seed=1)
        strength = texture(seed=2)[..., 1] / 255
        red = np.stack([230 * strength, 30 * strength, 30 * strength], 2).astype(np.uint8)
        photo[100:284, 180:332] = red[100:284, 180:332]
        photo[180:204, 300:420] = red[180:204, 300:420]
        out = rendered(photo, **self.params)
        arm, ground = (slice(182, 202), slice(380, 410)), (slice(182, 202), slice(92, 122))
        photo_red, out_red = photo[..., ::-1].copy(), out[..., ::-1].copy()
        photo_red[..., 1], out_red[..., 1] = photo[..., 0], out[..., 0]
        kept_arm = detail(out_red)[arm].mean() / detail(photo_red)[arm].mean()
        kept_ground = detail(out)[ground].mean() / detail(photo)[ground].mean()
        assert kept_arm > 0.6
        assert kept_arm > 1.5 * kept_ground


class TestLens:
    def test_what_is_in_focus_draws_no_halo(self) -> None:
        picture = np.full((200, 240, 3), 0.25, np.float32)
        picture[60:140, 80:160] = 0.95
        radius = np.full((200, 240), 7.0, np.float32)
        radius[58:142, 78:162] = 0
        out = lens_blur(picture, radius)
        ground = np.ones((200, 240), bool)
        ground[60:140, 80:160] = False
        assert np.abs(out - picture)[ground].max() < 1 / 255
        np.testing.assert_array_equal(out[~ground], picture[~ground])

    def test_a_point_of_light_becomes_a_disc_in_linear_light(self) -> None:
        picture = np.zeros((161, 161, 3), np.float32)
        picture[79:82, 79:82] = 1.0
        out = lens_blur(picture, np.full((161, 161), 12.0, np.float32))[..., 0].astype(np.float64)
        light = np.where(out <= 0.04045, out / 12.92, ((out + 0.055) / 1.055) ** 2.4)
        assert light.sum() == pytest.approx(9, rel=0.05)
        away = np.hypot(*(np.mgrid[:161, :161] - 80.0))
        inner, middle = light[away < 4].mean(), light[(away > 6) & (away < 8.5)].mean()
        # Half-way out a Gaussian of the same spread has lost a third and more.
        assert middle == pytest.approx(inner, rel=0.12)
        assert light[away > 17].max() < 0.02 * inner

    @pytest.mark.parametrize("radius_px", [2.5, 5.0, 8.0, 14.0])
    def test_discs_are_as_wide_as_they_are_said_to_be(self, radius_px: float) -> None:
        # A half-plane's edge, seen through a disc, spreads with deviation radius / 2.
        picture = np.zeros((60, 240, 3), np.float32)
        picture[:, 120:] = 1.0
        out = lens_blur(picture, np.full((60, 240), radius_px, np.float32))[30, :, 0]
        light = np.where(out <= 0.04045, out / 12.92, ((out + 0.055) / 1.055) ** 2.4)
        spread = np.diff(light)
        x = np.arange(len(spread))
        mean = (spread * x).sum()
        assert np.sqrt((spread * (x - mean) ** 2).sum()) == pytest.approx(radius_px / 2, rel=0.1)

    def test_kernels_are_round_and_flat(self) -> None:
        kernel = disc(4.3)
        assert kernel.sum() == pytest.approx(1)
        y, x = np.mgrid[: len(kernel), : len(kernel)] - len(kernel) // 2
        inside = np.hypot(x, y) < 3.5
        assert np.ptp(kernel[inside]) < 1e-6
        assert kernel.max() == pytest.approx(1 / (np.pi * 4.3**2), rel=0.03)


class TestMagnifying:
    def test_a_sharp_photo_is_left_alone(self) -> None:
        photo = texture(blur=0.7)
        np.testing.assert_array_equal(rendered(photo, magnify_percent=100), photo)

    def test_blurred_parts_go_further_out_and_sharp_ones_stay(self) -> None:
        sharp, soft = texture(seed=3, blur=0.7), texture(seed=3, blur=5)
        photo = sharp.copy()
        photo[:, 256:] = soft[:, 256:]
        some, much = (rendered(photo, magnify_percent=percent) for percent in (40, 100))
        np.testing.assert_array_equal(much[:, :236], photo[:, :236])
        far = (slice(None), slice(300, None))

        def contrast(pixels: np.ndarray) -> float:
            return float(pixels[far].std())

        assert contrast(some) < 0.985 * contrast(photo)
        assert contrast(much) < 0.97 * contrast(some)

    @pytest.mark.parametrize("sigma", [1.0, 2.0, 3.5])
    def test_the_blur_of_an_edge_is_measured(self, sigma: float) -> None:
        step = np.zeros((64, 96), np.float32)
        step[:, 48:] = 1
        measured, weight = edge_blur(cv2.GaussianBlur(step, (0, 0), sigma) * 0.8)
        assert measured[weight > 0].size
        assert np.median(measured[weight > 0]) == pytest.approx(sigma, rel=0.15)

    def test_between_sharp_edges_nothing_is_out_of_focus(self) -> None:
        step = np.zeros((64, 96), np.float32)
        step[:, 40:56] = 0.8
        assert blur_map(step)[:, 38:58].max() < SHARP_SIGMA


def test_rows_have_their_own_focus() -> None:
    photo = to_rgb(texture()).expand(2, -1, -1, -1)
    names = {param.name: torch.full((2,), float(param.neutral)) for param in Depth().params}
    names["defocus_permille"] = torch.tensor([0.0, 8.0])
    out = Depth().render(photo, names, 0)
    assert torch.equal(out[0], photo[0])
    assert not torch.equal(out[1], photo[1])
