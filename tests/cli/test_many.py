"""A folder searched from the command line: killed, gone on with, summed up."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blackcamo.cli import main
from blackcamo.cli.many import Tally
from blackcamo.run import SearchResult
from tests.cli.program import PROGRAM
from tests.run.conftest import write_photo

COUNTING = """
import pathlib

def score(images):
    with (pathlib.Path(__file__).parent / "seen").open("a") as seen:
        seen.write("x" * len(images))
    return [50 + 60 * (0.30 - float(image.std()) / 255) for image in images]
"""
BUDGET, BATCH = 12, 4


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four photos, a scorer that counts, and we are there."""
    (tmp_path / "counting.py").write_text(COUNTING)
    for n, name in enumerate(("a", "b", "c", "sub/a")):
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        write_photo(tmp_path / "photos" / f"{name}.jpg", height_px=64, width_px=80 + 8 * n)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def words(out: str, *more: str) -> list[str]:
    return [
        "search", "photos", "-r", "--scorer", "python:counting:score", "--budget", str(BUDGET),
        "--batch", str(BATCH), "--style", "vivid", "--alternatives", "1", "--no-pictures",
        "--out", out, "--storage", f"{out}.journal", *more,
    ]  # fmt: skip


def seen(folder: Path) -> int:
    return len((folder / "seen").read_text()) if (folder / "seen").exists() else 0


def delivered(out: Path) -> dict[str, bytes]:
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in sorted(out.rglob("*.camo.jpg"))}


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_killed_call_goes_on_and_pays_at_most_one_batch_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words("whole", "--json")) in (0, 3)
    whole = json.loads(capsys.readouterr().out)["results"]
    undisturbed = seen(folder)
    (folder / "seen").unlink()

    with subprocess.Popen([*PROGRAM, *words("out")]) as program:
        deadline = time.monotonic() + 300
        # In the middle of the third photo.
        while seen(folder) < undisturbed * 5 // 8:
            assert program.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        program.kill()
    assert program.returncode == -signal.SIGKILL

    assert main(words("out", "--json", "--csv", "all.csv")) in (0, 3)
    results = json.loads(capsys.readouterr().out)["results"]
    assert [one["earlier"] for one in results][:2] == [True, True]
    assert [one["score_after"] for one in results] == [one["score_after"] for one in whole]
    assert delivered(folder / "out") == delivered(folder / "whole")
    # One batch, and one look at whether the scorer is still the same.
    assert undisturbed <= seen(folder) <= undisturbed + BATCH + 1
    with Path("all.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["photo"] for row in rows] == [one["photo"] for one in results]
    assert [float(row["score_after"]) for row in rows] == [one["score_after"] for one in results]

    images = seen(folder)
    assert main(words("out")) in (0, 3)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["photo", "before", "after", "appeal", "queries", "verdict"]
    assert [line.split()[0] for line in lines[2:6]] == ["a.jpg", "b.jpg", "c.jpg", "a.jpg"]
    assert lines[-1].endswith("done by an earlier call: 4")
    assert seen(folder) == images


def test_of_many_photos_the_table_has_those_that_need_a_look(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tally = Tally(101)
    for n in range(100):
        missed = {"verdict": "not camouflaged"} if n % 2 else {"succeeded": True, "verdict": "ok"}
        tally.add(SearchResult(photo=Path(f"{n}.jpg"), scorer="s", queries={"total": 7}, **missed))
    tally.sum_up()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:4]] == ["1.jpg", "3.jpg"]
    assert len(lines) == 1 + 1 + 40 + 2
    assert lines[-2] == "and 10 more, see the manifest"
    assert lines[-1] == (
        "50 of 101 camouflaged; not: 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23 and 38 more; "
        "not begun: 1"
    )
