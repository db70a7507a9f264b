"""The page of commands, made from the command line: `python -m tests.docs.commands`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.main import get_command

from blackcamo.cli import app

PAGE = Path(__file__).resolve().parents[2] / "docs" / "commands.md"
_HEAD = """\
# Commands
What `blackcamo COMMAND --help` says, made from the command line itself (`python -m
tests.docs.commands`). Every command also takes `--help`, `--config FILE` and `--print-config`:
what an option is where nobody gives it can be [configured](configuration.md).
"""
_EVERYWHERE = {"config", "print_config", "help"}
_TYPES = {"int": "N", "int range": "N", "float": "NUMBER", "str": "TEXT", "path": "PATH"}


def page() -> str:
    """The page as it should be."""
    root: Any = get_command(app)
    parts = [_HEAD, f"{_prose(root.help)}\n"]
    for name, command in root.commands.items():
        inner = getattr(command, "commands", None) or {}
        parts += _section(name, command) if not inner else []
        for below, one in inner.items():
            parts += _section(f"{name} {below}", one)
    return "\n".join(parts)


def _section(name: str, command: Any) -> Iterator[str]:
    context = typer.Context(command)
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [
        p for p in command.params if p.param_type_name == "option" and p.name not in _EVERYWHERE
    ]
    yield f"## {name}"
    words = " ".join(_argument(p) for p in arguments)
    yield f"    blackcamo {name}{' [OPTIONS]' if options else ''} {words}".rstrip() + "\n"
    yield f"{_prose(command.help)}\n"
    if arguments or options:
        yield "| | |\n|---|---|"
        for one in arguments:
            yield f"| `{one.metavar or one.name.upper()}` | {_prose(one.help)} |"
        for one in options:
            yield f"| {_option(one, context)} | {_meaning(one)} |"
        yield ""


def _argument(parameter: Any) -> str:
    shown = parameter.metavar or parameter.name.upper()
    return f"{shown}..." if parameter.nargs == -1 and not shown.endswith("...") else str(shown)


def _option(parameter: Any, context: Any) -> str:
    names = "`, `".join((*parameter.opts, *parameter.secondary_opts))
    if parameter.is_flag:
        return f"`{names}`"
    kind = parameter.metavar or parameter.display_type(context).strip("<>")
    return f"`{names} {_TYPES.get(kind, kind)}`".replace("|", "\\|")


def _meaning(parameter: Any) -> str:
    said = _prose(parameter.help).replace("|", "\\|")
    if parameter.required:
        return f"{said} Required."
    if parameter.is_flag or parameter.default is None or parameter.default == []:
        return said
    return f"{said} Default: `{parameter.default}`."


def _prose(text: str) -> str:
    """Help as Markdown: what is an option is code, so that its dashes stay."""
    parts = inspect.cleandoc(text).split("`")
    parts[::2] = [re.sub(r"(--[a-z][a-z-]*)", r"`\1`", part) for part in parts[::2]]
    return "`".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
