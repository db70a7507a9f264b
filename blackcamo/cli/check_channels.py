"""blackcamo check-channels: what is left of a file after each channel of a set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, FAILED, collecting, complain_about, print_json, say

if TYPE_CHECKING:
    from blackcamo.run import ChannelsResult


Sheets = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Also draw a sheet of each file into this folder: <name>.channels.png, one place of "
        "it at 100 % after each channel.",
        rich_help_panel="Output",
    ),
]


def check_channels(
    photos: o.Photos,
    channels: Annotated[
        str,
        typer.Option(
            "--channels",
            metavar="NAME,...",
            help="Channels, sets (standard, platforms), steps such as resize:1080+jpeg:80, or "
            "TOML files.",
            rich_help_panel="Channel",
        ),
    ] = "standard",
    scorer: o.Scorer = "pocketiqa",
    model: o.Model = o.Model(),
    out: Sheets = None,
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> int:
    """Score delivered files after other codecs, sizes and platforms: score, quality, channel."""
    settings = model.options
    from blackcamo import run

    names = o.names(channels) or ()
    results: list[ChannelsResult] = collecting([])
    for result in run.check_channels(
        photos, names=names, scorer=scorer, scorer_options=settings, out=out
    ):
        results.append(result)
        if not as_json:
            tell_channels(result, quiet=quiet)
    if as_json:
        print_json({"results": [result.to_json() for result in results]})
    return FAILED if any(result.error is not None for result in results) else DONE


def tell_channels(result: ChannelsResult, *, quiet: bool) -> None:
    """Print the table of a file, or why there is none."""
    for note in () if quiet else result.notes:
        complain_about(result.photo, note)
    if result.error is not None:
        complain_about(result.photo, result.error)
    else:
        _print(result)


def _print(result: ChannelsResult) -> None:
    """A file's table: score after a channel, points recovered and their share, quality, name."""
    taken = None if result.score_before is None else abs(result.score_before - (result.score or 0))
    before = "" if result.score_before is None else f", the original {result.score_before:.1f}"
    say(f"{result.photo}: {result.score:.1f}{before}; {result.queries} queries")
    for name, score in result.scores.items():
        recovered = result.recovered[name]
        if score is None or recovered is None:
            say(f"        -                 no score  {name}")
            continue
        share = f"{recovered / taken:5.0%}" if taken else "     "
        quality = "high" if result.high_quality[name] else "low"
        say(f"{score:9.2f}  {recovered:+7.2f}  {share}  {quality:4}  {name}")
    held = sum(quality is False for quality in result.high_quality.values())
    say(f"low after {held} of {len(result.scores)}")
    if result.sheet is not None:
        say(str(result.sheet))
