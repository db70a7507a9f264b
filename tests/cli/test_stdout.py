"""With --json standard output is one object, whatever else prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blackcamo.cli import main
from tests.cli.program import PROGRAM

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="prints by libc")


def write_photo(path: Path) -> Path:
    y, x = np.mgrid[0:64, 0:80]
    scene = 150 + 40 * np.sin(x / 9) + 30 * np.cos(y / 7)
    Image.fromarray(np.stack([scene, scene - 10, scene + 12], -1).astype(np.uint8)).save(path)
    return path


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return write_photo(tmp_path / "photo.png")


@pytest.fixture
def noisy(tmp_path: Path) -> Path:
    """Where the noisy plug-ins are found; they are imported where they are asked for alone."""
    folder = tmp_path / "noisy"
    # Not by calling install(): importing the plug-ins prints.
    code = (
        "import sys, pathlib; from tests.cli import noisy; noisy.install(pathlib.Path(sys.argv[1]))"
    )
    command = [sys.executable, "-c", code, str(folder)]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    return folder


def run(folder: Path, *words: object, path: Path | None = None) -> tuple[int, Any, str]:
    """Status, the object on standard output, and what came on standard error."""
    answer = subprocess.run(
        [*PROGRAM, *map(str, words), "--json"],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, filter(None, (path, ROOT))))},
    )
    return answer.returncode, json.loads(answer.stdout), answer.stderr


def test_plug_ins_of_every_kind_may_print(tmp_path: Path, photo: Path, noisy: Path) -> None:
    # From 100 queries on, other processes render.
    status, told, err = run(
        tmp_path, "search", photo, "--scorer", "loud", "--style", "shout", "--appeal", "murmur",
        "--budget", 100, "--until", "success", "--target", 20, path=noisy,
    )  # fmt: skip
    assert (status, told["results"][0]["error"]) == (0, None)
    for what in ("import", "exit", "scorer made", "scorer", "style", "appeal", "filter"):
        for how in ("print", "write", "printf", "echo"):
            assert f"{how} of {what}\n" in err
    status, told, err = run(
        tmp_path, "export", told["results"][0]["study"], "--format", "blare", "--out", "presets",
        path=noisy,
    )  # fmt: skip
    assert (status, list(told["exports"])) == (0, ["blare"])
    assert "printf of exporter\n" in err


def test_programs_and_functions_may_print(tmp_path: Path, photo: Path) -> None:
    (tmp_path / "chatty.py").write_text(
        "import os\nprint('hello')\n\ndef score(images):\n"
        "    print('scoring', flush=True)\n    os.system('echo child')\n"
        "    return [1.0] * len(images)\n"
    )
    for spec in ("python:chatty:score", f"command:{sys.executable} -c 'print(4)'"):
        status, told, err = run(tmp_path, "score", photo, "--scorer", spec, path=tmp_path)
        assert (status, told["results"][0]["error"]) == (0, None)
        assert ("scoring" in err) == ("chatty" in spec)


def test_a_refusal_is_the_object_with_the_results_so_far(
    tmp_path: Path, photo: Path, noisy: Path
) -> None:
    for words, says in (
        (("search", photo, "--budget", "many"), "Invalid value for '--budget'"),
        (("score", photo, "--scorer", "loud", "--quality", 0), "quality is 0"),
        (("front", "none"), "there is no storage"),
    ):
        status, told, _ = run(tmp_path, *words, path=noisy)
        assert (status, told["results"]) == (2, [])
        assert says in told["error"]


def test_help_is_no_refusal(tmp_path: Path) -> None:
    answer = subprocess.run(
        [*PROGRAM, "score", "--json", "--help"], capture_output=True, text=True, check=True
    )
    assert "blackcamo score" in answer.stdout


# Lists load no torch; scoring, which prints photo by photo, does.
@pytest.mark.parametrize("how", [">&-", "> /dev/full", "2>&-", "| true"])
@pytest.mark.parametrize(
    "words", ["weights list", "weights list --json", "score photo.png --scorer niqe"]
)
def test_standard_output_that_takes_nothing_is_no_traceback(
    tmp_path: Path, photo: Path, how: str, words: str
) -> None:
    assert photo == tmp_path / "photo.png"
    answer = subprocess.run(
        ["bash", "-c", f'"$@" {how}', "bash", *PROGRAM, *words.split()],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    full = "blackcamo: cannot write to standard output: No space left on device\n"
    assert answer.stderr == (full if "full" in how else "")
    assert answer.returncode == (2 if "full" in how else 0)


def test_standard_output_is_as_before_when_called_from_python(
    photo: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = sys.stdout
    assert main(["score", str(photo), "--scorer", "niqe", "--json"]) == 0
    assert sys.stdout is before
    print("afterwards")  # noqa: T201
    os.write(1, b"and past Python\n")
    out = capfd.readouterr().out
    end = out.rindex("}") + 2
    assert json.loads(out[:end])["results"]
    assert sorted(out[end:].splitlines()) == ["afterwards", "and past Python"]
