"""Layers: exact where they are offered, as ImageMagick and Pillow blend them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from blackcamo import plugins
from blackcamo.errors import PresetError
from blackcamo.exporters import export_preset
from blackcamo.exporters.layers import exact_as_layers
from blackcamo.images import load_photo
from blackcamo.preset import Preset
from blackcamo.types import Param, Params, Pixels
from blackcamo.vision.arrays import to_pixels, to_rgb
from tests.exporters import programs
from tests.exporters.looks import vignetted

Blend = Callable[[Path, Path, Path], None]


def finished(preset: Preset, photo: Pixels) -> Pixels:
    """The preset's own rendering, everything included."""
    (rendered,) = preset.chain().render(to_rgb(photo, torch.device("cpu")), [preset.params])
    return to_pixels(rendered.filtered)


def by_imagemagick(photo: Path, layer: Path, result: Path) -> None:
    words: list[str | Path] = [photo, layer, "-composite", "-alpha", "off"]
    words += ["-evaluate", "divide", "257", "-evaluate", "multiply", "257", result]
    programs.run(programs.imagemagick(), *words, folder=photo.parent)


def by_pillow(photo: Path, layer: Path, result: Path) -> None:
    with Image.open(photo) as below, Image.open(layer) as above:
        blended = Image.alpha_composite(below.convert("RGBA"), above.convert("RGBA"))
    blended.convert("RGB").save(result)


def by_ffmpeg(photo: Path, layer: Path, result: Path) -> None:
    graph = "[0]format=gbrp[a];[1]format=gbrap[b];[a][b]overlay=format=gbrp,format=rgb24"
    words: list[str | Path] = ["-v", "error", "-i", photo, "-i", layer, "-filter_complex", graph]
    programs.run(programs.program("ffmpeg", "ffmpeg"), *words, result, folder=photo.parent)


@pytest.mark.parametrize(
    ("blend", "percent", "most", "mean"),
    [
        (by_imagemagick, 24.0, 1, 0.3),
        (by_imagemagick, -8.0, 1, 0.3),
        (by_ffmpeg, -8.0, 2, 0.3),
        # Pillow cuts the layer's 16 bits to 8.
        (by_pillow, -8.0, 2, 0.5),
    ],
)
def test_look_and_layer_are_the_whole_preset(
    blend: Blend, percent: float, most: int, mean: float, tmp_path: Path, kodak: list[Path]
) -> None:
    pixels = load_photo(kodak[3]).pixels
    preset = vignetted(*pixels.shape[:2], vignette_percent=percent)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    look = export_preset(preset, format="pillow", folder=tmp_path, stem="film")
    layers = export_preset(preset, format="layers", folder=tmp_path, stem="film")
    (layer,) = layers.files
    assert layer.name == "film.optics-layer.png"
    assert layers.left_out == ("the look",)
    assert look.left_out == exact_as_layers(preset)
    assert layers.max_error_levels is not None
    assert layers.max_error_levels < 0.02
    programs.by_pillow(look, tmp_path / "photo.png", tmp_path / "graded.png")
    blend(tmp_path / "graded.png", layer, tmp_path / "result.png")
    theirs, ours = programs.read(tmp_path / "result.png").astype(int), finished(preset, pixels)
    assert np.abs(theirs - ours).max() <= most
    assert np.abs(theirs - ours).mean() <= mean
    graded = programs.read(tmp_path / "graded.png")
    assert np.abs(theirs - graded).max() > 15


def test_it_has_the_size_of_the_cropped_picture(tmp_path: Path) -> None:
    preset = vignetted(480, 640, crop_percent=6.0, rotation_deg=1.0)
    export = export_preset(preset, format="layers", folder=tmp_path, stem="film")
    with Image.open(export.files[0]) as layer:
        assert layer.size == (602, 451)
    assert export.left_out == (
        "the look",
        "6 % cropped off",
        "turned 1° counter-clockwise",
    )
    whole = export_preset(
        replace(preset, keep_size=True), format="layers", folder=tmp_path, stem="whole"
    )
    with Image.open(whole.files[0]) as layer:
        assert layer.size == (640, 480)


def test_exiftool_and_imagemagick_read_sixteen_bits_and_alpha(tmp_path: Path) -> None:
    (layer,) = export_preset(vignetted(48, 64), format="layers", folder=tmp_path, stem="film").files
    exiftool = programs.program("exiftool", "libimage-exiftool-perl")
    (about,) = json.loads(subprocess.check_output([exiftool, "-j", layer]))
    assert (about["ImageSize"], about["BitDepth"]) == ("64x48", 16)
    assert about["ColorType"] == "RGB with Alpha"


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"glow_percent": 15.0}, "soft glow 15 %"),
        ({"grain_percent": 2.0}, "film grain 2 %"),
        ({"sharpness_percent": 40.0}, "fine detail 40 % sharper"),
        ({"sharpness_percent": -40.0}, "fine detail 40 % softer"),
        ({"defocus_permille": 8.0}, "surroundings out of focus"),
        (
            {"weave_jnd": 1.5, "weave_cr_11": 1.0},
            "pattern hidden in colour 1.5 JND",
        ),
    ],
)
def test_what_no_layer_does_exactly_is_not_offered(
    params: dict[str, float], says: str, tmp_path: Path
) -> None:
    preset = vignetted(96, 128, **params)
    assert exact_as_layers(preset) == ("corners 24 % darker",)
    export = export_preset(preset, format="layers", folder=tmp_path, stem="film")
    assert export.left_out == ("the look", says)
    without = vignetted(96, 128, vignette_percent=0.0, **params)
    export = export_preset(without, format="layers", folder=tmp_path, stem="none")
    assert (export.files, export.max_error_levels) == ((), None)
    assert export.left_out == ("the look", says)


class Leak:
    """Light of two colours from the left: of one opacity each, but of none together."""

    name = "leak"
    params = (
        Param("leak_percent", 0, 50, 0, "%", "red light from the left"),
        Param("leak_width_percent", 10, 90, 50, "%", "width of it", modifier=True),
        Param("haze_percent", 0, 50, 0, "%", "red haze"),
        Param("lift_percent", 0, 90, 0, "%", "everything lighter, and clipped"),
    )

    def render(self, rgb: Tensor, params: Params, seed: int) -> Tensor:
        percent = {name: value[:, None, None, None] / 100 for name, value in params.items()}
        x = torch.linspace(0, 1, rgb.shape[-1])
        light = percent["leak_percent"] * (1 - x / percent["leak_width_percent"]).clamp(min=0)
        rgb = torch.lerp(rgb, torch.tensor([1.0, 0.2, 0.1])[:, None, None], light)
        clear = torch.ones_like(percent["haze_percent"])
        rgb = 1 - (1 - rgb) * torch.cat((1 - percent["haze_percent"], clear, clear), dim=1)
        return (rgb * (1 + percent["lift_percent"])).clamp(0, 1)


@pytest.fixture
def leak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    info = tmp_path / "plugin" / "blackcamo_leak-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: blackcamo-leak\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[blackcamo.filters]\nleak = {__name__}:Leak\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "plugin"), *sys.path])
    plugins._registered.cache_clear()
    yield
    plugins._registered.cache_clear()


@pytest.mark.usefixtures("leak")
def test_any_familys_effects_are_tried_and_not_looked_up_by_name(tmp_path: Path) -> None:
    def leaking(**params: float) -> Preset:
        size = {"height_px": 60, "width_px": 80}
        return Preset(
            filters=("leak",), lut_size=33, params=params, provenance={"photo_size": size}
        )

    preset = leaking(leak_percent=40.0, leak_width_percent=80.0)
    assert exact_as_layers(preset) == ("red light from the left 40 %",)
    (layer,) = export_preset(preset, format="layers", folder=tmp_path, stem="x").files
    with Image.open(layer) as image:
        assert image.getpixel((0, 30)) == pytest.approx((255, 51, 25, 102), abs=1)
    assert exact_as_layers(leaking(haze_percent=30.0)) == ()
    assert exact_as_layers(leaking(lift_percent=30.0)) == ()
    assert exact_as_layers(leaking(leak_percent=20.0, lift_percent=30.0)) == (
        "red light from the left 20 %",
    )


@pytest.mark.parametrize(
    "size", [{}, {"width_px": 10**9, "height_px": 10**9}, {"width_px": 0, "height_px": 9}, "x"]
)
def test_a_preset_without_a_size_is_refused(size: object, tmp_path: Path) -> None:
    preset = replace(vignetted(9, 9), provenance={"photo_size": size})
    with pytest.raises(PresetError, match=r"preset records (the |no )?photo_size"):
        export_preset(preset, format="layers", folder=tmp_path, stem="film")
    assert not any(tmp_path.iterdir())
