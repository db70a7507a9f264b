"""blackcamo verify: whether a camouflage still scores what its preset recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, MISSED, print_json, say


def verify(
    camouflage: Annotated[
        Path, typer.Argument(metavar="CAMOUFLAGE", help="A file that `search` delivered.")
    ],
    preset: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Its preset; by default the one beside it."),
    ] = None,
    scorer: Annotated[
        str | None,
        typer.Option(
            metavar="NAME[:ARGUMENT]", help="Another scorer than the recorded one.",
            rich_help_panel="Scorer",
        ),
    ] = None,
    model: o.Model = o.Model(),
    as_json: o.Json = False,
) -> int:  # fmt: skip
    """Score the bytes on disk again; exit status 3 if the recorded score is not reproduced.

    Any scorer option given here replaces all of the recorded ones.
    """
    from blackcamo import run
    from blackcamo.types import ScorerOptions

    given = model.options
    result = run.verify(
        camouflage,
        preset=preset,
        scorer=scorer,
        scorer_options=None if given == ScorerOptions() else given,
    )
    if as_json:
        print_json(result.to_json())
    elif result.reproduced:
        say(f"{result.photo}: reproduced, {result.scorer} {result.score!r}")
    else:
        say(
            f"{result.photo}: not reproduced, {result.scorer} {result.score!r}, "
            f"recorded {result.recorded!r}"
        )
    return DONE if result.reproduced else MISSED
