"""Ctrl-C in a real process: the first ends after the batch at hand, the second at once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blackcamo import run

EXAMPLE = Path(__file__).parents[2] / "examples" / "photo.jpg"
MAIN = "import sys; from blackcamo.cli import main; sys.exit(main())"


def start(folder: Path) -> subprocess.Popen[str]:
    words = ["search", str(EXAMPLE), "--scorer", "niqe", "--target", "1", "--budget", "5000"]
    words += ["--out", str(folder / "out"), "--storage", str(folder / "s.journal"), "--json"]
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 120
    while time.monotonic() < end:
        journal = folder / "s.journal"
        if journal.exists() and journal.stat().st_size > 100_000:
            return process
        assert process.poll() is None, process.communicate()
        time.sleep(0.2)
    process.kill()
    raise AssertionError("the search did not begin")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_one_ends_after_the_batch_with_a_usable_result(tmp_path: Path) -> None:
    process = start(tmp_path)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 3, err
    assert "stopping after this batch" in err
    (result,) = json.loads(out)["results"]
    assert 16 < result["queries"]["total"] < 2500
    assert run.verify(result["output"]).reproduced
    trials = run.studies(str(tmp_path / "s.journal"))[0].trials
    assert trials == result["queries"]["search"] + 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_two_end_at_once_and_leave_nothing_half_written(tmp_path: Path) -> None:
    process = start(tmp_path)
    process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert not list((tmp_path / "out").iterdir())
    assert run.studies(str(tmp_path / "s.journal"))[0].trials > 0
