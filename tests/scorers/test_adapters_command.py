from __future__ import annotations

import math
import os
import shlex
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from blackcamo.errors import OptionError, ScorerError
from blackcamo.scorers import load_scorer
from blackcamo.types import Pixels, Scorer, ScorerOptions

PROGRAM = """
import os, pathlib, stat, subprocess, sys, time

mode, log = sys.argv[1], pathlib.Path(sys.argv[2])
paths = sys.stdin.read().splitlines()
folder = pathlib.Path(paths[0]).parent
with log.open("a") as file:
    print(len(paths), oct(stat.S_IMODE(folder.stat().st_mode)), folder, file=file)
if mode == "sleep":
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    print(child.pid, file=log.open("a"), flush=True)
    time.sleep(60)
if mode == "fail":
    print("loading", "no model file", sep="\\n", file=sys.stderr)
    sys.exit(3)
from PIL import Image, ImageStat
for i, path in enumerate(paths):
    if mode == "odd" and i == 1:
        print("error: cannot read")
    elif mode != "short" or i:
        print(ImageStat.Stat(Image.open(path)).mean[0])
if mode == "chatty":
    print("done")
print()
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "my program.py").write_text(PROGRAM)
    return tmp_path / "log"


def scorer_of(log: Path, mode: str, **extra: str) -> Scorer:
    words = [sys.executable, str(log.parent / "my program.py"), mode, str(log)]
    return load_scorer(f"command:{shlex.join(words)}", ScorerOptions(extra=extra))


def greys(*levels: int) -> list[Pixels]:
    return [np.full((5, 7 + i, 3), level, np.uint8) for i, level in enumerate(levels)]


def test_scores_are_those_of_the_pixels(log: Path) -> None:
    assert scorer_of(log, "plain").score(greys(3, 200, 90)) == [3, 200, 90]
    count, mode, folder = log.read_text().split(maxsplit=2)
    assert (count, mode) == ("3", "0o700")
    assert not Path(folder.strip()).exists()


def test_batches_and_the_reference_path(log: Path) -> None:
    assert scorer_of(log, "plain", batch="2").score(greys(1, 2, 3)) == [1, 2, 3]
    assert scorer_of(log, "plain").score(greys(1, 2), reference=True) == [1, 2]
    assert [line.split()[0] for line in log.read_text().splitlines()] == ["2", "1", "1", "1"]


def test_a_line_that_is_no_number_leaves_its_neighbours_alone(log: Path) -> None:
    got = scorer_of(log, "odd").score(greys(1, 2, 3))
    assert (got[0], got[2]) == (1, 3)
    assert math.isnan(got[1])


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        ("short", "2 scores for 3 images"),
        ("chatty", "4 scores for 3 images"),
        ("fail", "status 3: no model file$"),
    ],
)
def test_an_unusable_run_is_a_scorer_error(log: Path, mode: str, message: str) -> None:
    with pytest.raises(ScorerError, match=message):
        scorer_of(log, mode).score(greys(1, 2, 3))


def test_a_timeout_ends_the_program_and_its_children(log: Path) -> None:
    scorer = scorer_of(log, "sleep", timeout_s="4")
    began = time.monotonic()
    with pytest.raises(ScorerError, match="longer than 4 s"):
        scorer.score(greys(1))
    assert time.monotonic() - began < 20
    run, child = log.read_text().splitlines()
    assert not Path(run.split(maxsplit=2)[2]).exists()
    assert ended(int(child))


def ended(pid: int) -> bool:
    """Whether the process is gone, or dead and merely not yet waited for, within a second."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.01)
    return False


def test_no_shell_reads_the_command(log: Path) -> None:
    victim = log.parent / "victim"
    words = f"{shlex.quote(sys.executable)} -c 'print(1)' ; touch {victim} $(touch {victim})"
    assert load_scorer(f"command:{words}").score(greys(1)) == [1]
    assert not victim.exists()


@pytest.mark.parametrize(
    ("spec", "extra", "message"),
    [
        ("command:", {}, "needs a program"),
        ("command:'open", {}, "No closing quotation"),
        ("command:no-such-program-at-all", {}, "must be on PATH"),
        ("command:cat", {"time": "1"}, "timeout_s"),
        ("command:cat", {"timeout_s": "0"}, "between 0.1 and 86400"),
        ("command:cat", {"batch": "many"}, "whole number"),
    ],
)
def test_wrong_options_are_refused(spec: str, extra: dict[str, str], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        load_scorer(spec, ScorerOptions(extra=extra))


def test_the_digest_follows_the_program(log: Path) -> None:
    before = scorer_of(log, "plain").info
    assert before.name == f"command:{Path(sys.executable).name}"
    (log.parent / "my program.py").write_text(PROGRAM + "# another version\n")
    assert scorer_of(log, "plain").info.digest != before.digest


def test_a_program_that_cannot_run_is_a_scorer_error(tmp_path: Path) -> None:
    program = tmp_path / "model"
    program.write_bytes(b"\x7fELF")
    program.chmod(0o700)
    with pytest.raises(ScorerError, match="cannot be started"):
        load_scorer(f"command:{program}").score(greys(1))
