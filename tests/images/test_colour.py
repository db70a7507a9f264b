"""Embedded colour profiles become sRGB; sRGB under any name changes no pixel."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from blackcamo.images import Credit, Photo, encode_png, jpeg_metadata, load_photo
from blackcamo.images.icc import srgb_profile
from tests.images import profiles
from tests.images.files import encoded, picture, save
from tests.images.profiles import Floats

RGB = Image.fromarray(picture())


def load(tmp_path: Path, image: Image.Image, profile: bytes) -> Photo:
    return load_photo(save(tmp_path / "a.tiff", image, icc_profile=profile))


def levels(encoded_values: Floats) -> Floats:
    return np.round(255 * encoded_values)


@pytest.mark.parametrize(
    ("colorants", "curve", "decode"),
    [
        (profiles.DISPLAY_P3, profiles.srgb_curve(), profiles.srgb_decode),
        (profiles.ADOBE_RGB, profiles.gamma_curve(563 / 256), lambda v: v ** (563 / 256)),
        (profiles.SRGB, profiles.gamma_curve(1.0), lambda v: v),
        (profiles.SRGB, profiles.gamma_curve(2.2), lambda v: v ** (563 / 256)),
    ],
    ids=["Display P3", "Adobe RGB", "linear", "gamma 2.2"],
)
def test_wide_and_linear_profiles_convert_as_the_formula_says(
    tmp_path: Path, colorants: Floats, curve: bytes, decode: object
) -> None:
    assert callable(decode)
    photo = load(tmp_path, RGB, profiles.matrix_profile(colorants, curve))
    xyz = decode(picture() / 255) @ colorants.T
    expected = levels(profiles.srgb_encode(xyz @ np.linalg.inv(profiles.SRGB).T))
    np.testing.assert_allclose(photo.pixels, expected, atol=2)
    assert np.abs(expected - picture()).max() > 4
    assert photo.notes == ()


def test_foreign_srgb_profile_changes_no_pixel(tmp_path: Path) -> None:
    foreign = profiles.matrix_profile(profiles.SRGB, profiles.srgb_curve())
    assert foreign != srgb_profile()
    every = np.random.default_rng(0).integers(0, 256, (64, 96, 3), dtype=np.uint8)
    photo = load(tmp_path, Image.fromarray(every), foreign)
    np.testing.assert_array_equal(photo.pixels, every)


def test_what_goes_out_comes_in_as_it_was(kodak: list[Path], tmp_path: Path) -> None:
    pixels = load_photo(kodak[4]).pixels
    jpeg = tmp_path / "a.jpg"
    jpeg.write_bytes(
        encoded(Image.fromarray(pixels), "JPEG", quality=90, **jpeg_metadata(Credit("Ann")))
    )
    with Image.open(jpeg) as image:
        np.testing.assert_array_equal(load_photo(jpeg).pixels, np.asarray(image))
        assert image.info["icc_profile"] == srgb_profile()
    png = tmp_path / "a.png"
    png.write_bytes(encode_png(pixels, Credit("Ann")))
    photo = load_photo(png)
    np.testing.assert_array_equal(photo.pixels, pixels)
    assert photo.credit == Credit("Ann")


def test_grey_profile(tmp_path: Path) -> None:
    grey = RGB.convert("L")
    photo = load(tmp_path, grey, profiles.grey_profile(profiles.gamma_curve(1.0)))
    expected = levels(profiles.srgb_encode(np.asarray(grey) / 255))[..., None]
    np.testing.assert_allclose(photo.pixels, np.broadcast_to(expected, (64, 96, 3)), atol=2)


def test_grey_picture_with_an_rgb_profile(tmp_path: Path) -> None:
    grey = RGB.convert("L")
    photo = load(tmp_path, grey, srgb_profile())
    np.testing.assert_array_equal(photo.pixels, np.asarray(grey.convert("RGB")))
    assert photo.notes == ()


def test_cmyk_profile(tmp_path: Path) -> None:
    inks = np.zeros((64, 96, 4), np.uint8)
    inks[:, :, 3] = np.linspace(0, 255, 96)  # black alone
    inks[32:] = (0, 255, 0, 0)  # magenta alone
    photo = load(tmp_path, Image.frombytes("CMYK", RGB.size, inks), profiles.cmyk_profile())
    lightness = 100 - inks[0, :, 3] / 2.55
    linear = np.where(
        lightness > 8, ((lightness + 16) / 116) ** 3, lightness * 27 / 24389
    )  # CIE 1976 L*
    expected = levels(profiles.srgb_encode(linear))
    np.testing.assert_allclose(photo.pixels[0], np.repeat(expected[:, None], 3, 1), atol=2)
    red, green, blue = photo.pixels[40, 40].astype(int)
    assert red > green + 50
    assert red > blue
    assert photo.notes == ()


@pytest.mark.parametrize(
    "profile",
    [b"not a profile", srgb_profile()[:300], profiles.cmyk_profile()],
    ids=["garbage", "cut short", "of another colour space"],
)
def test_profiles_that_cannot_be_used_are_noted(tmp_path: Path, profile: bytes) -> None:
    photo = load(tmp_path, RGB, profile)
    np.testing.assert_array_equal(photo.pixels, picture())
    assert photo.notes == ("the colour profile is damaged or does not fit: taken as sRGB",)


def test_cmyk_with_a_damaged_profile_is_noted(tmp_path: Path) -> None:
    photo = load(tmp_path, RGB.convert("CMYK"), b"not a profile")
    np.testing.assert_array_equal(photo.pixels, picture())
    assert photo.notes == (
        "the colour profile is damaged or does not fit: taken as approximate CMYK",
    )


def test_profile_that_goes_out_does_not_depend_on_the_day() -> None:
    profile = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile())).profile
    assert profile.creation_date is not None
    assert profile.creation_date.isoformat() == "2000-01-01T00:00:00"
    assert profile.xcolor_space == "RGB "
    fresh = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert fresh[:24] + fresh[44:84] + fresh[100:] == (
        srgb_profile()[:24] + srgb_profile()[44:84] + srgb_profile()[100:]
    )
