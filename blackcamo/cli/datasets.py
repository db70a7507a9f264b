"""blackcamo datasets: images and labels of the task, from the official archives."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from blackcamo.cli import options as o
from blackcamo.cli.configured import command
from blackcamo.cli.output import DONE, print_json, say
from blackcamo.cli.progress import counting

datasets = typer.Typer(help="Prepare data sets from official archives that you have.")


@datasets.callback()
def _group() -> None:
    """A callback keeps `prepare` a command of its own while it is the only one."""


@command(datasets)
def prepare(
    name: Annotated[
        Literal["koniq10k", "mepp20dev", "mepp20test"],
        typer.Argument(metavar="NAME", help="koniq10k, mepp20dev or mepp20test."),
    ],
    source: Annotated[
        Path,
        typer.Option("--from", metavar="DIR", help="Folder with the official list and archive."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder of the data set; datasets/NAME.", rich_help_panel="Output"
        ),
    ] = None,
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> int:
    """Check an official data set and write it as images/ of 512x384 with labels.csv."""
    from blackcamo.mediaeval.datasets import DATASETS
    from blackcamo.mediaeval.datasets import prepare as prepare_dataset

    folder = out or Path("datasets") / name
    with counting(enabled=not (quiet or as_json)) as progress:
        images = prepare_dataset(DATASETS[name], source, folder, progress=progress)
    if as_json:
        print_json({"dataset": name, "folder": str(folder), "images": images})
    else:
        say(f"{images} images in {folder}")
    return DONE
