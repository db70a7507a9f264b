"""The page on architecture says what is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "architecture.md").read_text()


def test_the_layers_are_those_that_are_checked() -> None:
    rules = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = (rule["layers"] for rule in rules["contracts"] if rule["type"] == "layers")
    wanted = [
        f"| {n} | {', '.join(f'`{name.strip()}`' for name in layer.split('|'))} |"
        for n, layer in enumerate(layers, 1)
    ]
    table = PAGE.partition("<!-- layers")[2].partition("<!-- end of layers")[0]
    assert [line for line in table.splitlines() if line.startswith("| ")][1:] == wanted


def test_every_file_of_the_story_is_there() -> None:
    named = re.findall(r"`([\w/]+(?:\.py|/))`", PAGE)
    assert len(named) > 15
    assert not [name for name in named if not (REPOSITORY / "blackcamo" / name).exists()]


def test_the_story_is_short() -> None:
    story = PAGE.partition("## The life of a candidate")[2].partition("\n## ")[0]
    assert len(set(re.findall(r"`([\w/]+\.py)`", story))) <= 18
