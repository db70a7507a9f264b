"""Every export gives blackcamo's own picture in the program that it is for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blackcamo import plugins
from blackcamo.exporters import export_preset
from blackcamo.testing import make_photo
from blackcamo.types import Export, Pixels
from blackcamo.vision.arrays import to_pixels
from tests.exporters import programs
from tests.exporters.looks import LOOKS, graded, install_twist, sheet

Program = Callable[[Export, Path, Path], None]

PROGRAMS: dict[str, tuple[str, Program]] = {
    "rawtherapee": ("pp3", programs.by_rawtherapee),
    "darktable": ("darktable", programs.by_darktable),
    "darktable style": ("dtstyle", programs.by_dtstyle),
    "ffmpeg": ("ffmpeg", programs.by_ffmpeg),
    "imagemagick": ("imagemagick", programs.by_imagemagick),
    "pillow": ("pillow", programs.by_pillow),
    "opencolorio": ("cube", programs.by_opencolorio),
}
# Needs every kind of quoting.
STEM = "film, no. 2; it's [déjà] 50% 'vu' & more"


# As long as search and export make them: 191 bytes.
LONGEST = "\u0436" * 95 + "x"


@pytest.fixture(scope="module", autouse=True)
def twist(tmp_path_factory: pytest.TempPathFactory) -> object:
    with pytest.MonkeyPatch.context() as patch:
        install_twist(tmp_path_factory.mktemp("twist"), patch)
        yield
    plugins._registered.cache_clear()


@pytest.fixture(scope="module")
def photos(data_dir: Path) -> Pixels:
    return sheet(data_dir / "photos")


@pytest.mark.parametrize(
    "look",
    ["film", *(pytest.param(name, marks=pytest.mark.slow) for name in ("gentle", "twisted"))],
)
@pytest.mark.parametrize("program", PROGRAMS)
def test_the_program_gives_the_look(
    program: str, look: str, photos: Pixels, tmp_path: Path
) -> None:
    name, apply = PROGRAMS[program]
    preset = LOOKS[look]
    export = export_preset(preset, format=name, folder=tmp_path / "presets", stem=STEM)
    assert export.max_error_levels is not None
    Image.fromarray(photos).save(tmp_path / "photos.png")
    apply(export, tmp_path / "photos.png", tmp_path / "result.png")
    theirs, ours = programs.read(tmp_path / "result.png").astype(int), graded(preset, photos)
    difference = np.abs(theirs - ours)
    # A program may round otherwise than blackcamo, and no more.
    assert export.max_error_levels <= 2.5
    assert difference.max() <= max(2, export.max_error_levels + 1)
    assert difference.mean() <= 0.3
    assert np.abs(photos.astype(int) - theirs).mean() > 2


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_longest_name_is_a_name(program: str, tmp_path: Path) -> None:
    name, apply = PROGRAMS[program]
    export = export_preset(LOOKS["film"], format=name, folder=tmp_path / "presets", stem=LONGEST)
    pixels = to_pixels(make_photo(64, 96))
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    apply(export, tmp_path / "photo.png", tmp_path / "result.png")
    theirs = programs.read(tmp_path / "result.png").astype(int)
    assert np.abs(theirs - graded(LOOKS["film"], pixels)).max() <= 3
