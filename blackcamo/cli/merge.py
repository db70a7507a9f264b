"""blackcamo merge: several studies as one."""

from __future__ import annotations

from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, print_json, say


def merge(
    studies: Annotated[
        list[str], typer.Argument(metavar="STUDY", help="Studies of one photo, two or more.")
    ],
    storage: o.Storage = o.DEFAULT_STORAGE,
    into: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the new study.")] = None,
    pictures: o.Pictures = None,
    as_json: o.Json = False,
) -> int:
    """Copy the trials of studies on one photo into a new study, with one common front.

    They may differ in strategy, seed, batch size and appeal floor, and in nothing else.
    """
    from blackcamo import run

    result = run.merge(studies, storage=storage, into=into, pictures=pictures)
    if as_json:
        print_json(result.to_json())
        return DONE
    say(f"{result.study}: {result.trials} trials of {len(result.sources)} studies")
    return DONE
