"""blackcamo explain: what it takes of a camouflage, and what each clause of it does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import (
    DONE,
    complain_about,
    number,
    print_json,
    print_table,
    say,
    say_words,
)
from blackcamo.cli.progress import counting

if TYPE_CHECKING:
    from blackcamo.run import ExplainResult


def explain(
    target: Annotated[
        str,
        typer.Argument(
            metavar="STUDY|PRESET|CAMOUFLAGE",
            help="Name of a study or a beginning that only it has, a preset, or a file that "
            "`search` delivered.",
        ),
    ],
    pick: Annotated[
        str,
        typer.Option(
            metavar="best|knee|lowest|N", help="Which result of a study, as for `export`."
        ),
    ] = "best",
    last: o.Last = False,
    storage: o.Storage = o.DEFAULT_STORAGE,
    photos: o.OriginalIn = None,
    budget: Annotated[int, typer.Option("--budget", help="Most queries.")] = 64,
    scorer: Annotated[
        str | None,
        typer.Option(
            metavar="NAME[:ARGUMENT]",
            help="The recorded scorer, if it has to be named.",
            rich_help_panel="Scorer",
        ),
    ] = None,
    scorer_option: o.ScorerSettings = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for the minimal recipe's preset and camouflage and a strip of pictures; "
            "without it nothing is written.",
            rich_help_panel="Output",
        ),
    ] = None,
    overwrite: o.Overwrite = False,
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> int:
    """Leave out the clauses of a recipe one by one: which ones it takes, and what each one does."""
    from blackcamo import run
    from blackcamo.types import ScorerOptions

    name = target if Path(target).is_file() else o.study_meant(target, storage, last=last)
    preset = run.preset_meant(name, storage=storage, pick=int(pick) if pick.isdecimal() else pick)
    with counting(enabled=not (quiet or as_json)) as progress:
        result = run.explain(
            preset,
            photos=photos or (Path(),),
            budget=budget,
            out=out,
            overwrite=overwrite,
            scorer=scorer,
            scorer_options=ScorerOptions(extra=o.scorer_settings(scorer_option))
            if scorer_option
            else None,
            progress=progress,
        )
    if as_json:
        print_json(result.to_json())
        return DONE
    for note in () if quiet else result.notes:
        complain_about(result.photo, note)
    _tell(result)
    return DONE


def _tell(result: ExplainResult) -> None:
    """Print what the clauses do and which ones it takes."""
    kept = sum(clause.kept for clause in result.clauses)
    say_words(
        f"{result.photo}: {result.scorer} {number(result.score_before)} -> {number(result.score)} "
        f"(target {result.target:g}), appeal {number(result.appeal)}, by {len(result.clauses)} "
        f"clauses; {result.queries['total']} queries"
    )
    print_table(
        ("score without", "appeal without", "share", "of appeal", "kept", "clause"),
        (
            (
                number(clause.score_without),
                number(clause.appeal_without),
                number(clause.score_share),
                number(clause.appeal_share),
                "yes" if clause.kept else "no",
                clause.clause,
            )
            for clause in result.clauses
        ),
    )
    for clause in result.clauses:
        if clause.kept and clause.says:
            say_words(f"{clause.clause}: {clause.says}", indent=2)
    if not result.complete:
        say_words("the budget was spent before all was measured; a larger --budget tells the rest")
    say_words(
        f"{kept} of {len(result.clauses)} clauses: {result.scorer} "
        f"{number(result.score_minimal)}, appeal {number(result.appeal_minimal)}: {result.minimal}"
    )
    for path in (result.output, result.preset, result.strip):
        if path is not None:
            say(f"  {path}")
