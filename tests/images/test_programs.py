"""Browsers and raw developers show the same colours as are loaded."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blackcamo.images import load_photo
from blackcamo.types import Pixels
from tests.browser import needs_browser, start_browser
from tests.exporters.programs import program, run
from tests.images import profiles, scenes
from tests.images.files import encoded
from tests.images.scenes import BT2020, P3, chrm, cicp, clli, deep_png, gama, in_primaries, light

SCENE = scenes.scene()
LIGHT = light(SCENE)
BRIGHT = in_primaries(LIGHT * 3, BT2020)
P3_CODES = scenes.srgb_curve(in_primaries(LIGHT, P3))
MOST_LEVELS = 3
"""Mean difference. It is 0.2 to 1: browsers take the curve of sRGB for a power of 2.2 at times."""

IN_PNG = {
    "cICP P3": deep_png(P3_CODES, cicp(12, 13, 0, 1)),
    "cICP of video": deep_png(LIGHT ** (1 / 2.4), cicp(1, 1, 0, 1)),
    "cICP before gAMA": deep_png(P3_CODES, cicp(12, 13, 0, 1), gama(1)),
    "cICP not supported": deep_png(SCENE / 255, cicp(2, 2, 0, 1)),
    "gAMA": deep_png(LIGHT, gama(1)),
    "gAMA of greys": deep_png(LIGHT[..., 1], gama(1)),
    "gAMA and cHRM": deep_png(scenes.adobe(LIGHT), gama(563 / 256), chrm(scenes.ADOBE)),
    "cHRM alone": deep_png(SCENE / 255, chrm(P3)),
    "sRGB before gAMA": deep_png(SCENE / 255, (b"sRGB", b"\0"), gama(1)),
    "PQ": deep_png(scenes.pq(in_primaries(LIGHT, BT2020)), cicp(9, 16, 0, 1), clli(203)),
    "HLG": deep_png(scenes.hlg(in_primaries(LIGHT, BT2020)), cicp(9, 18, 0, 1), clli(203)),
    "PQ, highlights": deep_png(scenes.pq(BRIGHT), cicp(9, 16, 0, 1), clli(609)),
    "PQ, more of them": deep_png(scenes.pq(BRIGHT * 2), cicp(9, 16, 0, 1), clli(1218)),
    "HLG, highlights": deep_png(scenes.hlg(BRIGHT), cicp(9, 18, 0, 1), clli(609)),
    "a profile": encoded(
        Image.fromarray(scenes.eight(P3_CODES)),
        "PNG",
        icc_profile=profiles.matrix_profile(profiles.DISPLAY_P3, profiles.srgb_curve()),
    ),
}
# What it shows of EXIF is nothing: cameras set to Adobe RGB are darktable's.
IN_AVIF: dict[str, Callable[[Path], bytes]] = {
    "P3": lambda folder: scenes.avif(P3_CODES, 12, 13, 6, folder=folder),
    "P3, curve unspecified": lambda folder: scenes.avif(P3_CODES, 12, 2, 6, folder=folder),
    "video": lambda folder: scenes.avif(SCENE / 255, 1, 1, 1, folder=folder),
    "BT.601": lambda folder: scenes.avif(SCENE / 255, 6, 6, 6, folder=folder),
    "linear": lambda folder: scenes.avif(LIGHT, 1, 8, 6, folder=folder),
    "gamma 2.2": lambda folder: scenes.avif(LIGHT ** (1 / 2.2), 1, 4, 6, folder=folder),
}  # fmt: skip

_DRAW = """
const [source, done] = arguments;
const picture = new Image();
picture.onload = () => {
  const canvas = document.createElement('canvas');
  canvas.width = picture.naturalWidth;
  canvas.height = picture.naturalHeight;
  canvas.getContext('2d', {colorSpace: 'srgb'}).drawImage(picture, 0, 0);
  done(canvas.toDataURL('image/png'));
};
picture.onerror = () => done('');
picture.src = source;
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    driver = start_browser("force-color-profile=srgb")
    driver.get("about:blank")
    driver.set_script_timeout(60)
    yield driver
    driver.quit()


def shown(browser: Any, data: bytes, kind: str) -> Pixels:
    """What a browser draws on a screen of sRGB."""
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    drawn = browser.execute_async_script(_DRAW, source)
    assert drawn, "the browser cannot decode it"
    with Image.open(io.BytesIO(base64.b64decode(drawn.split(",")[1]))) as image:
        return np.asarray(image.convert("RGB"))


def off(one: Pixels, other: Pixels) -> float:
    return float(np.abs(one.astype(int) - other).mean())


@needs_browser
@pytest.mark.parametrize("told", IN_PNG)
def test_chromium_shows_the_same_png(browser: Any, tmp_path: Path, told: str) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(IN_PNG[told])
    assert off(load_photo(path).pixels, shown(browser, IN_PNG[told], "png")) <= MOST_LEVELS


@needs_browser
@pytest.mark.parametrize("told", IN_AVIF)
def test_chromium_shows_the_same_avif(browser: Any, tmp_path: Path, told: str) -> None:
    path = tmp_path / "a.avif"
    path.write_bytes(data := IN_AVIF[told](tmp_path))
    assert off(load_photo(path).pixels, shown(browser, data, "avif")) <= MOST_LEVELS


def by_darktable(path: Path) -> Pixels:
    result = path.with_name("by-darktable.png")
    core: list[str | Path] = ["--library", ":memory:", "--configdir", path.parent / "config"]
    core += ["--cachedir", path.parent / "cache", "--disable-opencl"]
    cli = program("darktable-cli", "darktable")
    run(cli, path, result, "--core", *core, folder=path.parent)
    with Image.open(result) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("said", [(0xFFFF, "R03"), (2, None), (0xFFFF, "R98"), (1, None)])
def test_darktable_develops_the_same_jpeg(tmp_path: Path, said: tuple[int, str | None]) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(scenes.jpeg(scenes.adobe(LIGHT), exif=scenes.exif(*said)))
    assert off(load_photo(path).pixels, by_darktable(path)) <= MOST_LEVELS


def test_darktable_develops_the_same_heic(tmp_path: Path) -> None:
    pytest.importorskip("pillow_heif")
    path = tmp_path / "a.heic"
    path.write_bytes(scenes.heic(in_primaries(LIGHT, BT2020), 9, 8, 9, deep=True))
    assert off(load_photo(path).pixels, by_darktable(path)) <= MOST_LEVELS
