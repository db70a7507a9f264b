"""Pictures are turned, converted and put onto white strip by strip, and what that takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageOps

from blackcamo.images import load_photo, turning
from tests.images import scenes
from tests.images.files import picture, save

ALPHA = picture()[..., 1]


def orientated(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = value
    return exif


@pytest.mark.parametrize("lying", range(10))
@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_strips_join_to_what_pillow_turns_in_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lying: int, rows: int
) -> None:
    monkeypatch.setattr(turning, "_STRIP_PX", rows * picture().shape[1])
    photo = load_photo(save(tmp_path / "a.png", picture(), exif=orientated(lying)))
    with Image.open(tmp_path / "a.png") as image:
        expected = np.asarray(ImageOps.exif_transpose(image))
    np.testing.assert_array_equal(photo.pixels, expected)
    assert photo.pixels.flags.c_contiguous
    assert photo.pixels.flags.writeable


@pytest.mark.parametrize("lying", [1, 6])
def test_alpha_is_turned_with_its_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lying: int
) -> None:
    monkeypatch.setattr(turning, "_STRIP_PX", 7 * picture().shape[1])
    image = Image.fromarray(picture())
    image.putalpha(Image.fromarray(ALPHA))
    photo = load_photo(save(tmp_path / "a.png", image, exif=orientated(lying)))
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image)
    expected = np.asarray(white.convert("RGB"))
    expected = np.rot90(expected, -1) if lying == 6 else expected
    assert np.abs(photo.pixels.astype(int) - expected).max() <= 1


def test_colours_are_converted_as_in_one_strip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(scenes.jpeg(picture() / 255, exif=scenes.exif(2)))
    whole = load_photo(path).pixels
    monkeypatch.setattr(turning, "_STRIP_PX", 7 * whole.shape[1])
    np.testing.assert_array_equal(load_photo(path).pixels, whole)


LOAD = """
import re, sys
from pathlib import Path
from blackcamo.images import load_photo

def peak_kib():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

before = peak_kib()
load_photo(sys.argv[1])
print(peak_kib() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured in KiB there")
@pytest.mark.parametrize("alpha", [False, True])
def test_loading_takes_at_most_nine_bytes_a_pixel(tmp_path: Path, alpha: bool) -> None:
    large = np.tile(picture(1000, 1000), (5, 8, 1))
    image = Image.fromarray(large)
    if alpha:
        image.putalpha(100)
    path = save(tmp_path / "large.png", image, exif=orientated(6), compress_level=1)
    measured = subprocess.run(
        [sys.executable, "-c", LOAD, str(path)], capture_output=True, text=True, check=True
    )
    taken = int(measured.stdout) * 1024 - path.stat().st_size
    # 4 of Pillow's and 3 of the result; 60 MB for a strip and what a first photo has loaded.
    assert taken < 40e6 * 7.5 + 60e6
