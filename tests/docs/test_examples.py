"""The example plug-ins are installed for real and used from another process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"

USE = """
import json, sys
import numpy as np
from blackcamo import plugins
from blackcamo.scorers import load_scorer

rng = np.random.default_rng(0)
noise, flat = rng.integers(0, 256, (40, 60, 3), dtype=np.uint8), np.full((40, 60, 3), 9, np.uint8)
scorer = load_scorer("sharpness")
json.dump([plugins.names("scorers"), scorer.info.name, scorer.score([noise, flat])], sys.stdout)
"""


def run(*words: str, folder: Path, path: Path | None = None) -> str:
    environment = {**os.environ, "PYTHONPATH": str(path or "")}
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sharpness plug-in, installed by pip from a copy of its source."""
    folder = tmp_path_factory.mktemp("plugin")
    source, target = folder / "source", folder / "installed"
    shutil.copytree(EXAMPLES / "blackcamo-sharpness", source)
    pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    run(*pip, "--target", str(target), str(source), folder=folder)
    return target


def test_an_installed_plugin_is_found_by_its_name(installed: Path, tmp_path: Path) -> None:
    names, name, (noise, flat) = json.loads(run("-c", USE, folder=tmp_path, path=installed))
    assert {"sharpness", "niqe"} <= set(names)
    assert name == "sharpness"
    assert flat == 0 < 50 < noise < 100


def test_a_plugin_can_test_itself_by_the_contract(installed: Path, tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / "blackcamo-sharpness" / "test_blackcamo_sharpness.py", tmp_path)
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "--rootdir=."]
    assert " passed" in run(*words, folder=tmp_path, path=installed)


def test_the_example_for_pyiqa_passes_its_own_tests() -> None:
    pytest.importorskip("pyiqa", reason="pyiqa is not installed: it needs torchvision's CPU build")
    folder = EXAMPLES / "blackcamo-pyiqa"
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir=."]
    assert " passed" in run(*words, folder=folder, path=folder)


def test_the_example_of_an_export_format_passes_its_own_tests(tmp_path: Path) -> None:
    pytest.importorskip("PyOpenColorIO", reason="pip install opencolorio")
    for name in ("blackcamo_clf.py", "test_blackcamo_clf.py"):
        shutil.copy(EXAMPLES / "blackcamo-clf" / name, tmp_path)
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "--rootdir=."]
    assert " passed" in run(*words, folder=tmp_path, path=tmp_path)
