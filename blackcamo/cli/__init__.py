"""The command line: one command per file, every error in one line, one way out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from typer.main import get_command

from blackcamo import __version__, leftovers
from blackcamo.cli import (
    appeal,
    apply,
    check_channels,
    choose,
    cluster_check,
    countermeasures,
    dashboard,
    datasets,
    delete,
    deliver,
    doctor,
    evaluate,
    evaluate_scorer,
    explain,
    explore,
    export,
    filters,
    front,
    jury,
    learn,
    merge,
    pictures,
    profiles,
    prune_artifacts,
    report,
    score,
    scorers,
    search,
    studies,
    styles,
    submit,
    transfer,
    verify,
    weights,
)
from blackcamo.cli.configured import command
from blackcamo.cli.defects import reported
from blackcamo.cli.output import (
    BROKEN,
    FAILED,
    INTERRUPTED,
    answering,
    complain,
    refuse,
    reporting,
)
from blackcamo.cli.stopping import SIGNALED, ending_at_once
from blackcamo.errors import BlackcamoError

_NAME = "blackcamo"
_COMPLETION = "_BLACKCAMO_COMPLETE"
"""Variable that a shell sets to ask for completions."""
_COMPLETIONS = {"--install-completion", "--show-completion"}

app = typer.Typer(
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
)
for _command in (
    search.search,
    learn.learn,
    explore.explore,
    score.score,
    verify.verify,
    check_channels.check_channels,
    countermeasures.countermeasures,
    apply.apply,
    appeal.appeal,
    choose.choose,
    cluster_check.cluster_check,
    deliver.deliver,
    explain.explain,
    transfer.transfer,
    report.report,
    front.front,
    export.export,
    studies.studies,
    dashboard.dashboard,
    pictures.pictures,
    prune_artifacts.prune_artifacts,
    merge.merge,
    delete.delete,
    submit.submit,
    evaluate.evaluate,
    evaluate_scorer.evaluate_scorer,
    scorers.scorers,
    styles.styles,
    profiles.profiles,
    filters.filters,
    doctor.doctor,
):
    command(app)(_command)
app.add_typer(datasets.datasets, name="datasets")
app.add_typer(jury.jury, name="jury")
app.add_typer(weights.weights, name="weights")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"blackcamo {__version__}")
        raise typer.Exit


@app.callback()
def blackcamo(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Edit photos so that quality models call them low quality while people like them as before.

    Exit status: 0 done, 2 an input failed, 3 not camouflaged or not reproduced, 70 a defect of
    blackcamo, of which a report was written.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Args:
        arguments: what follows the program's name; None is what the shell passed.
    """
    # Before torch can be imported: its threads would otherwise spin while others work.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = set(words[: words.index("--")] if "--" in words else words)
    if _COMPLETION in os.environ or options & _COMPLETIONS:
        # Typer answers the shell, and ends the program.
        return get_command(app).main(words, _NAME, standalone_mode=False) or 0
    as_json = "--json" in options and not options & {"-h", "--help", "--version"}
    with (
        answering(as_json=as_json, for_good=arguments is None),
        reporting(quiet=bool(options & {"-q", "--quiet"})),
        ending_at_once() as status,
    ):
        leftovers.sweep()
        return _run(words, status)


def _run(words: Sequence[str], interrupted: Callable[[], int]) -> int:
    try:
        status = _status(words)
    except BrokenPipeError:
        # Nobody reads any more.
        return FAILED
    except BlackcamoError as error:
        return _fail(str(error))
    except typer.TyperException as error:
        return _fail(error.format_message())
    except SystemExit as error:
        if isinstance(error.__context__, BrokenPipeError):
            # The way in which typer ends then.
            return FAILED
        return _fail(f"a plug-in has ended the program (SystemExit: {error.code})")
    except MemoryError:
        return _fail("there is not enough memory for this; close other programs, or scale it down")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told in one line
        return _fail(reported(error, words), BROKEN)
    # What typer makes of KeyboardInterrupt, whatever the signal.
    status = interrupted() if status == INTERRUPTED else status
    if status >= SIGNALED:
        complain("interrupted")
        refuse("interrupted")
    return status


def _status(words: Sequence[str]) -> int:
    try:
        status = get_command(app).main(words or ["--help"], _NAME, standalone_mode=False)
    except KeyboardInterrupt:
        return INTERRUPTED
    return int(status or 0)


def _fail(message: str, status: int = FAILED) -> int:
    complain(message)
    refuse(message)
    return status
