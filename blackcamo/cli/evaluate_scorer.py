"""blackcamo evaluate-scorer: how well a scorer agrees with people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, FAILED, complain, print_json, say
from blackcamo.cli.progress import counting


def evaluate_scorer(
    dataset: Annotated[
        Path,
        typer.Option(metavar="DIR", help="A data set of `blackcamo datasets prepare`."),
    ],
    split: Annotated[
        str | None, typer.Option(metavar="NAME", help="One of its splits; by default all of it.")
    ] = None,
    scorer: o.Scorer = "koncept512",
    model: o.Model = o.Model(),
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> int:
    """Compare a scorer with opinion scores: PLCC, SROCC, MAE, RMSE; no channel in between.

    MAE and RMSE are of the opinion scores' scale, 0-100: the scorer's is mapped onto it.
    Exit status 2 if pictures could not be scored; they are left out.
    """
    options = model.options
    from blackcamo.mediaeval.agreement import assess
    from blackcamo.mediaeval.datasets import read_prepared
    from blackcamo.scorers import load_scorer

    pictures = read_prepared(dataset, split)
    with counting(enabled=not (quiet or as_json)) as progress:
        result = assess(load_scorer(scorer, options), pictures, progress=progress)
    for reason in result.failed.values():
        complain(f"left out: {reason}")
    if as_json:
        print_json(result.to_json())
        return FAILED if result.failed else DONE
    measured = result.agreement
    say(f"{result.scorer.name} on {measured.images} images")
    for name, value in (
        ("PLCC", measured.plcc),
        ("SROCC", measured.srocc),
        ("MAE", measured.mae),
        ("RMSE", measured.rmse),
    ):
        say(f"  {name:5}  {'-' if value is None else format(value, '.3f')}")
    return FAILED if result.failed else DONE
