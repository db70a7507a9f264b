"""check-channels and countermeasures, as a user runs them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blackcamo.channels import channels
from blackcamo.cli import main
from blackcamo.preset import read_preset
from blackcamo.testing import make_photo
from blackcamo.types import Pixels
from blackcamo.vision.arrays import to_pixels

WIDTH = ("--scorer", "python:tests.cli.test_channels:width", "--threshold", "50")


def width(images: Sequence[Pixels]) -> list[float]:
    """High for wide pictures."""
    return [image.shape[1] / 2 for image in images]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.camo.jpg"
    Image.fromarray(to_pixels(make_photo(64, 96))).save(path)
    return path


def test_scores_after_channels_are_those_of_what_arrives(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = "jpeg:80,resize:50%,resize:150%+crop:4"
    assert main(["check-channels", str(photo), *WIDTH, "--channels", wanted, "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert result["score"] == 48
    assert result["scores"] == {"jpeg:80": 48, "resize:50%": 24, "resize:150%+crop:4": 70}
    assert result["recovered"] == {"jpeg:80": 0, "resize:50%": -24, "resize:150%+crop:4": 22}
    assert list(result["high_quality"].values()) == [False, False, True]
    assert result["worst"] == 70
    assert result["mean"] == pytest.approx(142 / 3)
    assert result["queries"] == 4
    assert result["score_before"] is None


def test_where_low_is_good_the_worst_is_the_lowest(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["check-channels", str(photo), *WIDTH, "--channels", "resize:50%,resize:150%"]
    assert main([*command, "--lower-is-better", "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert result["worst"] == 24
    assert result["recovered"] == {"resize:50%": 24, "resize:150%": -24}
    assert result["high_quality"] == {"resize:50%": True, "resize:150%": False}


def test_a_table_is_told_and_what_fails_is_said(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(photo), str(photo.with_name("none.jpg"))]
    assert main(["check-channels", *files, *WIDTH, "--channels", "jpeg:80,resize:150%"]) == 2
    told = capsys.readouterr()
    assert "jpeg:80" in told.out
    assert "low after 1 of 2" in told.out
    assert "none.jpg" in told.err
    assert main(["check-channels", str(photo), *WIDTH, "--channels", "jpg:80"]) == 2
    assert "did you mean 'jpeg'" in capsys.readouterr().err


def test_a_sheet_shows_the_same_place_at_full_size_after_each_channel(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "sheets"
    command = ["check-channels", str(photo), *WIDTH, "--channels", "flip,resize:50%", "--out"]
    assert main([*command, str(out), "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["results"]
    path = out / "photo.camo.channels.png"
    assert result["sheet"] == str(path)
    sheet = np.asarray(Image.open(path))
    with Image.open(photo) as opened:
        pixels = np.asarray(opened)
    # Pixel by pixel, in the middle of cells 373 pixels wide and 264 high that are 20 apart.
    for cell, (name, shown) in enumerate({"as it is": pixels, "flip": pixels[:, ::-1]}.items()):
        top, left = 24 + (264 - 64) // 2, 24 + cell * 393 + (373 - 96) // 2
        assert (sheet[top : top + 64, left : left + 96] == shown).all(), name
    small = channels(["resize:50%"]).passages[0].send(pixels)
    top, left = 24 + (264 - 32) // 2, 24 + 2 * 393 + (373 - 48) // 2
    assert (sheet[top : top + 32, left : left + 48] == small).all()
    assert main([*command, str(photo / "none")]) == 2
    assert "photo.camo.jpg" in capsys.readouterr().err


def test_countermeasures_asks_about_each_of_them(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["countermeasures", str(photo), *WIDTH, "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["results"]
    measures = channels(["countermeasures"]).passages
    assert list(result["scores"]) == [measure.name for measure in measures]
    assert result["queries"] == 1 + len(measures)
    assert result["scores"]["resize:50%"] == 24


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """A data set of three pictures with opinion scores, 60, 100 and 140 pixels wide."""
    folder = tmp_path / "clean"
    (folder / "images").mkdir(parents=True)
    for width_px in (60, 100, 140):
        Image.fromarray(to_pixels(make_photo(64, width_px))).save(
            folder / "images" / f"{width_px}.png"
        )
    rows = "60.png,test,20.0\n100.png,test,35.0\n140.png,test,80.0\n"
    (folder / "labels.csv").write_text(f"image,split,mos\n{rows}")
    return folder


def test_what_measures_cost_is_measured_on_clean_pictures(
    photo: Path, clean: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["countermeasures", str(photo), *WIDTH]
    assert main([*command, "--clean", str(clean / "images"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    measures = {entry["name"]: entry for entry in told["measures"]}
    assert list(measures) == [passage.name for passage in channels(["countermeasures"]).passages]
    # Scores are half of the widths: 48, and 30, 50 and 70 of the clean ones.
    half = measures["resize:50%"]
    assert (half["recovered"], half["low"], half["high_again"]) == (-24, 1, 0)
    assert (half["clean_change"], half["clean_moved"]) == (-25, 25)
    assert (half["clean_high"], half["clean_kept"], half["plcc"]) == (2, 0, None)
    assert (measures["flip"]["clean_kept"], told["plcc_before"]) == (2, None)
    assert [result["score"] for result in told["clean"]] == [50, 70, 30]

    drawn = tmp_path / "costs.png"
    assert main([*command, "--dataset", str(clean), "--plot", str(drawn), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    expected = np.corrcoef([30, 50, 70], [20, 35, 80])[0, 1]
    assert told["plcc_before"] == pytest.approx(expected)
    assert told["measures"][0]["plcc"] == pytest.approx(expected)
    with Image.open(drawn) as opened:
        assert opened.size == (1200, 750)
    assert main([*command, "--dataset", str(clean)]) == 0
    out = capsys.readouterr().out
    assert "clean kept high" in out
    assert "PLCC of the clean pictures as they are: 0.9" in out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--plot", "a.png"], "name clean pictures, too"),
        (["--split", "test"], "split is test; it is one of a data set"),
        (["--clean", ".", "--plot", "a.gif"], "its ending must be one of .png"),
        (["--dataset", "none"], "labels.csv"),
    ],
)
def test_costs_that_cannot_be_told_are_refused_first(
    photo: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["countermeasures", str(photo), *WIDTH, *options]) == 2
    assert message in capsys.readouterr().err


def test_what_a_camouflage_took_is_read_from_its_preset(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(to_pixels(make_photo(64, 96))).save(tmp_path / "img.png")
    scorer = ("--scorer", "python:tests.cli.fakes:plainness", "--threshold", "50")
    out = ["--out", str(tmp_path / "out"), "--storage", str(tmp_path / "s.journal")]
    assert main(["search", str(tmp_path / "img.png"), *scorer, *out, "--budget", "12"]) in (0, 3)
    capsys.readouterr()
    (made,) = [p for p in (tmp_path / "out").rglob("img.*.jpg") if "compare" not in p.name]
    assert main(["check-channels", str(made), *scorer, "--channels", "jpeg:60", "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["results"]
    (preset,) = made.parent.glob("*.preset.json")
    assert result["score_before"] == read_preset(preset).recorded("score_before", float)
