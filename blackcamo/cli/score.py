"""blackcamo score: what a scorer thinks of photos."""

from __future__ import annotations

from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, FAILED, collecting, complain_about, print_json, say


def score(
    photos: o.Photos,
    as_is: Annotated[
        bool,
        typer.Option(
            "--as-is",
            help="Score the file's own pixels, without compressing them.",
            rich_help_panel="Channel",
        ),
    ] = False,
    codec: o.Codec = o.Codec(),
    scorer: o.Scorer = "pocketiqa",
    model: o.Model = o.Model(),
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> int:
    """Score photos after the channel: score, high or low quality, photo."""
    from blackcamo import run
    from blackcamo.channel import Channel

    results: list[run.ScoreResult] = collecting([])
    for result in run.score_many(
        photos,
        scorer=scorer,
        scorer_options=model.options,
        channel=None if as_is else Channel(codec.quality, codec.subsampling),
    ):
        results.append(result)
        if as_json:
            continue
        for note in () if quiet else result.notes:
            complain_about(result.photo, note)
        if result.error is not None:
            complain_about(result.photo, result.error)
        else:
            verdict = "high" if result.high_quality else "low"
            say(f"{result.score:9.3f}  {verdict:4}  {result.photo}")
    if as_json:
        print_json({"results": [result.to_json() for result in results]})
    return FAILED if any(result.error is not None for result in results) else DONE
