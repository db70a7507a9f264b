"""Transparent pixels are flattened onto white or refused; an opaque alpha channel is nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blackcamo.errors import OptionError, PhotoError
from blackcamo.images import load_photo
from tests.images.files import chunk, picture, png, png_rows, rounded, save, tiff, wide

RGB = Image.fromarray(picture())


def transparent() -> Image.Image:
    """Left half opaque, right half clear, one column between them half clear."""
    alpha = np.zeros((64, 96), np.uint8)
    alpha[:, :48], alpha[:, 48] = 255, 128
    image = RGB.copy()
    image.putalpha(Image.fromarray(alpha))
    return image


@pytest.mark.parametrize("name", ["a.png", "a.tiff", "a.webp"])
def test_transparency_is_flattened_onto_white(tmp_path: Path, name: str) -> None:
    photo = load_photo(save(tmp_path / name, transparent(), lossless=True))
    np.testing.assert_array_equal(photo.pixels[:, :48], picture()[:, :48])
    assert (photo.pixels[:, 49:] == 255).all()
    between = (picture()[:, 48] * 128.0 + 255 * 127.0) / 255
    np.testing.assert_allclose(photo.pixels[:, 48], between, atol=1)
    assert photo.notes == ("transparency was flattened onto white",)


def test_transparency_is_refused_on_request(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", transparent())
    with pytest.raises(PhotoError, match=r"a\.png has transparent pixels; flatten it"):
        load_photo(path, alpha="refuse")
    with pytest.raises(OptionError, match="'drop'; it must be 'flatten' or 'refuse'"):
        load_photo(path, alpha="drop")  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_opaque_alpha_is_dropped_silently(tmp_path: Path, mode: str) -> None:
    photo = load_photo(save(tmp_path / "a.png", RGB.convert(mode)), alpha="refuse")
    np.testing.assert_array_equal(
        photo.pixels, np.asarray(RGB.convert(mode.removesuffix("A")).convert("RGB"))
    )
    assert photo.notes == ()


def test_transparent_palette_entry(tmp_path: Path) -> None:
    image = RGB.quantize(16)
    clear = np.asarray(image) == 3
    photo = load_photo(save(tmp_path / "a.png", image, transparency=3))
    assert 0 < clear.sum() < clear.size
    assert (photo.pixels[clear] == 255).all()
    np.testing.assert_array_equal(photo.pixels[~clear], np.asarray(image.convert("RGB"))[~clear])


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_transparent_colour_of_a_png(tmp_path: Path, mode: str) -> None:
    image = RGB.convert(mode)
    key = image.getpixel((5, 5))
    photo = load_photo(save(tmp_path / "a.png", image, transparency=key))
    assert (photo.pixels[5, 5] == 255).all()
    assert photo.notes == ("transparency was flattened onto white",)


@pytest.mark.parametrize(("colour_type", "channels"), [(4, 2), (6, 4)])
def test_16_bit_png_with_alpha(tmp_path: Path, colour_type: int, channels: int) -> None:
    samples = wide(channels)
    samples[..., -1] = 65535
    path = tmp_path / "a.png"
    path.write_bytes(png(RGB.size, bits=16, colour_type=colour_type, rows=png_rows(samples)))
    expected = np.broadcast_to(rounded(samples[..., :-1]), (64, 96, 3))
    np.testing.assert_array_equal(load_photo(path, alpha="refuse").pixels, expected)
    samples[3, 4, -1] = 0
    path.write_bytes(png(RGB.size, bits=16, colour_type=colour_type, rows=png_rows(samples)))
    photo = load_photo(path)
    assert (photo.pixels[3, 4] == 255).all()
    np.testing.assert_array_equal(photo.pixels[4:], expected[4:])


def test_16_bit_tiff_with_alpha(tmp_path: Path) -> None:
    samples = wide(4)
    samples[..., 3] = 65535
    path = tmp_path / "a.tiff"
    path.write_bytes(tiff(samples, photometric=2, alpha=True))
    np.testing.assert_array_equal(load_photo(path).pixels, rounded(samples[..., :3]))


@pytest.mark.parametrize(("colour_type", "channels"), [(0, 1), (2, 3)])
def test_transparent_colour_of_a_16_bit_png(
    tmp_path: Path, colour_type: int, channels: int
) -> None:
    samples = wide(channels)
    samples[0, 1] = samples[0, 0] ^ 1  # the same in the high byte: not transparent
    key = chunk(b"tRNS", samples[0, 0].astype(">u2").tobytes())
    path = tmp_path / "a.png"
    path.write_bytes(
        png(RGB.size, bits=16, colour_type=colour_type, rows=png_rows(samples), extra=key)
    )
    photo = load_photo(path)
    assert (photo.pixels[0, 0] == 255).all()
    np.testing.assert_array_equal(photo.pixels[0, 1], np.broadcast_to(rounded(samples[0, 1]), 3))
