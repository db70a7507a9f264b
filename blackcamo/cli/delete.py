"""blackcamo delete: studies that nobody needs."""

from __future__ import annotations

from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, print_json, say


def delete(
    studies: Annotated[
        list[str], typer.Argument(metavar="STUDY", help="Names of studies, in full.")
    ],
    storage: o.Storage = o.DEFAULT_STORAGE,
    pictures: o.Pictures = None,
    as_json: o.Json = False,
) -> int:
    """Delete studies for good, with their trials, pictures and juries; delivered files stay."""
    from blackcamo import run

    run.delete(studies, storage=storage, pictures=pictures)
    if as_json:
        print_json({"deleted": studies})
        return DONE
    for name in studies:
        say(f"{name} deleted")
    return DONE
