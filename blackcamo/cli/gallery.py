"""blackcamo gallery: a look at the results, before beside after."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, FAILED, complain_about, print_json, say
from blackcamo.cli.progress import counting


def gallery(
    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar="FOLDER", help="Where `search` wrote to; camouflages are found at any depth."
        ),
    ],
    photos: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="Folder of the originals, by default the current one. May be repeated.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder of the files; by default the first FOLDER.",
            rich_help_panel="Output",
        ),
    ] = None,
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> int:  # fmt: skip
    """Show camouflages beside their originals: gallery.html to flip through, gallery.png.

    The page is one file that needs no network: whole photos and crops at 100 %, which a click or
    key swaps in place, with scores, appeal and recipe. From 21 photos on there are further pages.
    """
    from blackcamo import run

    with counting(enabled=not (quiet or as_json)) as progress:
        made = run.exhibit(folders, photos=photos or (Path(),), out=out, progress=progress)
    failed = [result for result in made.results if result.error is not None]
    if as_json:
        print_json(made.to_json())
    else:
        for result in failed:
            complain_about(result.photo, str(result.error))
        for path in (*made.pages, *made.sheets):
            say(str(path))
    return FAILED if failed else DONE
