"""blackcamo deliver: any result of a study in full."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, MISSED, print_json
from blackcamo.cli.telling import tell


def deliver(
    study: o.Study,
    pick: Annotated[
        str,
        typer.Option(
            metavar="N|best|knee|lowest",
            help="N: a trial, as `choose` and `front` number them; the others as for `export`.",
        ),
    ],
    last: o.Last = False,
    storage: o.Storage = o.DEFAULT_STORAGE,
    photos: o.OriginalIn = None,
    scorer: Annotated[
        str | None,
        typer.Option(
            metavar="NAME[:ARGUMENT]",
            help="The study's scorer, if it has to be named.",
            rich_help_panel="Scorer",
        ),
    ] = None,
    scorer_option: o.ScorerSettings = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of the files; by default camouflage/<name of the photo>.",
            rich_help_panel="Output",
        ),
    ] = None,
    overwrite: o.Overwrite = False,
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> int:
    """Write any result of a study in full, at the photo's size and verified, for two queries."""
    from blackcamo import run
    from blackcamo.types import ScorerOptions

    result = run.deliver(
        o.study_meant(study, storage, last=last),
        pick=int(pick) if pick.isdecimal() else pick,
        storage=storage,
        photos=o.originals(study, photos),
        out=out,
        overwrite=overwrite,
        scorer=scorer,
        scorer_options=ScorerOptions(extra=o.scorer_settings(scorer_option))
        if scorer_option
        else None,
    )
    if as_json:
        print_json(result.to_json())
    else:
        tell(result, quiet=quiet)
    return DONE if result.succeeded else MISSED
