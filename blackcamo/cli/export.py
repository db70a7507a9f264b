"""blackcamo export: a candidate of a study as presets for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, print_json, say
from blackcamo.errors import OptionError


def export(
    study: o.Study,
    storage: o.Storage = o.DEFAULT_STORAGE,
    pick: Annotated[
        str,
        typer.Option(
            metavar="best|knee|lowest|N",
            help="best: what was delivered; knee: where appeal begins to cost most; "
            "lowest: the worst score; N: a trial.",
        ),
    ] = "best",
    jury: Annotated[
        bool,
        typer.Option(
            "--jury",
            help="Leave out what the study's jury would not post; best: what it likes most.",
        ),
    ] = False,
    format: Annotated[  # noqa: A002
        str,
        typer.Option(metavar="NAME,...", help="Formats, separated by commas."),
    ] = "json,cube",
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the files.", rich_help_panel="Output")
    ] = Path("camouflage/presets"),
    as_json: o.Json = False,
) -> int:
    """Export a candidate as presets for other programs, and say what they cannot carry."""
    from blackcamo import run

    formats = o.names(format) or ()
    if not formats:
        raise OptionError("--format names no format; give at least one, such as json")
    result = run.export(
        study,
        storage=storage,
        pick=int(pick) if pick.isdecimal() else pick,
        jury=jury,
        formats=formats,
        out=out,
    )
    if as_json:
        print_json(result.to_json())
        return DONE
    say(f"{result.study}, trial {result.trial}")
    for name, exported in result.exports.items():
        for path in exported.files:
            say(f"  {path}")
        if exported.max_error_levels is not None:
            say(f"    {name}: at most {exported.max_error_levels:.2g} of 255 levels off")
        if exported.left_out:
            say(f"    {name} leaves out: {', '.join(exported.left_out)}")
    left_out = {what for exported in result.exports.values() for what in exported.left_out}
    offered = [what for what in result.layers if what in left_out]
    if offered and "layers" not in result.exports:
        say(f"  exact as a layer over the picture, by --format layers: {', '.join(offered)}")
    return DONE
