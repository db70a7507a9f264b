"""Correlation and error against numbers made by hand, on a data set of grey pictures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from blackcamo.cli import main
from blackcamo.mediaeval.agreement import agreement
from blackcamo.types import ScorerInfo
from tests.mediaeval.pictures import write_grey

FAKE = ("--scorer", "python:tests.mediaeval.pictures:levels", "--range", "0", "250")
UP = ScorerInfo("up", low=0, high=100)
DOWN = ScorerInfo("down", low=0, high=10, higher_is_better=False)


def test_the_measures_are_those_of_the_textbook() -> None:
    scores, mos = np.array([10.0, 20.0, 30.0, 60.0]), np.array([20.0, 10.0, 40.0, 50.0])
    found = agreement(scores, mos, UP)
    # Deviations -20 -10 0 30 and -10 -20 10 20: 1000 / sqrt(1400 * 1000).
    assert found.plcc == pytest.approx(1000 / np.sqrt(1400 * 1000))
    # Ranks 1 2 3 4 and 2 1 3 4: 1 - 6 * 2 / (4 * 15).
    assert found.srocc == pytest.approx(0.8)
    assert (found.images, found.mae, found.rmse) == (4, 10, 10)


def test_ties_share_their_ranks() -> None:
    found = agreement(np.array([1.0, 1.0, 2.0]), np.array([1.0, 2.0, 3.0]), UP)
    # Ranks 1.5 1.5 3 and 1 2 3: Pearson's of those is 1.5 / sqrt(1.5 * 2).
    assert found.srocc == pytest.approx(1.5 / np.sqrt(3))


def test_other_scales_and_directions_are_mapped() -> None:
    found = agreement(np.array([9.0, 5.0, 1.0]), np.array([10.0, 50.0, 84.0]), DOWN)
    # Points 10 50 90; deviations -40 0 40 and -38 2 36.
    assert found.plcc == pytest.approx(2960 / np.sqrt(3200 * 2744))
    assert found.srocc == pytest.approx(1)
    assert (found.mae, found.rmse) == pytest.approx((2, np.sqrt(12)))


def test_what_does_not_vary_has_no_correlation() -> None:
    found = agreement(np.array([5.0, 5.0]), np.array([1.0, 9.0]), UP)
    assert (found.plcc, found.srocc, found.mae) == (None, None, 4)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Five pictures in two splits; one of the test split is broken."""
    rows = ["image,split,mos"]
    for level, split, mos in ((50, "test", 18), (100, "test", 42), (200, "test", 82)):
        write_grey(tmp_path / "images" / f"{level}.png", level)
        rows.append(f"{level}.png,{split},{mos}")
    write_grey(tmp_path / "images" / "train.png", 1)
    (tmp_path / "images" / "broken.png").write_bytes(b"x")
    rows += ["train.png,training,99", "broken.png,test,50"]
    (tmp_path / "labels.csv").write_text("\n".join(rows))
    return tmp_path


def test_the_command_measures_a_split(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["evaluate-scorer", "--dataset", str(dataset), "--split", "test", *FAKE]
    assert main([*words, "--json"]) == 2
    told = capsys.readouterr()
    document = json.loads(told.out)
    assert document["scores"] == {"50.png": 50, "100.png": 100, "200.png": 200}
    assert (document["images"], document["mae"], document["srocc"]) == (3, 2, 1)
    assert "broken.png" in told.err
    labels = dataset / "labels.csv"
    labels.write_text(labels.read_text().replace("broken.png,test,50", ""))
    assert main(words) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  PLCC   0.999", "  SROCC  1.000", "  MAE    2.000", "  RMSE   2.000",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ("image,split,mos\n50.png,test,\n", "these pictures have no opinion scores"),
        ("image,split,mos\n50.png,test,1\n", "fewer than two pictures can be scored"),
        ("image,split,mos\n50.png,train,1\n", "has no split 'test'; it has train"),
        ("name,mos\n50.png,1\n", "has other columns; prepare the data set again"),
        (None, "labels.csv cannot be read"),
    ],
)
def test_what_cannot_be_measured_is_one_line(
    dataset: Path, labels: str | None, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if labels is None:
        (dataset / "labels.csv").unlink()
    else:
        (dataset / "labels.csv").write_text(labels)
    words = ["evaluate-scorer", "--dataset", str(dataset), "--split", "test", *FAKE]
    assert main(words) == 2
    told = capsys.readouterr()
    assert says in told.err
    assert (told.out, told.err.count("\n")) == ("", 1)
