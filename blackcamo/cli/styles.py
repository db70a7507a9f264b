"""blackcamo styles: the styles there are, and what they make of a photo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, print_json, print_table, say


def styles(
    photo: Annotated[
        Path | None,
        typer.Argument(metavar="[PHOTO]", help="A picture to be shown in every style."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The sheet; <name of the photo>.styles.png by default."),
    ] = None,
    style: o.Styles = None,
    as_json: o.Json = False,
) -> int:
    """List the styles; with a photo, draw what each makes of it (no scorer is asked)."""
    from blackcamo import run

    names = o.names(style)
    if photo is not None:
        sheet = run.style_sheet(photo, out, names=names)
        if as_json:
            print_json({"sheet": str(sheet)})
        else:
            say(str(sheet))
        return DONE
    entries = run.styles(names)
    if as_json:
        print_json({"styles": [entry.to_json() for entry in entries]})
        return DONE
    print_table(
        ("style", "liked", "what it looks like", "free parameters"),
        ((e.name, _liked(e.liked), e.sentence, ", ".join(e.free)) for e in entries),
    )
    return DONE


def _liked(share: float | None) -> str:
    return "by name" if share is None else f"{share:.0%}"
