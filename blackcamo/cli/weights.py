"""blackcamo weights: list, install and remove the weights of models that are not in the package."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blackcamo.cli import options as o
from blackcamo.cli.configured import command
from blackcamo.cli.output import DONE, complain, print_json, say
from blackcamo.errors import WeightsError

if TYPE_CHECKING:
    from blackcamo.weights import Progress, Source, WeightsSpec

weights = typer.Typer(help="List, install and remove weights of models not in the package.")
_Name = Annotated[str, typer.Argument(metavar="NAME", help="A model of `blackcamo weights list`.")]


@command(weights, "list")
def list_models(as_json: o.Json = False) -> int:
    """List known models: where they come from, licence, size, and what is installed where."""
    from blackcamo import weights as store

    specs = store.known().values()
    if as_json:
        print_json({"home": str(store.home()), "models": [_describe(spec) for spec in specs]})
        return DONE
    for spec in specs:
        say(f"{spec.name}: {spec.title}")
        say(f"  licence    {spec.licence}")
        for source in spec.sources:
            say(f"  {'download' if source.downloadable else 'by hand':9}  {_where(source)}")
        path = store.installed(spec.name)
        if path is None:
            takes = spec.installed_bytes
            say("  installed  no" + (f" (takes {_megabytes(takes)})" if takes else ""))
        else:
            say(f"  installed  {path} ({_megabytes(path.stat().st_size)})")
            say(f"             {_origin(_record(path))}")
    return DONE


@command(weights)
def install(
    name: _Name,
    file: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="A file of yours; no download.")
    ] = None,
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> int:
    """Install a model's weights, from a file or by downloading what its authors publish."""
    from blackcamo import weights as store

    with _download_bar(name, enabled=not (quiet or as_json)) as progress:
        done = store.install(name, source=file, on_progress=progress)
    if as_json:
        print_json(
            {
                "name": name,
                "path": str(done.path),
                "record": dict(done.record),
                "notes": list(done.notes),
            }
        )
        return DONE
    for note in () if quiet else done.notes:
        complain(note)
    say(str(done.path))
    return DONE


@command(weights)
def remove(name: _Name, as_json: o.Json = False) -> int:
    """Delete a model's installed weights."""
    from blackcamo import weights as store

    path = store.remove(name)
    if as_json:
        print_json({"name": name, "removed": str(path)})
    else:
        say(f"removed {path}")
    return DONE


def _describe(spec: WeightsSpec) -> dict[str, Any]:
    from dataclasses import asdict

    from blackcamo import weights as store

    path = store.installed(spec.name)
    return {
        "name": spec.name,
        "title": spec.title,
        "licence": spec.licence,
        "installed_bytes": spec.installed_bytes,
        "sources": [asdict(source) for source in spec.sources],
        "installed": None
        if path is None
        else {
            "path": str(path),
            "size_bytes": path.stat().st_size,
            "record": _record(path),
        },
    }


def _record(path: Path) -> dict[str, str]:
    """The record of installed weights; empty for a damaged file, which must not end a list."""
    from blackcamo import weights as store

    try:
        return store.read_record(path)
    except WeightsError:
        return {}


def _origin(kept: dict[str, str]) -> str:
    if not {"source", "format", "source_sha256"} <= kept.keys():
        return "damaged; install it again"
    return f"from {kept['source']} ({kept['format']}), SHA-256 {kept['source_sha256']}"


def _where(source: Source) -> str:
    files = [
        f.filename + (f" ({_megabytes(f.size_bytes)})" if f.size_bytes else "")
        for f in source.files
    ]
    return f"{', '.join(files)} from {source.page}"


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB"


@contextmanager
def _download_bar(name: str, *, enabled: bool) -> Iterator[Progress | None]:
    """A bar on a terminal's stderr while a download runs."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not (enabled and console.is_terminal):
        yield None
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
