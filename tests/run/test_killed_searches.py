"""The experiment that kills searches, on a small scale: what it asserts holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.study.conftest import postgresql, postgresql_server
from tests.study.processes import posix

__all__ = ["postgresql", "postgresql_server"]

EXPERIMENT = Path(__file__).parents[2] / "studies" / "004-kills" / "run.py"


def kill(folder: Path, *words: str, kills: int) -> dict[str, dict[str, int]]:
    config, result = folder / "config.toml", folder / "result.json"
    config.write_text(
        f"kills = {kills}\nkills_a_search = 3\nbudget = 40\nbatch = 8\nseed = 1\n"
        "height_px = 64\nwidth_px = 80\n"
    )
    command = [
        sys.executable, "-W", "ignore", str(EXPERIMENT), "--work", str(folder / "work"),
        "--config", str(config), "--result", str(result), *words,
    ]  # fmt: skip
    subprocess.run(
        command, check=True, timeout=900, env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}
    )
    found: dict[str, dict[str, int]] = json.loads(result.read_text())
    return found


@posix
def test_searches_on_a_journal_survive_kills(tmp_path: Path) -> None:
    found = kill(tmp_path, kills=4)
    assert found["journal"]["kills"] == 4


@posix
@pytest.mark.slow
def test_searches_on_postgresql_survive_kills(tmp_path: Path, postgresql: str) -> None:
    found = kill(tmp_path, "--postgresql", postgresql, kills=10)
    assert (found["journal"]["kills"], found["postgresql"]["kills"]) == (10, 10)
