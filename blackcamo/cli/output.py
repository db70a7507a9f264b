"""Where output goes: results to stdout, messages to stderr, JSON as one object."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import typer

DONE, FAILED, MISSED, INTERRUPTED = 0, 2, 3, 130
"""Exit status: all went well; an input failed; not camouflaged or not reproduced; Ctrl-C."""


def one_line(text: str) -> str:
    r"""Text that fits a line of a terminal, whatever file names it quotes.

    >>> one_line("no photo a\nb.jpg")
    'no photo a\\nb.jpg'
    """
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


def say(line: str = "") -> None:
    """Print one line of a result."""
    typer.echo(one_line(line))


def complain(message: str) -> None:
    """Print one line about what went wrong or is worth knowing."""
    typer.echo(f"blackcamo: {one_line(message)}", err=True)


def complain_about(photo: Path, message: str) -> None:
    """Print one line about one photo, naming it once."""
    complain(message if str(photo) in message else f"{photo}: {message}")


def print_json(document: Mapping[str, object]) -> None:
    """Print the one JSON object of a command."""
    typer.echo(json.dumps(document, indent=2, allow_nan=False))


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print aligned columns; numbers are ranged right, nothing is cut."""
    table = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    numeric = [all(_is_number(row[n]) for row in table[1:]) for n in range(len(header))]
    for row in table:
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ]
        say("  ".join(cells).rstrip())


def number(value: float | None) -> str:
    """A score or appeal for a table, "-" where there is none."""
    return "-" if value is None else f"{value:.1f}"


def _is_number(cell: str) -> bool:
    return cell == "-" or cell.lstrip("-").replace(".", "", 1).isdigit()
