"""Presets become a run: lossless, named and packed as the task wants it, and evaluated so."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blackcamo.cli import main
from blackcamo.images import load_photo
from blackcamo.mediaeval.images import load_sized
from blackcamo.mediaeval.protocol import evaluate
from blackcamo.mediaeval.submission import submit
from blackcamo.preset import Preset
from blackcamo.rendering import render
from blackcamo.testing import make_photo
from blackcamo.vision.arrays import to_pixels
from tests.mediaeval.pictures import fake_scorer

DARKER = Preset(filters=("geometry", "tone"), lut_size=33, params={"exposure_ev": -0.35})
CROPPED = Preset(filters=("geometry", "tone"), lut_size=33, params={"crop_percent": 5})


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Three originals; two have presets, in folders of their own as a search leaves them."""
    originals, presets = tmp_path / "originals", tmp_path / "camouflage"
    originals.mkdir()
    for stem in ("Places365_val_1", "Places365_val_2", "left_out"):
        Image.fromarray(to_pixels(make_photo(48, 64))).save(originals / f"{stem}.png")
    for stem, preset in {"Places365_val_1": DARKER, "Places365_val_2": CROPPED}.items():
        (presets / stem).mkdir(parents=True)
        (presets / stem / f"{stem}.preset.json").write_text(preset.to_json())
    return originals, presets


def test_pictures_are_what_the_channel_would_be_given(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    originals, presets = folders
    result = submit(originals, presets, run="BC_1", out=tmp_path / "runs", size_px=None)
    first, second = result.files
    assert [path.name for path in result.files] == [
        "BC_1_Places365_val_1.png",
        "BC_1_Places365_val_2.png",
    ]
    assert result.failed == {"left_out": "left_out has 0 presets; it needs one"}
    photo = load_photo(originals / "Places365_val_1.png").pixels
    expected = render(DARKER.chain(), photo, DARKER.params)
    np.testing.assert_array_equal(np.asarray(Image.open(first).convert("RGB")), expected)
    assert expected.mean() < photo.mean() - 4
    # What a preset cuts away does not change the size.
    cropped = load_sized(second, (64, 48))
    assert np.abs(cropped.astype(int) - photo).max() > 0


def test_the_archive_is_read_by_another_program(folders: tuple[Path, Path], tmp_path: Path) -> None:
    if (unzip := shutil.which("unzip")) is None:
        pytest.skip("unzip is not installed")
    result = submit(*folders, run="BC", out=tmp_path / "runs", size_px=None)
    subprocess.run([unzip, "-q", result.archive, "-d", tmp_path / "read"], check=True)
    read = sorted((tmp_path / "read").iterdir())
    assert [path.name for path in read] == [path.name for path in result.files]
    assert [p.read_bytes() for p in read] == [p.read_bytes() for p in result.files]
    assert sorted(p.name for p in (tmp_path / "runs").iterdir()) == ["BC", "BC.zip"]


def test_a_submission_is_evaluated_under_its_code(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    originals, presets = folders
    result = submit(originals, presets, run="BC", out=tmp_path / "runs", size_px=None)
    scorer = fake_scorer(threshold=1)
    (run,) = evaluate(originals, {"BC": result.folder}, scorer, size_px=(64, 48)).runs
    assert run.unprotected == ("left_out",)
    assert run.extra == ()


def test_the_command_says_what_is_missing(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    originals, presets = folders
    words = ["submit", "--originals", str(originals), "--presets", str(presets), "--run", "BC"]
    words += ["--out", str(tmp_path / "runs"), "--size", "original"]
    assert main([*words, "--json"]) == 2
    told = capsys.readouterr()
    assert told.err == "blackcamo: left_out has 0 presets; it needs one\n"
    assert json.loads(told.out)["archive"] == str(tmp_path / "runs" / "BC.zip")
    assert main(words) == 2
    assert "run 'BC' is there already" in capsys.readouterr().err
    (originals / "left_out.png").unlink()
    assert main([*words, "--run", "BC-2"]) == 0
    assert capsys.readouterr().out.startswith("2 images in ")


def test_sizes_are_those_of_the_task(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    originals, presets = folders
    words = ["submit", "--originals", str(originals), "--presets", str(presets), "--run", "BC"]
    assert main([*words, "--out", str(tmp_path / "runs")]) == 2
    assert "is 64x48 px; it must be 512x384" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("run", "presets", "says"),
    [
        ("B/C", "camouflage", "its code must be of letters"),
        ("BC", "originals", "has no preset of any original"),
        ("BC", "nowhere", "has no preset of any original"),
    ],
)
def test_wrong_use_is_one_line(
    folders: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    run: str,
    presets: str,
    says: str,
) -> None:
    words = ["submit", "--originals", str(folders[0]), "--presets", str(tmp_path / presets)]
    assert main([*words, "--run", run, "--out", str(tmp_path / "runs")]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()
