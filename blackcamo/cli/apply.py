"""blackcamo apply: a preset's look on other photos, without any query."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, FAILED, complain_about, print_json, say


def apply(
    preset: Annotated[Path, typer.Argument(metavar="PRESET", help="A .preset.json file.")],
    photos: o.Photos,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the files.", rich_help_panel="Output")
    ],
    before_channel: Annotated[
        bool,
        typer.Option(
            "--before-channel",
            help="Write lossless PNGs, as they are before the channel.",
            rich_help_panel="Output",
        ),
    ] = False,
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> int:
    """Give photos the look of a preset; no scorer is asked."""
    from blackcamo import run

    results = []
    for result in run.apply(preset, photos, out=out, before_channel=before_channel):
        results.append(result)
        if as_json:
            continue
        for note in () if quiet else result.notes:
            complain_about(result.photo, note)
        if result.error is not None:
            complain_about(result.photo, result.error)
        else:
            say(str(result.output))
    if as_json:
        print_json({"results": [result.to_json() for result in results]})
    return FAILED if any(result.error is not None for result in results) else DONE
