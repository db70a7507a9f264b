"""blackcamo apply: a preset's look, or a style, on photos, without a search."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypedDict

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import (
    DONE,
    FAILED,
    collecting,
    complain_about,
    number,
    print_json,
    say,
)
from blackcamo.cli.progress import counting


class _Shared(TypedDict):
    """What all ways of applying something are told."""

    out: Path
    before_channel: bool
    overwrite: bool
    jobs: int | None


def apply(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="[PRESET] PHOTO...",
            help="A .preset.json file (not with --style or --profile); pictures, or folders of "
            "them.",
        ),
    ],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the files.", rich_help_panel="Output")
    ],
    style: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="A style instead of a preset, as `blackcamo styles` lists them."
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help="What a scorer was found to fall for instead of a preset, as `blackcamo profiles` "
            "lists it.",
        ),
    ] = None,
    mode: Annotated[
        Literal["enhance", "imperceptible"] | None,
        typer.Option(help="What of a profile: a style and what hides in it, or that alone."),
    ] = None,
    strength: Annotated[
        float | None,
        typer.Option(
            metavar="PERCENT",
            help="How far the preset or style goes, 0 to 150; 100 by default, as it was found.",
        ),
    ] = None,
    finish: o.Finish = None,
    before_channel: Annotated[
        bool,
        typer.Option(
            "--before-channel",
            help="Write lossless PNGs, as they are before the channel.",
            rich_help_panel="Output",
        ),
    ] = False,
    overwrite: o.Overwrite = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Photos at a time; by default one a processor, at most four."
        ),
    ] = None,
    score: Annotated[
        bool,
        typer.Option("--score", help="Report what it does to the score.", rich_help_panel="Scorer"),
    ] = False,
    scorer: Annotated[
        str | None,
        typer.Option(
            metavar="NAME[:ARGUMENT]",
            help="Another scorer than that of the preset or profile, or the default one.",
            rich_help_panel="Scorer",
        ),
    ] = None,
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> int:
    """Give photos the look of a preset, style or profile; only --score asks a scorer.

    With --score a line says: score before, score after, file.
    """
    from blackcamo import run
    from blackcamo.errors import OptionError
    from blackcamo.run.config import DEFAULT_SCORER
    from blackcamo.run.results import ApplyResult

    if scorer is not None and not score:
        raise OptionError(f"--scorer is {scorer!r}; it needs --score")
    if style is not None and profile is not None:
        raise OptionError(f"--style is {style} and --profile is {profile}; name one of them")
    if style is None and finish is not None:
        raise OptionError(f"--finish is {finish}; it needs --style, a preset has its own")
    if profile is not None and strength is not None:
        raise OptionError(f"--strength is {strength:g}; it needs a preset or --style")
    if strength is not None and 0 < strength < 1:
        raise OptionError(
            f"--strength is {strength:g}; it is in percent, 0 to 150: say {100 * strength:g}"
        )
    part = 1.0 if strength is None else strength / 100
    if profile is None and mode is not None:
        raise OptionError(f"--mode is {mode}; it needs --profile")
    shared = _Shared(out=out, before_channel=before_channel, overwrite=overwrite, jobs=jobs)
    asked = (scorer or DEFAULT_SCORER) if score else None
    if profile is not None:
        found = run.find_photos(paths)
        pending = run.apply_profile(
            profile, found, mode=mode or "enhance", score=score, scorer=scorer, **shared
        )
    elif style is not None:
        found = run.find_photos(paths)
        pending = run.apply_style(
            style,
            found,
            strength=part,
            finish_name=finish,
            scorer=asked,
            **shared,
        )
    else:
        preset, *photos = paths
        if not photos:
            raise OptionError(f"{preset} is all that is named; name a preset and photos")
        found = run.find_photos(photos)
        pending = run.iter_apply(
            preset,
            found,
            strength=part,
            score=score,
            scorer=scorer,
            **shared,
        )
    results: list[ApplyResult] = collecting([])
    with counting(enabled=not (quiet or as_json)) as count:
        for result in pending:
            results.append(result)
            count("photos", len(results), len(found))
            if as_json:
                continue
            for note in () if quiet else result.notes:
                complain_about(result.photo, note)
            if result.error is not None:
                complain_about(result.photo, result.error)
            elif score:
                before, after = number(result.score_before), number(result.score_after)
                say(f"{before:>7}  {after:>7}  {result.output}")
            else:
                say(str(result.output))
    if as_json:
        print_json({"results": [result.to_json() for result in results]})
    return FAILED if any(result.error is not None for result in results) else DONE
