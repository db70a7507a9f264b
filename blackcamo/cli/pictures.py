"""blackcamo pictures: pictures of trials, for the dashboard."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, print_json, say


def pictures(
    study: o.Study,
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="The photo that was searched on.")],
    trial: Annotated[
        list[int] | None,
        typer.Option(
            metavar="N", help="A trial; by default all that a search shows. May be repeated."
        ),
    ] = None,
    last: o.Last = False,
    storage: o.Storage = o.DEFAULT_STORAGE,
    folder: o.Pictures = None,
    as_json: o.Json = False,
) -> int:
    """Render what trials look like after the channel, for the dashboard; no scorer is asked."""
    from blackcamo import run

    study = o.study_meant(study, storage, last=last)
    result = run.show(study, photo, storage=storage, trials=trial, pictures=folder)
    if as_json:
        print_json(result.to_json())
        return DONE
    say(f"{result.study}: {len(result.made)} pictures made, {len(result.files)} there")
    for number, path in result.files.items():
        say(f"  {number}  {path}")
    return DONE
