"""Runs of real files through the protocol, with a scorer whose answers are told by hand."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blackcamo.channel import Channel
from blackcamo.cli import main
from blackcamo.errors import InputError, OptionError
from blackcamo.mediaeval import tables
from blackcamo.mediaeval.images import load_sized
from blackcamo.mediaeval.protocol import evaluate
from blackcamo.testing import CountingScorer
from blackcamo.types import Pixels
from tests.mediaeval.pictures import fake_scorer, mean_level, write_grey

SIZE = (48, 36)
FAKE = ("--scorer", "python:tests.mediaeval.pictures:levels", "--range", "0", "255")


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, dict[str, Path]]:
    """Four originals of high quality (threshold 100), one of low; two runs with faults."""
    originals = tmp_path / "originals"
    for stem, level in {"a": 150, "b": 160, "c": 100, "d": 200, "low": 99}.items():
        write_grey(originals / f"{stem}.png", level)
    (originals / "readme.txt").write_text("not a picture")
    one, two = tmp_path / "one", tmp_path / "two"
    for name, level in {"A1_a": 90, "A1_b": 100, "c": 20, "A1_d": 70, "low": 5}.items():
        write_grey(one / f"{name}.png", level)
    write_grey(one / "stranger.png", 1)
    write_grey(two / "B-2_a.jpg", 60)
    (two / "B-2_b.png").write_bytes(b"no picture")
    write_grey(two / "B-2_c.png", 10, width_px=49)
    write_grey(two / "A1_d.png", 10)
    return originals, {"A1": one, "B-2": two}


def test_the_protocol_gives_what_was_computed_by_hand(
    folders: tuple[Path, dict[str, Path]],
) -> None:
    originals, runs = folders
    scorer = fake_scorer()
    result = evaluate(originals, runs, scorer, size_px=SIZE)
    assert result.high == {"a": 150, "b": 160, "c": 100, "d": 200}
    assert result.low == {"low": 99}
    one, two = result.runs
    assert one.scores == {"a": 90, "b": 100, "c": 20, "d": 70}
    assert (one.measures.accuracy, one.measures.reduction) == (0.25, 0.75)
    assert (one.measures.mean_score, one.measures.qualified) == (70, True)
    assert (one.unprotected, one.extra) == ((), ("stranger.png",))
    assert two.scores == {"a": 60, "b": None, "c": None, "d": None}
    assert (two.measures.accuracy, two.measures.reduction) == (0.75, 0.25)
    assert (two.measures.mean_score, two.measures.qualified) == (60, False)
    assert (two.missing, two.wrong_size, tuple(two.unreadable)) == (("d",), ("c",), ("b",))
    assert two.extra == ("A1_d.png",)
    assert result.jury_images == ("a",)
    # Five originals, four and one images, of which one equals c as it was: each is sent alone,
    # by the path of reported numbers.
    assert [(call.images, call.reference) for call in scorer.calls] == [(1, True)] * 9


def test_what_is_scored_went_through_jpeg_90_once(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (36, 48, 3), dtype=np.uint8)
    for name in ("originals", "run"):
        (tmp_path / name).mkdir()
        Image.fromarray(noise).save(tmp_path / name / "a.png")
    result = evaluate(
        tmp_path / "originals",
        {"r": tmp_path / "run"},
        (scorer := fake_scorer(threshold=1)),
        size_px=None,
    )
    assert result.high["a"] == mean_level(Channel(90).send(noise)[1])
    assert result.runs[0].scores == result.high
    # The run's picture is the original's: it is not paid for twice.
    assert scorer.images == 1


def test_two_files_for_one_original_are_ambiguous(tmp_path: Path) -> None:
    write_grey(tmp_path / "originals" / "a.png", 200)
    write_grey(tmp_path / "run" / "a.png", 1)
    write_grey(tmp_path / "run" / "R_a.jpg", 1)
    (run,) = evaluate(
        tmp_path / "originals", {"R": tmp_path / "run"}, fake_scorer(), size_px=SIZE
    ).runs
    assert (run.ambiguous, run.measures.accuracy) == (("a",), 1)


def test_sizes_may_be_those_of_the_originals(tmp_path: Path) -> None:
    write_grey(tmp_path / "originals" / "a.png", 200, width_px=50)
    write_grey(tmp_path / "originals" / "b.png", 200)
    for stem in "ab":
        write_grey(tmp_path / "run" / f"{stem}.png", 1, width_px=50)
    (run,) = evaluate(
        tmp_path / "originals", {"R": tmp_path / "run"}, fake_scorer(), size_px=None
    ).runs
    assert run.wrong_size == ("b",)
    assert run.scores == {"a": 1, "b": None}


def test_originals_that_cannot_be_judged_are_listed_apart(tmp_path: Path) -> None:
    write_grey(tmp_path / "originals" / "a.png", 200)
    write_grey(tmp_path / "originals" / "wide.png", 200, width_px=50)
    (tmp_path / "run").mkdir()
    result = evaluate(tmp_path / "originals", {"R": tmp_path / "run"}, fake_scorer(), size_px=SIZE)
    assert list(result.unusable) == ["wide"]
    assert result.runs[0].missing == ("a",)


@pytest.mark.parametrize(
    ("levels", "names", "says"),
    [
        ([], {"R": "run"}, "has no pictures"),
        ([10, 20], {"R": "run"}, "none of 2 originals is of high quality"),
        ([200], {"R": "nowhere"}, "cannot be listed"),
        ([200], {"R/1": "run"}, "must be of letters, digits"),
        ([200], {}, "no run is given"),
    ],
)
def test_what_cannot_be_evaluated_is_one_line(
    tmp_path: Path, levels: list[int], names: dict[str, str], says: str
) -> None:
    for folder in ("originals", "run"):
        (tmp_path / folder).mkdir()
    for level in levels:
        write_grey(tmp_path / "originals" / f"{level}.png", level)
    with pytest.raises((InputError, OptionError), match=says):
        evaluate(
            tmp_path / "originals",
            {run: tmp_path / folder for run, folder in names.items()},
            fake_scorer(),
            size_px=SIZE,
        )


def test_the_command_writes_json_csv_and_markdown(
    folders: tuple[Path, dict[str, Path]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    originals, runs = folders
    words = ["evaluate", "--originals", str(originals), *FAKE, "--threshold", "100"]
    words += [w for run, folder in runs.items() for w in ("--run", f"{run}={folder}")]
    words += ["--size", "48x36", "--out", str(tmp_path / "out")]
    assert main([*words, "--json"]) == 2
    told = capsys.readouterr()
    document = json.loads(told.out)
    assert [(r["run"], r["accuracy"], r["qualified"]) for r in document["runs"]] == [
        ("A1", 0.25, True),
        ("B-2", 0.75, False),
    ]
    assert document["runs"][1]["missing"] == ["d"]
    assert document["jury_images"] == ["a"]
    assert "blackcamo: B-2: missing: d\n" in told.err
    assert json.loads((tmp_path / "out" / "evaluation.json").read_text()) == document
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out" / "scores.csv").read_text())))
    assert rows[1] == {
        "image": "b", "original": "160.0", "high_quality": "true", "A1": "100.0", "B-2": "",
    }  # fmt: skip
    assert rows[-1]["high_quality"] == "false"
    page = (tmp_path / "out" / "evaluation.md").read_text()
    assert "| A1 | 25.00 | 75.00 | 70.00 | yes | none |" in page
    assert (
        "| B-2 | 75.00 | 25.00 | 60.00 | no | 1 missing, 1 of a wrong size, 1 unreadable |" in page
    )
    assert "| 10-HCMUS, enhancement and I-FGSM | 0.00 | 84 |" in page
    assert main(words) == 2
    assert "A1        25.00        75.00        70.0  yes" in capsys.readouterr().out


def test_a_complete_evaluation_is_status_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_grey(tmp_path / "originals" / "a.png", 200)
    write_grey(tmp_path / "run" / "a.png", 1)
    words = ["evaluate", "--originals", str(tmp_path / "originals"), *FAKE]
    words += ["--run", f"R={tmp_path / 'run'}", "--size", "original"]
    assert main(words) == 0
    assert "R          0.00       100.00         1.0  yes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--run", "R"], "--run is 'R'; it must be NAME=DIR"),
        (["--run", "R=x", "--run", "R=y"], "run 'R' is given twice"),
        (["--run", "R=x", "--size", "big"], "--size is 'big'; it must be WIDTHxHEIGHT"),
    ],
)
def test_wrong_words_are_one_line(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--originals", "nowhere", *words]) == 2
    assert says in capsys.readouterr().err


def test_the_tables_hold_fractions(folders: tuple[Path, dict[str, Path]]) -> None:
    originals, runs = folders
    document = tables.to_json(evaluate(originals, runs, fake_scorer(), size_px=SIZE))
    for run in document["runs"]:
        assert run["accuracy"] + run["reduction"] == 1
    assert document["originals"]["low"] == {"low": 99}


def test_pictures_are_read_a_few_ahead_of_the_scorer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(30):
        write_grey(tmp_path / "originals" / f"{n:02}.png", 100 + n)
    read: list[str] = []
    ahead: list[int] = []

    def load(path: Path, size_px: tuple[int, int] | None) -> Pixels:
        read.append(path.stem)
        return load_sized(path, size_px)

    def watch(images: Sequence[Pixels], scores: list[float]) -> list[float]:
        ahead.append(len(read) - len(ahead))
        return scores

    monkeypatch.setattr("blackcamo.mediaeval.protocol.load_sized", load)
    (tmp_path / "run").mkdir()
    scorer = CountingScorer(mean_level, answer=watch)
    evaluate(tmp_path / "originals", {"R": tmp_path / "run"}, scorer, size_px=SIZE)
    assert read == [f"{n:02}" for n in range(30)]
    assert len(ahead) == 30
    assert max(ahead) <= 5
