"""blackcamo prune-artifacts: less disk for the dashboard's pictures."""

from __future__ import annotations

from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, print_json, say


def prune_artifacts(
    study: Annotated[
        str | None,
        typer.Argument(metavar="[STUDY]", help="One study, or all of the storage without it."),
    ] = None,
    storage: o.Storage = o.DEFAULT_STORAGE,
    pictures: o.Pictures = None,
    as_json: o.Json = False,
) -> int:
    """Drop the dashboard's pictures but those of the photo, the front and the winner."""
    from blackcamo import run

    result = run.prune_artifacts(study, storage=storage, pictures=pictures)
    if as_json:
        print_json(result.to_json())
    else:
        megabytes = result.removed_bytes / 1e6
        say(f"removed {result.removed} pictures ({megabytes:.1f} MB), kept {result.kept}")
    return DONE
