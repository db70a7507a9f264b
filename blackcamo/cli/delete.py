"""blackcamo delete: a study with all that belongs to it."""

from __future__ import annotations

from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, print_json, say


def delete(
    study: Annotated[str, typer.Argument(metavar="STUDY", help="The study's whole name.")],
    storage: o.Storage = o.DEFAULT_STORAGE,
    pictures: o.Pictures = None,
    as_json: o.Json = False,
) -> int:
    """Delete a study with its trials, pictures and jury. What `search` delivered stays."""
    from blackcamo import run

    run.delete(study, storage=storage, pictures=pictures)
    if as_json:
        print_json({"deleted": study})
    else:
        say(f"deleted {study}")
    return DONE
