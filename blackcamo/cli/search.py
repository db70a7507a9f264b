"""blackcamo search: the main job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blackcamo.cli import many
from blackcamo.cli import options as o
from blackcamo.cli.choose import open_in_browser
from blackcamo.cli.output import collecting, print_json
from blackcamo.cli.progress import SearchProgress
from blackcamo.cli.search_options import SearchOptions
from blackcamo.cli.stopping import stopping
from blackcamo.cli.telling import tell

if TYPE_CHECKING:
    from blackcamo.run import FoundPhoto, SearchResult


def search(
    photos: o.PhotosOrFolders,
    recursive: many.Recursive = False,
    manifest: many.ManifestFile = None,
    retry_failed: many.RetryFailed = False,
    photos_at_once: many.AtOnce = 1,
    cluster: many.Cluster = None,
    csv: many.Csv = None,
    wanted: SearchOptions = SearchOptions(),
    scorer: o.Scorer = "pocketiqa",
    model: o.Model = o.Model(),
    codec: o.Codec = o.Codec(),
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of the files; by default camouflage/<name of the photo>.",
            rich_help_panel="Output",
        ),
    ] = None,
    overwrite: o.Overwrite = False,
    storage: o.Storage = o.DEFAULT_STORAGE,
    pictures: o.Pictures = None,
    no_pictures: Annotated[
        bool,
        typer.Option(
            "--no-pictures",
            help="Keep no pictures for the dashboard.",
            rich_help_panel="Output",
        ),
    ] = False,
    open_page: Annotated[
        bool,
        typer.Option(
            "--open",
            help="Open a page of clearly different results of each photo, as `choose` makes it.",
            rich_help_panel="Output",
        ),
    ] = False,
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> int:
    """Camouflage photos: search a look that the scorer calls low quality and people like."""
    bar = SearchProgress(budget=wanted.budget, enabled=not (quiet or as_json))
    with bar.starting():
        from blackcamo import run

    config = wanted.config(
        scorer=scorer,
        model=model,
        codec=codec,
        out=out,
        overwrite=overwrite,
        storage=storage,
        pictures=pictures,
        no_pictures=no_pictures,
    )
    found = run.find_below(photos, recursive=recursive)
    several = len(found) > 1
    if manifest is None and several:
        manifest = run.manifest_of(out)
    results: list[SearchResult] = collecting([])
    tally = many.Tally(len(found))
    bar.begin(len(found))
    with (
        stopping() as stop,
        closing(
            run.search_many(
                found,
                config=config,
                progress=bar.update,
                stop=stop,
                manifest=manifest,
                retry_failed=retry_failed,
                at_once=photos_at_once,
                cluster=cluster,
            )
        ) as pending,
    ):
        for result in _each(found, pending, bar):
            tally.add(result)
            if as_json:
                results.append(result)
            elif not several or _is_new(result):
                tell(result, quiet=quiet)
            if open_page:
                _open_choices(result, storage)
        cut_short = stop() and tally.unfinished
    _tell_all(tally, results if as_json else None, found, csv)
    return stop.status if cut_short else tally.status


def _each(
    found: Sequence[FoundPhoto], pending: Iterator[SearchResult], bar: SearchProgress
) -> Iterator[SearchResult]:
    """Results as they come, the bar showing what is waited for."""
    for photo in found:
        with bar.showing(photo.path):
            result = next(pending, None)
        if result is None:
            return
        bar.finished(result.photo, earlier=result.earlier)
        yield result


def _is_new(result: SearchResult) -> bool:
    """Whether no earlier call has told this already; what failed is told again."""
    return not result.earlier or result.error is not None


def _tell_all(
    tally: many.Tally,
    results: Sequence[SearchResult] | None,
    found: Sequence[FoundPhoto],
    csv: Path | None,
) -> None:
    """Say what became of all photos, in the order in which they were found.

    Args:
        results: those to print as one JSON object; None prints a table, where there are several.
    """
    if csv is not None:
        tally.write(csv)
    if results is not None:
        places = {photo.path: place for place, photo in enumerate(found)}
        ordered = sorted(results, key=lambda result: places[result.photo])
        print_json({"results": [result.to_json() for result in ordered]})
    elif len(found) > 1:
        tally.sum_up()


def _open_choices(result: SearchResult, storage: str) -> None:
    """Show what else the study of a photo has that this call has camouflaged."""
    from blackcamo import run

    if not result.succeeded or result.earlier or result.study is None or result.output is None:
        return
    made = run.choose(
        result.study, storage=storage, photos=[result.photo], out=result.output.parent
    )
    open_in_browser(made.page)
