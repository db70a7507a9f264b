"""Fuzzing of each kind of file, with a fixed seed; study 017 has the figures of longer runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

FUZZED = (
    "photo (JPEG)",
    "photo (PNG)",
    "preset with a look",
    "look (.cube)",
    "look (HaldCLUT)",
    "votes of a jury",
    "description of a network",
    "weights (safetensors)",
    "studies (journal)",
)
SECONDS, RUNS = 60, 400
"""The first is a bound for slow machines; with the other and a seed one run is as the next."""


@pytest.mark.slow
@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed")
@pytest.mark.parametrize("reader", FUZZED)
def test_fuzzing_finds_no_fault(reader: str, tmp_path: Path) -> None:
    # Not timed, as the alarm that libFuzzer sets may end the process itself; nor is its memory
    # measured, as a child begins with the peak of the process that it comes from.
    bounds = ["--seconds", str(SECONDS), "--runs", str(RUNS), "--seed", "1"]
    bounds += ["--hang", "0", "--memory", "0"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.harness", reader, *bounds],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-5000:]
    tried = re.search(r"number_of_executed_units:\s*(\d+)", done.stderr)
    assert tried is not None, done.stderr[-5000:]
    assert int(tried[1]) > 2 * 32, "more than what it begins with"
