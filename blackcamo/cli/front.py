"""blackcamo front: the best trade-offs of a study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, number, print_json, print_table


def front(
    study: o.Study,
    last: o.Last = False,
    storage: o.Storage = o.DEFAULT_STORAGE,
    csv: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also write it as CSV, parameters included.",
            rich_help_panel="Output",
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Also draw it: .png, .svg or .pdf.", rich_help_panel="Output"
        ),
    ] = None,
    as_json: o.Json = False,
) -> int:
    """List a study's Pareto front: no other trial has a better score and more appeal."""
    from blackcamo import run

    study = o.study_meant(study, storage, last=last)
    entries = run.front(study, storage=storage, csv=csv, plot=plot)
    if as_json:
        print_json({"study": study, "front": [entry.to_json() for entry in entries]})
        return DONE
    print_table(
        ("trial", "score", "appeal", "pick", "recipe"),
        (
            (
                str(entry.number),
                number(entry.score),
                number(entry.appeal),
                ", ".join(entry.picks),
                entry.recipe,
            )
            for entry in entries
        ),
    )
    return DONE
