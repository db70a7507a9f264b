"""blackcamo countermeasures: what a defender could do before scoring, and what it recovers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.check_channels import Sheets, tell_channels
from blackcamo.cli.output import (
    DONE,
    FAILED,
    collecting,
    complain_about,
    print_json,
    print_table,
    say,
)

if TYPE_CHECKING:
    from blackcamo.run import ChannelsResult, CountermeasuresResult

_CLEAN = "Clean pictures"


def countermeasures(
    photos: o.Photos,
    clean: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH",
            help="Pictures that nobody has camouflaged, or folders of them, to see what a measure "
            "costs. May be repeated.",
            rich_help_panel=_CLEAN,
        ),
    ] = None,
    dataset: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="The same with opinion scores: a data set of `blackcamo datasets prepare`.",
            rich_help_panel=_CLEAN,
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="One of its splits; by default all of it.", rich_help_panel=_CLEAN
        ),
    ] = None,
    scorer: o.Scorer = "pocketiqa",
    model: o.Model = o.Model(),
    out: Sheets = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also draw what measures do to both: .png, .svg or .pdf.",
            rich_help_panel="Output",
        ),
    ] = None,
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> int:
    """Score files after what a defender could do: score, points recovered, quality, measure.

    With clean pictures a table of the measures follows: points recovered in the mean, camouflages
    that are of high quality again, and what becomes of clean pictures.
    """
    settings = model.options
    from blackcamo import run

    told: list[ChannelsResult] = collecting([])

    def checked(result: ChannelsResult) -> None:
        told.append(result)
        if not as_json:
            tell_channels(result, quiet=quiet)

    result = run.countermeasures(
        photos,
        clean=clean or (),
        dataset=dataset,
        split=split,
        scorer=scorer,
        scorer_options=settings,
        out=out,
        plot=plot,
        checked=checked,
    )
    if as_json:
        print_json(result.to_json())
    else:
        _tell(result)
    failed = any(one.error is not None for one in (*result.results, *result.clean))
    return FAILED if failed else DONE


def _tell(result: CountermeasuresResult) -> None:
    """Print what measures come to, where there is more than the files' own tables say."""
    for one in result.clean:
        if one.error is not None:
            complain_about(one.photo, one.error)
    if not result.clean and len(result.results) < 2:
        return
    say()
    rated = result.plcc_before is not None
    header = ["recovered", "high again", "clean", "clean moved", "clean kept high", "measure"]
    print_table(
        [*header[:-1], *(["PLCC"] if rated else []), header[-1]],
        (
            [
                _points(entry.recovered),
                f"{entry.high_again} of {entry.low}",
                _points(entry.clean_change),
                "-" if entry.clean_moved is None else f"{entry.clean_moved:.2f}",
                f"{entry.clean_kept} of {entry.clean_high}",
                *([_correlation(entry.plcc)] if rated else []),
                entry.name,
            ]
            for entry in result.measures
        ),
    )
    if rated:
        say(f"PLCC of the clean pictures as they are: {_correlation(result.plcc_before)}")
    if result.plot is not None:
        say(str(result.plot))


def _points(value: float | None) -> str:
    return "-" if value is None else f"{value:+.2f}"


def _correlation(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
