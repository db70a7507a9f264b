"""blackcamo evaluate: runs scored by the protocol of MediaEval 2020."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, FAILED, complain, number, print_json, print_table, say
from blackcamo.cli.progress import counting
from blackcamo.cli.runs import Originals, Runs, Size, named_folders, size_px

if TYPE_CHECKING:
    from blackcamo.mediaeval.protocol import Evaluation


def evaluate(
    originals: Originals,
    run: Runs,
    size: Size = "512x384",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Also write evaluation.json, scores.csv and evaluation.md.",
            rich_help_panel="Output",
        ),
    ] = None,
    scorer: o.Scorer = "koncept512",
    model: o.Model = o.Model(),
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> int:
    """Score runs after JPEG 90: accuracy, reduction, mean score, images for the jury.

    Exit status 2 if a run has images that could not be judged; they count as not protected.
    """
    runs = named_folders(run)
    size_limit = size_px(size)
    options = model.options
    from blackcamo.mediaeval import protocol, tables
    from blackcamo.scorers import load_scorer

    with counting(enabled=not (quiet or as_json)) as progress:
        result = protocol.evaluate(
            originals, runs, load_scorer(scorer, options), size_px=size_limit, progress=progress
        )
    written = tables.write_tables(result, out) if out is not None else ()
    if as_json:
        print_json(tables.to_json(result))
    else:
        _print(result)
        for path in written:
            say(str(path))
    if not quiet:
        _complain(result)
    complete = not result.unusable and not any(r.unprotected for r in result.runs)
    return DONE if complete else FAILED


def _print(result: Evaluation) -> None:
    say(
        f"{len(result.high)} originals of high quality for {result.scorer.name}, "
        f"{len(result.low)} others"
    )
    print_table(
        ("run", "accuracy %", "reduction %", "mean score", "qualified"),
        (
            (
                r.run,
                f"{100 * r.measures.accuracy:.2f}",
                f"{100 * r.measures.reduction:.2f}",
                number(r.measures.mean_score),
                "yes" if r.measures.qualified else "no",
            )
            for r in result.runs
        ),
    )
    if result.jury_images:
        say("jury images: " + ", ".join(result.jury_images))


def _complain(result: Evaluation) -> None:
    for reason in result.unusable.values():
        complain(f"left out: {reason}")
    for run in result.runs:
        lists = {"missing": run.missing, "ambiguous": run.ambiguous, "wrong size": run.wrong_size}
        for why, images in lists.items():
            if images:
                complain(f"{run.run}: {why}: {', '.join(images)}")
        for reason in run.unreadable.values():
            complain(f"{run.run}: {reason}")
        if run.extra:
            complain(f"{run.run}: belongs to no original: {', '.join(run.extra)}")
