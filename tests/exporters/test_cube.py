"""The .cube export, read back by ffmpeg and by the letter of its specification."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from blackcamo.errors import (
    BlackcamoError,
    OptionError,
    OutputError,
    PresetError,
    UnknownNameError,
)
from blackcamo.exporters import export_preset
from blackcamo.images import load_photo
from blackcamo.looks import read_look
from blackcamo.preset import Preset
from blackcamo.vision.lut import apply_lut, identity_nodes
from tests.exporters import programs
from tests.exporters.looks import FAMILIES, FILM, graded

OTHERS = ("geometry", "optics", "grain", "depth", "weave")
WHOLE = replace(FILM, filters=(*FAMILIES, *OTHERS))


def test_the_file_follows_the_specification(tmp_path: Path) -> None:
    export = export_preset(FILM, format="cube", folder=tmp_path / "new", stem="a film")
    assert export.files == (tmp_path / "new" / "a film.cube",)
    lines = export.files[0].read_text(encoding="ascii").splitlines()
    comments = [line for line in lines if line.startswith("#")]
    assert "# Preset: a strong film look" in comments
    assert "# Left out: nothing" in comments
    keywords = lines[len(comments) : len(comments) + 4]
    assert keywords == [
        'TITLE "a film"',
        "LUT_3D_SIZE 33",
        "DOMAIN_MIN 0 0 0",
        "DOMAIN_MAX 1 1 1",
    ]
    table = lines[len(comments) + 4 :]
    assert len(table) == 33**3
    assert all(re.fullmatch(r"\d\.\d{6} \d\.\d{6} \d\.\d{6}", line) for line in table)
    assert max(len(line) for line in lines) <= 250


def test_red_runs_fastest(tmp_path: Path) -> None:
    neutral = replace(FILM, params={})
    (path,) = export_preset(neutral, format="cube", folder=tmp_path, stem="neutral").files
    table = np.loadtxt(path, skiprows=8)
    nodes = identity_nodes(33).reshape(3, -1).T.numpy()
    assert np.abs(table - nodes).max() <= 5e-7
    assert table[1].tolist() == [0.03125, 0, 0]


@pytest.mark.parametrize(("size", "limit"), [(17, 10), (33, 0.01), (65, 0.1)])
def test_other_sizes_say_what_they_cost(
    size: int, limit: float, tmp_path: Path, kodak: list[Path]
) -> None:
    export = export_preset(FILM, format=f"cube-{size}", folder=tmp_path, stem="film")
    assert export.files == (tmp_path / f"film.{size}.cube",)
    assert export.max_error_levels is not None
    assert export.max_error_levels < limit
    Image.fromarray(load_photo(kodak[0]).pixels).save(tmp_path / "photo.png")
    programs.by_opencolorio(export, tmp_path / "photo.png", tmp_path / "result.png")
    theirs, photo = programs.read(tmp_path / "result.png"), programs.read(tmp_path / "photo.png")
    difference = np.abs(theirs.astype(int) - graded(FILM, photo))
    assert difference.max() <= export.max_error_levels + 1


def test_the_error_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export = export_preset(FILM, format="cube", folder=tmp_path, stem="film")
    assert export.max_error_levels is not None
    assert 0 < export.max_error_levels < 0.01
    assert f"{export.max_error_levels:.2g} of 255 levels" in export.files[0].read_text()

    def wrong_axes(rgb: torch.Tensor, lut: torch.Tensor) -> torch.Tensor:
        return apply_lut(rgb, lut.transpose(2, 4))

    monkeypatch.setattr("blackcamo.exporters.tables.apply_lut", wrong_axes)
    broken = export_preset(FILM, format="cube", folder=tmp_path, stem="broken")
    assert broken.max_error_levels is not None
    assert broken.max_error_levels > 3


def test_what_no_lut_can_carry_is_said(tmp_path: Path) -> None:
    params = {**FILM.params, "vignette_percent": 9.0, "crop_percent": 6.0}
    params |= {"grain_coarseness_percent": 80.0, "rotation_deg": 0.001}
    export = export_preset(replace(WHOLE, params=params), format="cube", folder=tmp_path, stem="x")
    assert export.left_out == ("6 % cropped off", "corners 9 % darker")
    assert f"# Left out: {', '.join(export.left_out)}" in export.files[0].read_text()


def test_depth_weave_and_the_frame_are_said_and_black_and_white_is_carried(tmp_path: Path) -> None:
    params = {"defocus_permille": 8.0, "weave_jnd": 1.5, "weave_cb_01": 0.5, "mono_percent": 100.0}
    whole = replace(WHOLE, filters=(*WHOLE.filters, "mono"), params=params, finish="polaroid")
    export = export_preset(whole, format="cube", folder=tmp_path, stem="x")
    assert export.left_out == (
        "surroundings out of focus",
        "pattern hidden in colour 1.5 JND",
        "frame polaroid",
    )
    table = np.loadtxt(export.files[0], skiprows=8)
    assert np.abs(table - table[:, :1]).max() <= 2e-6


def test_a_title_cannot_break_the_file(tmp_path: Path) -> None:
    (path,) = export_preset(FILM, format="cube", folder=tmp_path, stem='say "é"').files
    assert "TITLE \"say 'é'\"" in path.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("stem", ["\u00c5ngstr\u00f6m", "\u0445\u0430\u0442\u0430", "\u5143\u5149"])
def test_what_is_exported_is_read_again_whatever_its_letters(stem: str, tmp_path: Path) -> None:
    (path,) = export_preset(FILM, format="cube", folder=tmp_path, stem=stem).files
    look = read_look(path)
    nodes = torch.from_numpy(look.nodes / 65535).permute(3, 0, 1, 2)
    assert (nodes - FILM.chain().bake(FILM.params)).abs().max() < 1e-5
    assert (look.name, look.notes) == (stem, ())


@pytest.mark.parametrize("photo", [0, 6, 22])
def test_ffmpeg_gives_the_look(photo: int, tmp_path: Path, kodak: list[Path]) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed: apt-get install ffmpeg")
    export = export_preset(FILM, format="cube", folder=tmp_path, stem="film")
    assert export.max_error_levels is not None
    pixels = load_photo(kodak[photo]).pixels
    height, width = pixels.shape[:2]
    # 16 bits in and out: ffmpeg's lut3d truncates, which at 8 bits darkens by half a level.
    command = [
        *("ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb48le"),
        *("-s", f"{width}x{height}", "-i", "pipe:0"),
        *("-vf", "lut3d=file=film.cube:interp=trilinear", "-pix_fmt", "rgb48le"),
        *("-f", "rawvideo", "pipe:1"),
    ]
    deep = (pixels.astype("<u2") * 257).tobytes()
    answer = subprocess.run(command, input=deep, capture_output=True, check=True, cwd=tmp_path)
    theirs = np.frombuffer(answer.stdout, "<u2").reshape(pixels.shape) / 257
    ours = graded(FILM, pixels)
    assert np.abs(theirs - ours).max() <= export.max_error_levels + 1
    assert np.abs(theirs - ours).mean() <= 0.3
    assert np.abs(pixels - theirs).mean() > 5


def test_bad_presets_and_places_are_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cases: list[tuple[Preset, dict[str, Any], type[BlackcamoError], str]] = [
        (FILM, {"format": "cub"}, UnknownNameError, "did you mean 'cube'"),
        (replace(FILM, filters=("tune",)), {}, UnknownNameError, "did you mean 'tone'"),
        (replace(FILM, lut_size=65), {}, PresetError, "lut_size 65, .* filters 33"),
        (replace(FILM, params={"exposure_ev": 9.0}), {}, OptionError, "must be between .* EV"),
        (FILM, {"stem": "../x"}, OutputError, "a name without folders"),
        (FILM, {"stem": "a\nb"}, OutputError, "a name without folders"),
        (FILM, {"folder": tmp_path / "file"}, OutputError, "cannot write"),
    ]
    for preset, options, error, says in cases:
        with pytest.raises(error, match=says) as caught:
            export_preset(
                preset, **{"format": "cube", "folder": tmp_path, "stem": "film", **options}
            )
        assert "\n" not in str(caught.value)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
