"""blackcamo export: a candidate of a study as presets for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, complain, number, print_json, say
from blackcamo.errors import OptionError

if TYPE_CHECKING:
    from blackcamo.run import ExportResult, Worth
    from blackcamo.types import Export


def export(
    study: o.Study,
    last: o.Last = False,
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
    no_score: Annotated[
        bool,
        typer.Option(
            "--no-score",
            help="Ask no scorer what the formats are worth: one query for each group of them.",
            rich_help_panel="Scorer",
        ),
    ] = False,
    photos: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH",
            help="The original, or the folder that it lies in, by default the current one. May be "
            "repeated.",
            rich_help_panel="Scorer",
        ),
    ] = None,
    scorer: Annotated[
        str | None,
        typer.Option(
            metavar="NAME[:ARGUMENT]",
            help="Another scorer than the study's, or that one if it has to be named.",
            rich_help_panel="Scorer",
        ),
    ] = None,
    scorer_option: o.ScorerSettings = None,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the files.", rich_help_panel="Output")
    ] = Path("camouflage/presets"),
    overwrite: o.Overwrite = False,
    as_json: o.Json = False,
) -> int:
    """Export a candidate as presets for other programs; say what they leave out and are worth."""
    from blackcamo import run
    from blackcamo.types import ScorerOptions

    formats = o.names(format) or ()
    if not formats:
        raise OptionError("--format names no format; give at least one, such as json")
    result = run.export(
        o.study_meant(study, storage, last=last),
        storage=storage,
        pick=int(pick) if pick.isdecimal() else pick,
        jury=jury,
        formats=formats,
        out=out,
        overwrite=overwrite,
        score=not no_score,
        photos=o.originals(study, photos),
        scorer=scorer,
        scorer_options=ScorerOptions(extra=o.scorer_settings(scorer_option))
        if scorer_option
        else None,
    )
    if as_json:
        print_json(result.to_json())
    else:
        _tell(result)
    return DONE


def _tell(result: ExportResult) -> None:
    """Print the files, what they leave out, and what they are worth."""
    for note in result.notes:
        complain(note)
    say(f"{result.study}, trial {result.trial}")
    for name, exported in result.exports.items():
        _tell_format(name, exported)
    if offered := _offered(result):
        say(f"  exact as a layer over the picture, by --format layers: {', '.join(offered)}")
    for worth in result.worth:
        say(f"  {_worth(worth, result)}")
    if any(worth.reached is False for worth in result.worth if worth.carries == "look"):
        say("  a table that reaches the target by itself is what `search --for cube` looks for")


def _offered(result: ExportResult) -> list[str]:
    """Effects that no format has carried and a layer would."""
    if "layers" in result.exports:
        return []
    left_out = {what for exported in result.exports.values() for what in exported.left_out}
    return [what for what in result.layers if what in left_out]


def _tell_format(name: str, exported: Export) -> None:
    for path in exported.files:
        say(f"  {path}")
    if exported.max_error_levels is not None:
        say(f"    {name}: at most {exported.max_error_levels:.2g} of 255 levels off")
    if exported.left_out:
        say(f"    {name} leaves out: {', '.join(exported.left_out)}")


_CARRIES = {
    "look": "the look alone",
    "table": "the look by this table",
    "layers": "look and layers",
    "approximation": "an approximation",
    "nothing": "no layer",
}


def _worth(worth: Worth, result: ExportResult) -> str:
    """The worth of a group of formats, in one line."""
    what = f"{_CARRIES[worth.carries]} ({', '.join(worth.formats)})"
    if worth.error is not None:
        return f"{what} was not scored: {worth.error}"
    quality = "high quality" if worth.high_quality else "low quality"
    if worth.reached is not None:
        quality += f", {'at' if worth.reached else 'short of'} the target {result.target:g}"
    return f"{what} scores {number(worth.score)}: {quality}; all of it {number(result.score)}"
