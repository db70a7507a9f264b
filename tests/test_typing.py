"""What a type checker tells the author of a script that uses blackcamo."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

SCRIPT = """\
from pathlib import Path
import numpy as np
from numpy.typing import NDArray
from PIL import Image
import blackcamo

def mine(images: list[NDArray[np.uint8]]) -> list[float]:
    return [float(image.mean()) for image in images]

def of_a_path(path: Path) -> float:
    return 0.0

result = blackcamo.search("a.jpg", scorer=mine, scale=(0, 255), threshold=128, styles=["noir"])
blackcamo.search(Image.open("a.jpg"), out=Path("x"), storage="y", mode="imperceptible")
for one in blackcamo.search_many([Path("a.jpg"), np.zeros((64, 64, 3), np.uint8)], budget=50):
    print(one.score_after, one.output)
print(blackcamo.styles()[0].sentence, blackcamo.scorers()[0].name, blackcamo.filters()[0].params)
print(blackcamo.appeal("a.jpg", "b.jpg").appeal, blackcamo.apply("p.json", "a.jpg", out="o")[0])
"""
MISTAKES = {
    'blackcamo.search("a.jpg", bugdet=5)': 'Unexpected keyword argument "bugdet".*call-arg',
    'blackcamo.search("a.jpg", budget="5")': 'Argument "budget".*"str"; expected "int"',
    'blackcamo.search("a.jpg", mode="enhanced")': 'Argument "mode".*expected "Literal',
    'blackcamo.search_many(["a.jpg", 3])': 'List item 1 has incompatible type "int"',
    'blackcamo.search("a.jpg", out=3)': 'Argument "out".*"int"; expected "str . Path . None"',
    'blackcamo.search("a.jpg", scorer=of_a_path)': 'Argument "scorer".*expected "str . Callable',
    'blackcamo.score("a.jpg", scorer=of_a_path)': 'Argument "scorer".*expected "str . Callable',
}


@pytest.mark.slow
def test_mypy_finds_the_mistakes_of_a_script_and_no_others(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT + "".join(f"{line}\n" for line in MISTAKES))
    done = subprocess.run(
        # With the cache of scripts/lint it takes seconds, and else a minute for torch and numpy.
        [sys.executable, "-m", "mypy", "--strict", "--no-pretty", "script.py"],
        cwd=tmp_path,
        env={"MYPY_CACHE_DIR": str(ROOT / ".mypy_cache"), "PATH": ""},
        capture_output=True,
        text=True,
    )
    errors = re.findall(r"^script.py:(\d+): error: (.*)$", done.stdout, re.MULTILINE)
    first = SCRIPT.count("\n") + 1
    assert [int(line) for line, _ in errors] == list(range(first, first + len(MISTAKES))), (
        done.stdout + done.stderr
    )
    for (_, error), expected in zip(errors, MISTAKES.values(), strict=True):
        assert re.search(expected, error), error
