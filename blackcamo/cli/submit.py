"""blackcamo submit: a run of MediaEval 2020, made of presets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, FAILED, complain, print_json, say
from blackcamo.cli.progress import counting
from blackcamo.cli.runs import Originals, Size, size_px


def submit(
    originals: Originals,
    presets: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Folder with <stem>.preset.json, at any depth."),
    ],
    run: Annotated[str, typer.Option(metavar="CODE", help="The run's code, new in --out.")],
    out: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Folder of CODE/ and CODE.zip.", rich_help_panel="Output"),
    ] = Path("runs"),
    size: Size = "512x384",
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> int:
    """Render presets losslessly as CODE_<stem>.png and pack them, before any compression.

    Exit status 2 if an original has no picture in the run.
    """
    limit = size_px(size)
    from blackcamo.mediaeval import submission

    with counting(enabled=not (quiet or as_json)) as progress:
        result = submission.submit(
            originals, presets, run=run, out=out, size_px=limit, progress=progress
        )
    for stem, reason in result.failed.items():
        complain(reason if stem in reason else f"{stem}: {reason}")
    if as_json:
        print_json(result.to_json())
    else:
        say(f"{len(result.files)} images in {result.folder}")
        say(str(result.archive))
    return FAILED if result.failed else DONE
