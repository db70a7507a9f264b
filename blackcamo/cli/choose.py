"""blackcamo choose: a few clearly different results of a study."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, number, print_json, print_table, say


def choose(
    study: o.Study,
    last: o.Last = False,
    storage: o.Storage = o.DEFAULT_STORAGE,
    photos: o.OriginalIn = None,
    open_page: Annotated[
        bool, typer.Option("--open", help="Open the page in a browser.", rich_help_panel="Output")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of the files; by default camouflage/<name of the photo>.",
            rich_help_panel="Output",
        ),
    ] = None,
    as_json: o.Json = False,
) -> int:
    """Show four to six clearly different results of a study: a page to compare on, and a sheet.

    No scorer is asked. `blackcamo deliver STUDY --pick N` then writes any of them in full.
    """
    from blackcamo import run

    made = run.choose(
        o.study_meant(study, storage, last=last),
        storage=storage,
        photos=o.originals(study, photos),
        out=out,
    )
    if as_json:
        print_json(made.to_json())
    else:
        print_table(
            ("pick", "score", "appeal", "known for", "recipe"),
            (
                (
                    str(option.pick),
                    number(option.score),
                    number(option.appeal),
                    ", ".join(option.known_for),
                    option.recipe,
                )
                for option in made.options
            ),
        )
        say(str(made.page))
        say(str(made.sheet))
        say(f"blackcamo deliver {made.study} --pick N writes one of them in full")
    if open_page:
        open_in_browser(made.page)
    return DONE


def open_in_browser(page: Path) -> None:
    """Open a page in the user's browser; the variable BROWSER names another one."""
    webbrowser.open(page.resolve().as_uri())
