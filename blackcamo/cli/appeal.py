"""blackcamo appeal: what a critical viewer would mind in edits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, FAILED, complain, number, print_json, print_table

_SHOWN = 3


def appeal(
    original: Annotated[Path, typer.Argument(metavar="ORIGINAL", help="The photo.")],
    edited: Annotated[list[Path], typer.Argument(metavar="EDITED...", help="Edits of it.")],
    measure: Annotated[str, typer.Option(metavar="NAME", help="Measure of appeal.")] = "critic",
    mode: Annotated[
        Literal["enhance", "imperceptible"],
        typer.Option(help="Judge a visible enhancement, or any visible change."),
    ] = "enhance",
    as_json: o.Json = False,
) -> int:
    """Judge edits of a photo from 0 to 100, by whatever program they were made.

    Crop, scale and small turns are found, and the look is estimated; what these do not explain
    is damage. The worst part decides.
    """
    from blackcamo import run

    results = list(run.appraise(original, edited, appeal=measure, mode=mode))
    for result in results:
        if result.error is not None:
            complain(result.error)
    if as_json:
        print_json({"results": [result.to_json() for result in results]})
    else:
        print_table(
            ("photo", "appeal", "worst parts"),
            (
                (
                    str(result.photo),
                    number(result.appeal),
                    ", ".join(
                        f"{name} {value:.0f}"
                        for name, value in sorted(result.parts.items(), key=lambda p: p[1])[:_SHOWN]
                    ),
                )
                for result in results
                if result.error is None
            ),
        )
    return FAILED if any(result.error is not None for result in results) else DONE
