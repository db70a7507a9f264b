"""Encoders write what their own programs write."""

from __future__ import annotations

import base64
import io
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blackcamo.channels import load_step
from blackcamo.channels.canvas import create as canvas
from blackcamo.channels.mozjpeg import create as mozjpeg
from blackcamo.channels.pillow import decoded
from blackcamo.channels.webp import create as webp
from blackcamo.testing import make_photo
from blackcamo.types import Pixels
from blackcamo.vision.arrays import to_pixels
from tests.browser import needs_browser, start_browser


@pytest.fixture
def pixels() -> Pixels:
    return to_pixels(make_photo(96, 128))


def source(pixels: Pixels, folder: Path, suffix: str) -> Path:
    path = folder / f"in{suffix}"
    Image.fromarray(pixels).save(path)
    return path


def said(program: str, *arguments: str) -> str:
    """What a program prints about itself; skips where there is no such program."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_jpeg(pixels: Pixels, tmp_path: Path) -> None:
    if "mozjpeg" in said("cjpeg", "-version"):
        pytest.skip("the cjpeg that is installed is mozjpeg's")
    out = tmp_path / "out.jpg"
    command = ["cjpeg", "-quality", "75", "-sample", "2x2", "-outfile", str(out)]
    subprocess.run([*command, str(source(pixels, tmp_path, ".ppm"))], check=True)
    np.testing.assert_array_equal(decoded(out.read_bytes()), load_step("jpeg:75").send(pixels))


def test_mozjpeg(pixels: Pixels, tmp_path: Path) -> None:
    if "mozjpeg" not in said("cjpeg", "-version"):
        pytest.skip("the cjpeg that is installed is not mozjpeg's")
    pytest.importorskip("pyvips", reason="the extra 'channels' is not installed")
    out = tmp_path / "out.jpg"
    command = ["cjpeg", "-quality", "80", "-outfile", str(out)]
    subprocess.run([*command, str(source(pixels, tmp_path, ".ppm"))], check=True)
    np.testing.assert_array_equal(decoded(out.read_bytes()), mozjpeg("80").send(pixels))


def test_mozjpeg_is_not_libjpeg(pixels: Pixels) -> None:
    pytest.importorskip("pyvips", reason="the extra 'channels' is not installed")
    data = mozjpeg("80").encode(pixels)
    with Image.open(io.BytesIO(data)) as image:
        assert image.info["progressive"]
        assert image.layer[0][1:3] == (2, 2)  # type: ignore[attr-defined]
        luma = list(image.quantization[0])  # type: ignore[attr-defined]
    with Image.open(io.BytesIO(load_step("jpeg:80").encode(pixels))) as image:  # type: ignore[attr-defined]
        assert luma != list(image.quantization[0])  # type: ignore[attr-defined]
    # The table of N. Robidoux that ImageMagick has, which mozjpeg takes by default, at quality 80.
    assert luma[0] == round(16 * 0.4)
    assert not np.array_equal(mozjpeg("80").send(pixels), load_step("jpeg:80").send(pixels))


def test_webp(pixels: Pixels, tmp_path: Path) -> None:
    said("cwebp", "-version")
    out = tmp_path / "out.webp"
    command = ["cwebp", "-quiet", "-q", "80", str(source(pixels, tmp_path, ".png"))]
    subprocess.run([*command, "-o", str(out)], check=True)
    np.testing.assert_array_equal(decoded(out.read_bytes()), webp("80").send(pixels))


def test_avif(pixels: Pixels, tmp_path: Path) -> None:
    version = re.search(r"Version: (\d+)", said("avifenc", "--version"))
    if version is None or int(version[1]) < 1:
        pytest.skip("avifenc before 1.0 has no quality on the scale of today's")
    out = tmp_path / "out.avif"
    command = ["avifenc", "-q", "75", "-s", "6", "-y", "420", "-j", "1"]
    subprocess.run([*command, str(source(pixels, tmp_path, ".png")), str(out)], check=True)
    theirs, ours = decoded(out.read_bytes()), load_step("avif:75").send(pixels)
    # Encoders of other versions decide differently within a block.
    assert np.abs(theirs.astype(int) - ours).mean() < 1.0


CANVAS = """
const [url, quality, done] = arguments;
const image = new Image();
image.onload = () => {
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d").drawImage(image, 0, 0);
  done(canvas.toDataURL("image/jpeg", quality));
};
image.src = url;
"""


@needs_browser
def test_canvas(pixels: Pixels) -> None:
    pytest.importorskip("selenium", reason="selenium is not installed")
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    url = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    driver = start_browser()
    try:
        for percent in (60, 80, 90, 92, 100):
            answer = driver.execute_async_script(CANVAS, url, percent / 100)
            data = base64.b64decode(answer.partition(",")[2])
            np.testing.assert_array_equal(decoded(data), canvas(str(percent)).send(pixels))
    finally:
        driver.quit()
