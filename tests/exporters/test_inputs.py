"""The presets that open photos themselves: of every kind as blackcamo does, under any name."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from blackcamo.exporters import export_preset
from blackcamo.images import load_photo
from blackcamo.testing import make_photo
from blackcamo.types import Pixels
from blackcamo.vision.arrays import to_pixels
from tests.exporters import programs
from tests.exporters.looks import FILM, graded
from tests.images import profiles

PROGRAMS = {"imagemagick": programs.by_imagemagick, "pillow": programs.by_pillow}
P3 = profiles.matrix_profile(profiles.DISPLAY_P3, profiles.srgb_curve())
ADOBE = profiles.matrix_profile(profiles.ADOBE_RGB, profiles.gamma_curve(2.2))
GREY = profiles.grey_profile(profiles.gamma_curve(1.8))


def scene() -> Pixels:
    return np.asarray(to_pixels(make_photo(96, 128)))


def photo(mode: str = "RGB") -> Image.Image:
    """A photo of that mode; with alpha, it fades in from the left over colours that are hidden."""
    image = Image.fromarray(scene())
    if not mode.endswith("A"):
        return image.convert(mode)
    image = image.convert(mode.removesuffix("A"))
    image.putalpha(Image.fromarray(opacity()))
    return image


def opacity() -> Pixels:
    return np.tile(np.linspace(-40, 300, 128).clip(0, 255).astype(np.uint8), (96, 1))


def rotated() -> Image.Exif:
    exif = Image.Exif()
    exif[0x112] = 6
    return exif


def deep(path: Path, *, grey: bool = False) -> None:
    """16 bits: grey, or colour with alpha."""
    pixels = np.asarray(photo("L")) if grey else np.dstack([scene()[..., ::-1], opacity()])
    cv2.imwrite(str(path), pixels.astype(np.uint16) * 257)


KINDS: dict[str, Callable[[Path], None]] = {
    "rgba.png": lambda p: photo("RGBA").save(p),
    "rgba.webp": lambda p: photo("RGBA").save(p, lossless=True, exact=True),
    "rgba.tif": lambda p: photo("RGBA").save(p),
    "grey-alpha.png": lambda p: photo("LA").save(p),
    "palette.png": lambda p: photo().quantize(64).save(p, transparency=bytes(range(0, 256, 4))),
    "palette.gif": lambda p: photo().quantize(64).save(p, transparency=5),
    "key.png": lambda p: photo().save(p, transparency=tuple(map(int, scene()[5, 5]))),
    "grey-key.png": lambda p: photo("L").save(p, transparency=120),
    "deep-grey.png": lambda p: deep(p, grey=True),
    "deep-rgba.png": deep,
    "bits.png": lambda p: photo("1").save(p),
    "cmyk.jpg": lambda p: photo("CMYK").save(p, quality=95),
    "cmyk.tif": lambda p: photo("CMYK").save(p),
    "press.jpg": lambda p: photo("CMYK").save(p, icc_profile=profiles.cmyk_profile()),
    "p3.jpg": lambda p: photo().save(p, quality=95, icc_profile=P3),
    "adobe-alpha.png": lambda p: photo("RGBA").save(p, icc_profile=ADOBE),
    "grey-profile.jpg": lambda p: photo("L").save(p, icc_profile=GREY),
    "grey-adobe.jpg": lambda p: photo("L").save(p, icc_profile=ADOBE),
    "rotated.jpg": lambda p: photo().save(p, quality=95, exif=rotated()),
    "pages.tif": lambda p: photo().save(p, save_all=True, append_images=[photo("L")]),
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_every_kind_of_photo_comes_out_as_blackcamo_has_it(
    program: str, name: str, tmp_path: Path
) -> None:
    KINDS[name](tmp_path / name)
    export = export_preset(FILM, format=program, folder=tmp_path / "presets", stem="film")
    PROGRAMS[program](export, tmp_path / name, tmp_path / "result.png")
    theirs = programs.read(tmp_path / "result.png").astype(int)
    difference = np.abs(theirs - graded(FILM, load_photo(tmp_path / name).pixels))
    assert difference.max() <= 2
    assert difference.mean() <= 0.5


NAMES = (
    "%d", "[1]", "-a", "@a", "png:a", "fd:3", "*", "?", "~a", "a b", "%[x]", "a'b\"", "{a}", "$(x)",
    "a.b", "é",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_mean_nothing_else_to_imagemagick(name: str, tmp_path: Path) -> None:
    folder = tmp_path / f"-{name}"
    (script, _) = export_preset(FILM, format="imagemagick", folder=folder, stem=name).files
    photo().save(folder / f"{name}.png")
    magick = programs.imagemagick()
    for result in (f"{name}.jpg", f"{name}.PNG", f"{name}.png"):  # the last replaces the photo
        words = ("sh", "--", script.name, f"{name}.png", result)
        programs.run(*words, folder=folder, MAGICK=magick)
        difference = np.abs(programs.read(folder / result).astype(int) - graded(FILM, scene()))
        assert difference.mean() < (4 if result.endswith(".jpg") else 0.5)
    programs.run("sh", script, folder / f"{name}.jpg", tmp_path / "r.webp", folder=tmp_path)
    assert len(list(folder.iterdir())) == 5, "photo, results, script and table, and nothing else"


def test_a_photo_that_cannot_be_read_costs_no_result(tmp_path: Path) -> None:
    (script, _) = export_preset(FILM, format="imagemagick", folder=tmp_path, stem="film").files
    (tmp_path / "result.png").write_bytes(b"mine")
    (tmp_path / "bad.png").write_bytes(b"no picture")
    before = sorted(tmp_path.iterdir())
    environment = {**os.environ, "MAGICK": programs.imagemagick()}
    for words in (("bad.png", "result.png"), ("none.png", "result.png"), ("bad.png",)):
        done = subprocess.run(
            ["sh", script, *words],
            cwd=tmp_path, env=environment, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode != 0
        assert done.stderr
    assert (tmp_path / "result.png").read_bytes() == b"mine"
    assert sorted(tmp_path.iterdir()) == before
