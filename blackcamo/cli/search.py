"""blackcamo search: the main job."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from blackcamo.cli import many
from blackcamo.cli import options as o
from blackcamo.cli.choose import open_in_browser
from blackcamo.cli.output import (
    DONE,
    FAILED,
    MISSED,
    collecting,
    print_json,
)
from blackcamo.cli.progress import SearchProgress
from blackcamo.cli.stopping import stopping
from blackcamo.cli.telling import tell
from blackcamo.errors import OptionError

if TYPE_CHECKING:
    from blackcamo.run import SearchResult

_SEARCH = "Search"
_CHANNEL = "Channel"


def search(
    photos: o.PhotosOrFolders,
    recursive: many.Recursive = False,
    manifest: many.ManifestFile = None,
    retry_failed: many.RetryFailed = False,
    photos_at_once: many.AtOnce = 1,
    cluster: many.Cluster = None,
    csv: many.Csv = None,
    budget: Annotated[
        int,
        typer.Option(
            help="Most queries per photo, verification included.", rich_help_panel=_SEARCH
        ),
    ] = 500,
    target: o.Target = None,
    appeal_floor: o.AppealFloor = 80.0,
    mode: Annotated[
        Literal["enhance", "imperceptible"],
        typer.Option(help="A visible enhancement, or no visible change.", rich_help_panel=_SEARCH),
    ] = "enhance",
    appeal: Annotated[
        str, typer.Option(metavar="NAME", help="Measure of appeal.", rich_help_panel=_SEARCH)
    ] = "critic",
    style: Annotated[
        str,
        typer.Option(
            metavar="auto|NAME,...",
            help="Styles that race, as `blackcamo styles` lists them; auto: all that viewers like.",
            rich_help_panel=_SEARCH,
        ),
    ] = "auto",
    profile: Annotated[
        str,
        typer.Option(
            metavar="auto|none|NAME|FILE",
            help="Begin with what was learned of a scorer, as `blackcamo profiles` lists it; auto: "
            "the installed profile of this very scorer, if there is one.",
            rich_help_panel=_SEARCH,
        ),
    ] = "auto",
    look: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A .cube file or a HaldCLUT as a style of its own, with light and clarity "
            "around it.",
            rich_help_panel=_SEARCH,
        ),
    ] = None,
    look_strength: Annotated[
        str,
        typer.Option(
            metavar="MIN[:MAX]",
            help="How much of the look is mixed in, in percent; MAX is 100 if left out.",
            rich_help_panel=_SEARCH,
        ),
    ] = "40:100",
    made_for: Annotated[
        Literal["cube"] | None,
        typer.Option(
            "--for",
            help="cube: pointwise filters only, for a .cube file that reaches the target by "
            "itself; it is delivered, too.",
            rich_help_panel=_SEARCH,
        ),
    ] = None,
    alternatives: Annotated[
        int,
        typer.Option(
            metavar="N",
            help="Deliver the success of up to N styles, the best one among them.",
            rich_help_panel=_SEARCH,
        ),
    ] = 3,
    finish: o.Finish = None,
    strategy: o.Strategy = "CMA",
    seed: Annotated[
        int, typer.Option(help="Fixes search and film grain.", rich_help_panel=_SEARCH)
    ] = 0,
    batch: Annotated[
        int, typer.Option(help="Candidates asked for at a time.", rich_help_panel=_SEARCH)
    ] = 16,
    proxy: Annotated[
        int,
        typer.Option(
            metavar="PIXELS",
            help="Search larger photos at this long side; finalists are verified in full.",
            rich_help_panel=_SEARCH,
        ),
    ] = 1024,
    until: Annotated[
        Literal["enough", "success", "budget"],
        typer.Option(
            help="End early with a success that people would hardly like better, with the first "
            "one, or not before all is spent.",
            rich_help_panel=_SEARCH,
        ),
    ] = "enough",
    channel: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,...",
            help="Search for these channels: the first (jpeg:QUALITY or canvas:QUALITY) makes the "
            "file, the others, as for check-channels, are what may happen to it.",
            rich_help_panel=_CHANNEL,
        ),
    ] = None,
    robust: Annotated[
        bool,
        typer.Option(
            "--robust",
            help="Search for the set standard, too: other codecs, a crop and resizes.",
            rich_help_panel=_CHANNEL,
        ),
    ] = False,
    aggregate: Annotated[
        Literal["worst", "mean"],
        typer.Option(
            help="What counts of the scores after several channels.", rich_help_panel=_CHANNEL
        ),
    ] = "worst",
    travel: Annotated[
        bool,
        typer.Option(
            "--travel",
            help="Also ask, beside the budget, what other codecs, a crop and resizes leave of it.",
            rich_help_panel=_SEARCH,
        ),
    ] = False,
    keep_size: Annotated[
        bool,
        typer.Option(
            "--keep-size",
            help="Deliver at the photo's size: crops are resampled to it, nothing is doubled.",
            rich_help_panel=_SEARCH,
        ),
    ] = False,
    keep_framing: Annotated[
        bool,
        typer.Option(
            "--keep-framing",
            help="No crop, turn, magnification or perspective, and nothing that hides in one.",
            rich_help_panel=_SEARCH,
        ),
    ] = False,
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
    bar = SearchProgress(budget=budget, enabled=not (quiet or as_json))
    with bar.starting():
        from blackcamo import run

    config = run.SearchConfig(
        budget=budget,
        scorer=scorer,
        scorer_options=model.options,
        appeal=appeal,
        mode=mode,
        target=target,
        appeal_floor=appeal_floor,
        strategy=strategy,
        seed=seed,
        batch=batch,
        quality=codec.quality,
        subsampling=codec.subsampling,
        channels=o.names(channel) or (),
        robust=robust,
        aggregate=aggregate,
        styles=None if style == "auto" else o.names(style) or (),
        profile=profile,
        look=look,
        look_strength=_strength(look_strength),
        finish=finish,
        alternatives=alternatives,
        proxy_px=proxy,
        keep_size=keep_size,
        keep_framing=keep_framing,
        until=until,
        travel=travel,
        device=model.device,
        made_for=made_for,
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
        for photo in found:
            with bar.showing(photo.path):
                result = next(pending, None)
            if result is None:
                break
            bar.finished(result.photo, earlier=result.earlier)
            tally.add(result)
            if as_json:
                results.append(result)
            elif not (several and result.earlier and result.error is None):
                tell(result, quiet=quiet)
            if open_page and result.succeeded and not result.earlier:
                _open_choices(result, storage)
        cut_short = stop() and (tally.done < len(found) or tally.interrupted)
    if csv is not None:
        tally.write(csv)
    if as_json:
        places = {photo.path: place for place, photo in enumerate(found)}
        results.sort(key=lambda result: places[result.photo])
        print_json({"results": [result.to_json() for result in results]})
    elif several:
        tally.sum_up()
    if cut_short:
        return stop.status
    if tally.failed:
        return FAILED
    return DONE if tally.camouflaged == tally.done else MISSED


def _strength(said: str) -> tuple[float, float]:
    """The ends of MIN[:MAX].

    >>> _strength("60"), _strength("20:50")
    ((60.0, 100.0), (20.0, 50.0))

    Raises:
        OptionError: these are no numbers.
    """
    least, _, most = said.partition(":")
    try:
        return float(least), float(most or 100)
    except ValueError:
        raise OptionError(f"--look-strength is {said!r}; it must be MIN or MIN:MAX") from None


def _open_choices(result: SearchResult, storage: str) -> None:
    """Show what else the study of a photo has."""
    from blackcamo import run

    if result.study is None or result.output is None:
        return
    made = run.choose(
        result.study, storage=storage, photos=[result.photo], out=result.output.parent
    )
    open_in_browser(made.page)
