"""blackcamo studies: what a storage holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, complain, number, print_json, print_table

if TYPE_CHECKING:
    from blackcamo.run import StudyEntry


def studies(
    storage: o.Storage = o.DEFAULT_STORAGE,
    everything: Annotated[
        bool, typer.Option("--all", help="Also studies in which nothing was tried.")
    ] = False,
    as_json: o.Json = False,
) -> int:
    """List the studies of a storage, the newest last."""
    from blackcamo import run

    entries = run.studies(storage, empty=everything)
    if as_json:
        print_json({"studies": [entry.to_json() for entry in entries]})
        return DONE
    print_table(
        ("study", "date", "style", "mode", "seed", "trials", "result"),
        (
            (
                entry.name,
                "-" if entry.date is None else entry.date[: len("2026-01-31 12:00")],
                entry.style or "-",
                entry.mode or "-",
                "-" if entry.seed is None else str(entry.seed),
                str(entry.trials),
                _result(entry),
            )
            for entry in entries
        ),
    )
    if not entries and not everything:
        complain(f"{storage} has no study in which anything was tried; --all lists the others")
    return DONE


def _result(entry: StudyEntry) -> str:
    if entry.best_score is None:
        return entry.verdict or "not finished"
    return (
        f"{number(entry.score_before)} -> {number(entry.best_score)}, appeal "
        f"{number(entry.best_appeal)}, {entry.verdict}"
    )
