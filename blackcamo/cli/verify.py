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
    device: o.Device = "auto",
    engine: o.Engine = "auto",
    preprocess: o.Preprocess = None,
    threshold: o.Threshold = None,
    scale: o.Range = None,
    lower_is_better: o.LowerIsBetter = None,
    scorer_option: o.ScorerSettings = None,
    as_json: o.Json = False,
) -> int:  # fmt: skip
    """Score the bytes on disk again; exit status 3 if the recorded score is not reproduced.

    Any scorer option given here replaces all of the recorded ones.
    """
    from blackcamo import run
    from blackcamo.types import ScorerOptions

    given = o.scorer_options(
        device=device,
        engine=engine,
        preprocess=preprocess,
        threshold=threshold,
        scale=scale,
        lower_is_better=lower_is_better,
        settings=scorer_option,
    )
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
