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
    quality: o.Quality = 90,
    subsampling: o.Subsampling = "4:2:0",
    scorer: o.Scorer = "pocketiqa",
    device: o.Device = "auto",
    engine: o.Engine = "auto",
    preprocess: o.Preprocess = None,
    threshold: o.Threshold = None,
    scale: o.Range = None,
    lower_is_better: o.LowerIsBetter = None,
    scorer_option: o.ScorerSettings = None,
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
        scorer_options=o.scorer_options(
            device=device,
            engine=engine,
            preprocess=preprocess,
            threshold=threshold,
            scale=scale,
            lower_is_better=lower_is_better,
            settings=scorer_option,
        ),
        channel=None if as_is else Channel(quality, subsampling),
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
