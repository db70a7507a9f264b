"""Every kind of picture file comes in as the upright 8-bit sRGB picture that it shows."""

from __future__ import annotations

import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFile
from PIL.MpoImagePlugin import MpoImageFile

from blackcamo.errors import MissingExtraError, PhotoError
from blackcamo.images import load_photo
from tests.images.files import encoded, picture, rounded, save, tiff, wide

RGB = Image.fromarray(picture())


def test_kodak_photos_load_as_pillow_decodes_them(kodak: list[Path]) -> None:
    for path in kodak:
        photo = load_photo(path)
        with Image.open(path) as image:
            np.testing.assert_array_equal(photo.pixels, np.asarray(image.convert("RGB")))
        assert photo.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert photo.notes == ()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.png", {}),
        ("a.tiff", {}),
        ("a.tif", {"compression": "tiff_lzw"}),
        ("a.tif", {"compression": "tiff_adobe_deflate"}),
        ("a.webp", {"lossless": True}),
    ],
)
def test_lossless_formats_give_the_very_pixels(
    tmp_path: Path, name: str, options: dict[str, object]
) -> None:
    photo = load_photo(save(tmp_path / name, RGB, **options))
    np.testing.assert_array_equal(photo.pixels, picture())
    assert photo.pixels.dtype == np.uint8
    assert photo.path == tmp_path / name


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.jpg", {"quality": 90}),
        ("a.jpg", {"quality": 90, "progressive": True}),
        ("a.webp", {"quality": 90}),
        ("a.avif", {"quality": 90}),
    ],
)
def test_lossy_formats_load_as_pillow_decodes_them(
    tmp_path: Path, name: str, options: dict[str, object]
) -> None:
    path = save(tmp_path / name, RGB, **options)
    photo = load_photo(path)
    with Image.open(path) as image:
        np.testing.assert_array_equal(photo.pixels, np.asarray(image.convert("RGB")))
    assert np.abs(photo.pixels.astype(int) - picture()).mean() < 3


@pytest.mark.parametrize("mode", ["L", "1", "P"])
@pytest.mark.parametrize("suffix", ["png", "tiff", "gif"])
def test_grey_bilevel_and_palette(tmp_path: Path, mode: str, suffix: str) -> None:
    image = RGB.convert(mode)
    photo = load_photo(save(tmp_path / f"a.{suffix}", image))
    np.testing.assert_array_equal(photo.pixels, np.asarray(image.convert("RGB")))


def test_grey_jpeg(tmp_path: Path) -> None:
    photo = load_photo(save(tmp_path / "a.jpg", RGB.convert("L"), quality=95))
    assert np.ptp(photo.pixels, axis=-1).max() == 0
    np.testing.assert_allclose(photo.pixels[..., 0], np.asarray(RGB.convert("L")), atol=4)


def test_cmyk_jpeg_of_adobe_programs_is_not_inverted(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg", RGB.convert("CMYK"), quality=95, subsampling=0)
    assert b"Adobe" in path.read_bytes()[:200]
    photo = load_photo(path)
    np.testing.assert_allclose(photo.pixels, picture(), atol=12)
    bgr = cv2.imread(str(path))
    assert bgr is not None
    np.testing.assert_allclose(photo.pixels, bgr[..., ::-1], atol=3)
    assert photo.notes == ("CMYK without a colour profile: colours are approximate",)


def test_mpo_gives_its_first_picture(tmp_path: Path) -> None:
    second = Image.new("RGB", RGB.size, "red")
    path = save(tmp_path / "a.mpo", RGB, save_all=True, append_images=[second], quality=95)
    with Image.open(path) as image:
        assert isinstance(image, MpoImageFile)
        assert image.n_frames == 2
    np.testing.assert_allclose(load_photo(path).pixels, picture(), atol=12)


def test_tiff_with_pages_gives_its_first_and_says_so(tmp_path: Path) -> None:
    second = Image.new("RGB", RGB.size, "red")
    photo = load_photo(save(tmp_path / "a.tiff", RGB, save_all=True, append_images=[second]))
    np.testing.assert_array_equal(photo.pixels, picture())
    assert photo.notes == ("only the first of 2 pages was taken",)


def test_heic(tmp_path: Path) -> None:
    heif = pytest.importorskip("pillow_heif")
    path = tmp_path / "a.heic"
    heif.from_pillow(RGB).save(path, quality=95)
    np.testing.assert_allclose(load_photo(path).pixels, picture(), atol=12)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(PhotoError, match=r"a\.heic is damaged or cut short"):
        load_photo(path)


def test_heic_without_its_package_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40))
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(MissingExtraError, match=r"pip install .*\[heic\]'"):
        load_photo(path)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tiff", "avif"])
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int, suffix: str) -> None:
    # Rows and columns of the stored picture as Exif 3.0, 4.6.5.1.6 describes them.
    shown = picture()
    stored = {
        1: shown,
        2: shown[:, ::-1],
        3: shown[::-1, ::-1],
        4: shown[::-1],
        5: shown.transpose(1, 0, 2),
        6: shown.transpose(1, 0, 2)[::-1],
        7: shown.transpose(1, 0, 2)[::-1, ::-1],
        8: shown.transpose(1, 0, 2)[:, ::-1],
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = save(tmp_path / f"a.{suffix}", np.ascontiguousarray(stored), exif=exif, quality=95)
    np.testing.assert_allclose(load_photo(path).pixels, shown, atol=12)


@pytest.mark.parametrize("suffix", ["png", "tiff"])
@pytest.mark.parametrize("channels", [1, 3])
def test_16_bits_are_rounded_as_opencv_wrote_them(
    tmp_path: Path, suffix: str, channels: int
) -> None:
    samples = wide(channels)
    path = tmp_path / f"a.{suffix}"
    assert cv2.imwrite(str(path), samples[..., ::-1])
    expected = np.broadcast_to(rounded(samples), (64, 96, 3))
    np.testing.assert_array_equal(load_photo(path).pixels, expected)
    assert (expected != samples >> 8).any()


@pytest.mark.parametrize("order", ["<", ">"])
def test_16_bit_tiff_in_both_byte_orders(tmp_path: Path, order: str) -> None:
    samples = wide(3)
    path = tmp_path / "a.tiff"
    path.write_bytes(tiff(samples, photometric=2, order=order))
    np.testing.assert_array_equal(load_photo(path).pixels, rounded(samples))


def test_16_bit_grey_tiff_that_counts_from_white(tmp_path: Path) -> None:
    samples = wide(1)
    path = tmp_path / "a.tiff"
    path.write_bytes(tiff(samples, photometric=0))
    expected = np.broadcast_to(rounded(65535 - samples), (64, 96, 3))
    np.testing.assert_array_equal(load_photo(path).pixels, expected)


def test_16_bit_cmyk_tiff(tmp_path: Path) -> None:
    samples = wide(4)
    path = tmp_path / "a.tiff"
    path.write_bytes(tiff(samples, photometric=5))
    eight = Image.frombytes("CMYK", RGB.size, rounded(samples).tobytes())
    np.testing.assert_array_equal(load_photo(path).pixels, np.asarray(eight.convert("RGB")))


def test_12_bit_samples_are_refused(tmp_path: Path) -> None:
    data = bytearray(tiff(wide(1), photometric=1))
    where = data.index(b"\x02\x01\x03\x00\x01\x00\x00\x00\x10\x00")  # tag 258, one short: 16
    data[where + 8] = 12
    (tmp_path / "a.tiff").write_bytes(data)
    with pytest.raises(PhotoError, match=r"samples of kind I;12; save it .* 8 or 16 bits"):
        load_photo(tmp_path / "a.tiff")


def test_floating_point_samples_are_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "a.tiff", RGB.convert("F"))
    with pytest.raises(PhotoError, match=r"samples of kind F.*; save it as RGB"):
        load_photo(path)


def test_damaged_exif_costs_only_the_turn(tmp_path: Path) -> None:
    photo = load_photo(save(tmp_path / "a.png", RGB, exif=b"Exif\0\0 no TIFF header here"))
    np.testing.assert_array_equal(photo.pixels, picture())
    assert photo.notes == ("the EXIF data are damaged: the picture was not turned",)


def test_settings_of_the_process_neither_matter_nor_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    whole = save(tmp_path / "a.jpg", RGB)
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(encoded(RGB, "JPEG")[:-200])

    def outcome(path: Path) -> str:
        try:
            return str(load_photo(path).pixels.shape)
        except PhotoError as error:
            return str(error)

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(outcome, [whole, cut] * 8))
    assert outcomes[::2] == ["(64, 96, 3)"] * 8
    assert all("cut.jpg is damaged or cut short" in text for text in outcomes[1::2])
    assert (ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS) == (True, 100)
