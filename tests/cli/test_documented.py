"""What README and docs show of the command line exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from blackcamo.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def shown() -> list[tuple[str, str]]:
    """Page and line of every call in a code block; a backslash continues it."""
    found = []
    for page in PAGES:
        for block in re.findall(r"^```[^\n]*\n(.*?)^```", page.read_text("utf-8"), re.M | re.S):
            lines = block.replace("\\\n", " ").splitlines()
            calls = [line.strip().removeprefix("$ ") for line in lines]
            found += [(page.name, call) for call in calls if call.startswith("blackcamo ")]
    return found


@pytest.mark.parametrize(("page", "call"), shown())
def test_every_documented_call_exists(page: str, call: str) -> None:
    program = get_command(app)
    _, name, *words = shlex.split(call, comments=True)
    command = program if name.startswith("-") else program.commands[name]
    words = [name, *words] if command is program else words
    known = {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
    known |= {"--help", "-h"}
    used = [word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)]
    assert set(used) <= known, f"{page} shows options that blackcamo {name} does not have"
