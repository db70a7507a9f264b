"""What README and docs show of the command line exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from blackcamo.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


CODE = re.compile(r"^```[^\n]*\n(.*?)^```|^    ([^\n]*)$|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
CALL = re.compile(r"^(?:\$ )?(?:[A-Z_]+=\S+ )*blackcamo (?=[a-z-])([^|>]*)", re.MULTILINE)


def shown() -> list[tuple[str, str]]:
    """Page and arguments of every call in code; a backslash continues its line."""
    found = []
    for page in PAGES:
        for pieces in CODE.findall(page.read_text("utf-8")):
            code = "".join(pieces).replace("\\\n", " ")
            for line in code.splitlines():
                found += [(page.name, call) for call in CALL.findall(line.strip())]
    return found


@pytest.mark.parametrize(("page", "call"), shown())
def test_every_documented_call_exists(page: str, call: str) -> None:
    command: Any = get_command(app)
    words = shlex.split(call, comments=True)
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        assert words[0] in command.commands, f"{page} shows a command that does not exist: {call}"
        command = command.commands[words.pop(0)]
    known = {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
    used = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    assert used <= known | {"--help", "-h"}, f"{page} shows an option that does not exist: {call}"
