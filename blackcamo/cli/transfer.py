"""blackcamo transfer: how much of a camouflage for one scorer works on others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, FAILED, complain, print_json, print_table, say, say_words
from blackcamo.cli.progress import counting
from blackcamo.errors import OptionError

if TYPE_CHECKING:
    from blackcamo.run import TransferCell, TransferResult


def transfer(
    targets: Annotated[
        list[str],
        typer.Argument(
            metavar="STUDY|FOLDER",
            help="Folders that `search` wrote to (at any depth), files of them, or studies.",
        ),
    ],
    scorer: Annotated[
        list[str],
        typer.Option(
            "--scorer",
            metavar="NAME[:ARGUMENT],...",
            help="The quality models that judge; may be repeated.",
            rich_help_panel="Scorer",
        ),
    ],
    scorer_option: o.ScorerSettings = None,
    storage: o.Storage = o.DEFAULT_STORAGE,
    photos: o.OriginalIn = None,
    best_efforts: Annotated[
        bool,
        typer.Option("--best-efforts", help="Also judge what its search could not camouflage."),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also write every score as CSV, a line for each camouflage and judge.",
            rich_help_panel="Output",
        ),
    ] = None,
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> int:
    """Let quality models judge camouflages that were made for others: a matrix of both.

    Scores of the model that was attacked are those that its search recorded; it is not asked.
    """
    from blackcamo import run
    from blackcamo.types import ScorerOptions

    judges = _judges(scorer, scorer_option)
    options = ScorerOptions(extra=o.scorer_settings(scorer_option))
    with counting(enabled=not (quiet or as_json)) as progress:
        result = run.transfer(
            targets,
            scorers=dict.fromkeys(judges, options),
            storage=storage,
            photos=photos or (Path(),),
            best_efforts=best_efforts,
            out=out,
            progress=progress,
        )
    if as_json:
        print_json(result.to_json())
    else:
        _tell(result, quiet=quiet)
    return FAILED if result.errors else DONE


def _judges(scorers: Sequence[str], settings: Sequence[str] | None) -> list[str]:
    """The specs of the judges.

    Raises:
        OptionError: there are several, and settings that only one of them can mean.
    """
    judges = [name for names in scorers for name in o.names(names) or ()]
    if settings and len(judges) > 1:
        raise OptionError(
            f"--scorer-option goes with one scorer, and {len(judges)} are named; describe networks "
            "in files beside them, or call it for each scorer"
        )
    return judges


def _tell(result: TransferResult, *, quiet: bool) -> None:
    for line in (*(() if quiet else result.notes), *result.errors):
        complain(line)
    _print(result.cells)
    for name, counts in result.queries.items():
        say(f"{name}: {counts['total']} queries")
    if result.table is not None:
        say(str(result.table))


def _print(cells: Sequence[TransferCell]) -> None:
    """Print the matrix: a line for each attacked scorer, a column for each judge."""
    judges = list(dict.fromkeys(cell.judged for cell in cells))
    lines = list(dict.fromkeys(cell.attacked for cell in cells))
    said = {(cell.attacked, cell.judged): _said(cell) for cell in cells}
    print_table(
        ("attacked", *judges),
        ((line, *(said.get((line, judge), "-") for judge in judges)) for line in lines),
    )
    say_words(
        "how many of those that were of high quality to the judge still are, and by how many "
        "points of its scale quality falls in the mean"
    )


def _said(cell: TransferCell) -> str:
    share = "" if cell.accuracy is None else f" {cell.accuracy:.0%}"
    return f"{cell.high_after}/{cell.high_before}{share}, {cell.mean_drop:.1f}"
