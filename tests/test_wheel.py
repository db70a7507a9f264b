"""The wheel is whole: installed where nothing else of this project is, it does the main job."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS = "blackcamo/scorers/data/pocketiqa.safetensors"

NO_NETWORK = """
import sys

def refuse(event, arguments):
    if event == "socket.getaddrinfo" or (
        event == "socket.connect" and isinstance(arguments[1], tuple)
    ):
        raise RuntimeError(f"offline, but asked for the network: {event} {arguments[1:]}")

sys.addaudithook(refuse)
"""

pytestmark = pytest.mark.slow


def run(*words: str | Path, folder: Path, allowed: tuple[int, ...] = (0,)) -> str:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("BLACKCAMO", "PYTHON"))}
    done = subprocess.run(
        [str(word) for word in words], cwd=folder, env=clean, capture_output=True, text=True
    )
    assert done.returncode in allowed, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: setuptools leaves its traces beside what it builds."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "blackcamo", source / "blackcamo", ignore=ignored)
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, source, folder=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def empty(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel; what it depends on is lent, without this source tree.

    A path file lends the folder of the running environment; path files inside that folder, by
    which an editable installation works, are not followed.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    pip = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-index")
    run(python, *pip, wheel, folder=folder)
    (packages,) = (folder / "lib").glob("python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib"))
    (packages / "sitecustomize.py").write_text(NO_NETWORK)
    return folder


def test_wheel_holds_the_weights(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read(WEIGHTS) == (ROOT / WEIGHTS).read_bytes()
    assert wheel.stat().st_size < 10_000_000


def test_environment_uses_the_wheel(empty: Path, tmp_path: Path) -> None:
    found = run(empty / "bin" / "python", "-c", "print(__import__('blackcamo').__file__)",
                folder=tmp_path)  # fmt: skip
    assert Path(found.strip()).is_relative_to(empty)


def test_wheel_does_the_main_job_offline(empty: Path, tmp_path: Path) -> None:
    shutil.copy(ROOT / "examples" / "photo.jpg", tmp_path)
    words = ("apply", "photo.jpg", "--style", "vivid", "--out", "styled", "--json")
    (styled,) = json.loads(run(empty / "bin" / "blackcamo", *words, folder=tmp_path))["results"]
    assert (tmp_path / styled["output"]).is_file()
    searched = ("search", "photo.jpg", "--budget", "48", "--json")
    found = json.loads(run(empty / "bin" / "blackcamo", *searched, folder=tmp_path, allowed=(0, 3)))
    (result,) = found["results"]
    assert result["scorer"] == "pocketiqa"
    assert result["error"] is None
    assert result["score_after"] < result["score_before"]
    assert (tmp_path / result["output"]).is_file()


def test_offline_is_offline(empty: Path, tmp_path: Path) -> None:
    asks = "import urllib.request as u; u.urlopen('http://127.0.0.1:9')"
    run(empty / "bin" / "python", "-c", asks, folder=tmp_path, allowed=(1,))
