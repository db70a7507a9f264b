"""blackcamo prune-artifacts: pictures that nobody needs."""

from __future__ import annotations

from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, print_json, say

_MIB = 2**20


def prune_artifacts(
    storage: o.Storage = o.DEFAULT_STORAGE,
    pictures: o.Pictures = None,
    limit: Annotated[
        float | None,
        typer.Option(
            metavar="MIB",
            help="Go on until the rest is no larger: first the best of batches, then fronts.",
        ),
    ] = None,
    as_json: o.Json = False,
) -> int:
    """Delete pictures that studies no longer show; `blackcamo pictures` makes them again."""
    from blackcamo import run

    result = run.prune(storage, pictures=pictures, limit_mib=limit)
    if as_json:
        print_json(result.to_json())
        return DONE
    say(
        f"{result.folder}: {result.removed} pictures deleted, "
        f"{result.freed_bytes / _MIB:.1f} MiB; {result.kept_bytes / _MIB:.1f} MiB left"
    )
    return DONE
