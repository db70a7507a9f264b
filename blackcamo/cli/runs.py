"""Options and words that the commands on runs share: NAME=DIR, WIDTHxHEIGHT."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from blackcamo.errors import OptionError

Originals = Annotated[
    Path, typer.Option("--originals", metavar="DIR", help="Folder of the original images.")
]
Runs = Annotated[
    list[str],
    typer.Option(
        "--run",
        metavar="NAME=DIR",
        help="A run's code and folder; DIR/<stem>.* or DIR/<NAME>_<stem>.* belongs to the "
        "original <stem>. May be repeated.",
    ),
]
Size = Annotated[
    str,
    typer.Option(
        "--size",
        metavar="WIDTHxHEIGHT|original",
        help="Size of every image; original: each like its original.",
    ),
]


def named_folders(pairs: Sequence[str]) -> dict[str, Path]:
    """Run -> folder, from NAME=DIR.

    Raises:
        OptionError: not NAME=DIR, or a name is given twice.
    """
    folders: dict[str, Path] = {}
    for pair in pairs:
        name, equals, folder = pair.partition("=")
        if not name or not equals or not folder:
            raise OptionError(f"--run is {pair!r}; it must be NAME=DIR")
        if name in folders:
            raise OptionError(f"run {name!r} is given twice; each run needs a code of its own")
        folders[name] = Path(folder)
    return folders


def size_px(text: str) -> tuple[int, int] | None:
    """Width and height; None where each original has its own.

    >>> size_px("512x384"), size_px("original")
    ((512, 384), None)

    Raises:
        OptionError: neither a size nor "original".
    """
    if text == "original":
        return None
    if not (found := re.fullmatch(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})", text)):
        raise OptionError(
            f"--size is {text!r}; it must be WIDTHxHEIGHT, such as 512x384, or original"
        )
    return int(found[1]), int(found[2])
