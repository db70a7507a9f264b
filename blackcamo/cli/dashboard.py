"""blackcamo dashboard: studies in optuna-dashboard."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, print_json, say


def dashboard(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[STUDY|PATH|URL]", help="A study to open, or a storage instead of --storage."
        ),
    ] = None,
    last: o.Last = False,
    storage: o.Storage = o.DEFAULT_STORAGE,
    pictures: o.Pictures = None,
    port: Annotated[int, typer.Option(help="Where to listen; 0 is any free port.")] = 8080,
    open_browser: Annotated[
        bool, typer.Option("--open", help="Open the page in the browser, too.")
    ] = False,
    as_json: o.Json = False,
) -> int:
    """Review studies in the browser, until Ctrl-C; for this machine alone (127.0.0.1)."""
    from blackcamo import run

    study = what
    if what is not None and ("://" in what or Path(what).is_file()):
        study, storage = None, what
    if study is not None:
        study = o.study_meant(study, storage, last=last)
    served = run.dashboard(storage, study=study, pictures=pictures, port=port)
    if as_json:
        print_json(served.to_json())
    else:
        say(served.url)
        if served.jury is not None:
            say(f"{served.jury} (which would you not post?)")
    if open_browser:
        typer.launch(served.url)
    try:
        served.serve()
    except KeyboardInterrupt:
        return DONE
    return DONE
