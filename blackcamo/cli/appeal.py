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
        Literal["enhance", "imperceptible"] | None,
        typer.Option(
            help="Judge a visible enhancement, or any visible change; by default as the preset "
            "was searched, else an enhancement.",
        ),
    ] = None,
    preset: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What the edits were made with; by default what lies in their folder.",
        ),
    ] = None,
    as_json: o.Json = False,
) -> int:
    """Judge edits of a photo from 0 to 100, by whatever program they were made.

    What a search delivered is seen as it was there, by the preset that lies with it. Else crop,
    scale, small turns and perspective are found, and the look is estimated; what these do not
    explain is damage. The worst part decides. What shows no part of the photo is not comparable:
    it gets one line, no number, and the exit status 2.
    """
    from blackcamo import run
    from blackcamo.wording import complaint

    results = list(run.appraise(original, edited, preset=preset, measure=measure, mode=mode))
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
                        f"{complaint(name)} {value:.0f}"
                        for name, value in sorted(result.parts.items(), key=lambda p: p[1])[:_SHOWN]
                    ),
                )
                for result in results
                if result.error is None
            ),
        )
    return FAILED if any(result.error is not None for result in results) else DONE
