"""What is told while one waits: on terminals of any width, and in a log."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blackcamo.cli import output, progress
from blackcamo.cli.output import print_table, say_words
from blackcamo.cli.progress import Pace, SearchProgress, told
from blackcamo.run.results import Progress
from tests.cli.program import PROGRAM

pty = pytest.importorskip("pty", reason="terminals of POSIX alone")
VERDICT = "low quality without the safety margin"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with two photos."""
    folder = tmp_path / "photos"
    folder.mkdir()
    y, x = np.mgrid[0:96, 0:128]
    scene = 122 + 60 * np.sin(x / 9) + 40 * np.cos(y / 7)
    for name, level in (("one", 0), ("two", 9)):
        pixels = np.clip(np.stack([scene, scene - 10, scene + 12], -1) + level, 0, 255)
        Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{name}.jpg", quality=95)
    return folder


def on_a_terminal(folder: Path, *words: str, columns: int) -> str:
    """All that a command writes to a terminal of so many columns, in that folder."""
    master, slave = pty.openpty()
    plain = {**os.environ, "TERM": "xterm", "COLUMNS": str(columns), "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(
        [*PROGRAM, *words], cwd=folder, stdin=slave, stdout=slave, stderr=slave, env=plain
    ) as program:
        os.close(slave)
        pieces = []
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError as error:  # how Linux says that nobody writes any more
                assert error.errno == errno.EIO  # noqa: PT017
                break
            if not piece:
                break
            pieces.append(piece)
    os.close(master)
    assert program.returncode == 3, b"".join(pieces).decode()
    return b"".join(pieces).decode()


def test_a_narrow_terminal_shows_stages_places_and_whole_words(photos: Path) -> None:
    shown = on_a_terminal(
        photos.parent, "search", "photos", "--scorer", "python:tests.cli.fakes:plainness",
        "--threshold", "50", "--target", "2", "--budget", "16", "--no-pictures", columns=60,
    )  # fmt: skip
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    frames = re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "\n", plain))
    lines = [frame.rstrip() for frame in frames if frame.strip()]
    assert max(map(len, lines)) <= 60
    bars = [line.lstrip("━╸╺ ") for line in lines if line[0] in "━╸╺"]
    assert bars[0] == "starting"
    stages = "\n".join(bars)
    assert "[1/2] one · loading python:tests.cli.fakes:plainness" in stages
    for name in ("[1/2] one", "[2/2] two"):
        assert re.search(rf"^{re.escape(name)} \d+/16 · \d+\.\d → 2 · appeal \d+", stages, re.M)
        assert re.search(rf"^{re.escape(name)} .* · verifying$", stages, re.M)
    # The bars are gone from what is left to read.
    start = next(n for n, line in enumerate(lines) if line.startswith("photo "))
    assert lines[start].split() == ["photo", "before", "after", "appeal", "queries", "verdict"]
    assert lines[-1] == "0 of 2 camouflaged; low quality without the safety margin:" or (
        lines[-1].endswith("one, two")
    )
    words = set(" ".join(line for line in lines if line[0] not in "━╸╺").split())
    assert {"camouflaged;", "queries,", "appeal"} <= words, "no word is broken"


def test_off_a_terminal_a_line_comes_every_ten_seconds(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert progress._EVERY_S == 10
    monkeypatch.setattr(progress, "_EVERY_S", 0.05)
    shown = SearchProgress(budget=100, enabled=True)
    shown.begin(4)
    flower = Path("a/flower.jpg")
    shown.finished(Path("a/tree.jpg"), earlier=True)
    with shown.showing(flower):
        time.sleep(0.2)
        shown.update(Progress(50, 100, 44.3, 83.2, reached=True, target=45, photo=flower))
        time.sleep(0.2)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "blackcamo: [2/4] flower"
    assert lines[-1] == "blackcamo: [2/4] flower 50/100 · 44.3 → 45 ✓ · appeal 83"
    time.sleep(0.2)
    assert capsys.readouterr().err == "", "nothing once the photo is done"


def test_nothing_is_told_where_nobody_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_EVERY_S", 0.01)
    shown = SearchProgress(budget=100, enabled=False)
    with shown.starting(), shown.showing(Path("a.jpg")):
        shown.update(Progress(50, 100, 44.3, 83.2, reached=True, target=45))
        time.sleep(0.1)
    assert capsys.readouterr() == ("", "")


def test_what_is_not_known_is_not_told() -> None:
    begun = Progress.begun(120)
    assert told("flower", None, doing="starting") == "flower · starting"
    assert told("flower", begun, doing="loading niqe") == "flower · loading niqe"
    assert told("", begun, doing="starting") == "starting"
    assert told("a", Progress(3, 9, None, None, reached=False), left_s=60) == "a 3/9 · 60 s left"
    seen = Progress(3, 9, 45.04, 79.6, reached=False, target=45, doing="verifying")
    assert told("a", seen, doing="verifying", left_s=60) == (
        "a 3/9 · 45.0 → 45 · appeal 80 · verifying"
    )


def test_time_is_told_from_the_pace_and_goes_down(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    pace, done = Pace(), Progress(80, 120, 50.0, 80.0, reached=False)
    assert pace.left_s(None) is None
    pace.tell(40)  # a study that goes on: what was asked before took no time now
    assert pace.left_s(done) is None
    now[0] = 110.0
    pace.tell(80)
    assert pace.left_s(done) == pytest.approx(10)
    now[0] = 113.0
    assert pace.left_s(done) == pytest.approx(7)
    now[0] = 200.0
    assert pace.left_s(done) == 0


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        (None, ["photo  verdict", f"a.jpg  {VERDICT}"]),
        (44, ["photo  verdict", f"a.jpg  {VERDICT}"]),
        (30, ["photo  verdict", "a.jpg  low quality without the", "       safety margin"]),
        (18, ["photo", "  verdict", "a.jpg", "  low quality", "  without the", "  safety margin"]),
    ],
)
def test_tables_fit_the_terminal(
    columns: int | None,
    shown: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(output, "_columns", lambda _: columns)
    print_table(("photo", "verdict"), [("a.jpg", VERDICT)])
    assert capsys.readouterr().out.splitlines() == shown


def test_words_stay_whole_and_nothing_is_lost(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/a/very/long/path/to-a-photo/of-mine.jpg"
    for columns in (None, 20):
        monkeypatch.setattr(output, "_columns", lambda _, columns=columns: columns)
        say_words(f"{path}: {VERDICT}", indent=2)
        lines = capsys.readouterr().out.splitlines()
        assert " ".join(line.strip() for line in lines) == f"{path}: {VERDICT}"
        assert all(line.startswith("  ") for line in lines)
        assert all(len(line) <= 20 or path in line for line in lines) or columns is None
    assert len(lines) > 1
