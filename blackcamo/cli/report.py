"""blackcamo report: the results of a photo or a folder, and how they were found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.choose import open_in_browser
from blackcamo.cli.output import DONE, FAILED, complain_about, print_json, say
from blackcamo.cli.progress import counting


def report(
    what: Annotated[
        list[Path],
        typer.Argument(
            metavar="PHOTO|FOLDER",
            help="A photo that was searched, or where `search` wrote to; camouflages are found at "
            "any depth.",
        ),
    ],
    photos: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="Folder of the originals, by default the current one. May be repeated.",
        ),
    ] = None,
    open_page: Annotated[
        bool, typer.Option("--open", help="Open the page in a browser.", rich_help_panel="Output")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder of the files; by default that of the camouflages.",
            rich_help_panel="Output",
        ),
    ] = None,
    storage: o.Storage = o.DEFAULT_STORAGE,
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> int:  # fmt: skip
    """Show results beside their originals, and how they were found: report.html and report.png.

    The page is one file that needs no network: before and after with a slider, crops at 100 %,
    verdict, recipe step by step, the course of the search, its front, queries and versions. From
    21 results on there are further pages. No scorer is asked.
    """
    from blackcamo import run

    with counting(enabled=not (quiet or as_json)) as progress:
        made = run.report(
            what, photos=photos or (Path(),), out=out, storage=storage, progress=progress
        )
    failed = [result for result in made.results if result.error is not None]
    if as_json:
        print_json(made.to_json())
    else:
        for result in failed:
            complain_about(result.photo, str(result.error))
        for path in (*made.pages, *made.sheets):
            say(str(path))
    if open_page:
        open_in_browser(made.pages[0])
    return FAILED if failed else DONE
