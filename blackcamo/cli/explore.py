"""blackcamo explore: a map of where appeal is high and scores are low."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import (
    DONE,
    FAILED,
    complain,
    complain_about,
    number,
    print_json,
    print_rich,
    say,
    say_words,
)
from blackcamo.cli.progress import counting
from blackcamo.cli.stopping import stopping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.table import Table

    from blackcamo.exploring.reading import Cell, HeatMap, Reading
    from blackcamo.run import ExploreResult

_DESIGN = "Design"


def explore(
    photos: o.PhotosOrFolders,
    scorer: Annotated[
        str,
        typer.Option(
            "--scorer",
            metavar="NAME[:ARGUMENT],...",
            help="Quality models, as `blackcamo scorers` lists them; all are shown the same.",
            rich_help_panel="Scorer",
        ),
    ] = "pocketiqa",
    points: Annotated[
        int | None,
        typer.Option(
            help="Looks of each style; by default as many as the budget allows, 8 without one.",
            rich_help_panel=_DESIGN,
        ),
    ] = None,
    budget: Annotated[
        int | None,
        typer.Option(
            help="Most queries of each scorer, all photos together.", rich_help_panel=_DESIGN
        ),
    ] = None,
    style: Annotated[
        str,
        typer.Option(
            metavar="all|NAME,...",
            help="Styles, as `blackcamo styles` lists them.",
            rich_help_panel=_DESIGN,
        ),
    ] = "all",
    appeal_floor: Annotated[
        float,
        typer.Option(
            "--appeal-floor", help="Least appeal of what people like.", rich_help_panel=_DESIGN
        ),
    ] = 80.0,
    seed: Annotated[
        int, typer.Option(help="Fixes which looks there are.", rich_help_panel=_DESIGN)
    ] = 0,
    proxy: Annotated[
        int,
        typer.Option(
            metavar="PIXELS", help="Take larger photos down to this.", rich_help_panel=_DESIGN
        ),
    ] = 512,
    model: o.Model = o.Model(),
    codec: o.Codec = o.Codec(),
    shown: Annotated[
        int,
        typer.Option(help="Photos whose looks the page shows.", rich_help_panel="Output"),
    ] = 3,
    out: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            help="Folder of page, table and journal; the same command goes on there.",
            rich_help_panel="Output",
        ),
    ] = Path("exploration"),
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> int:
    """Show looks of every style to several scorers, without a search: which fool them, and liked?

    The same command goes on where one was stopped, and asks about what is new.
    """
    from blackcamo import run

    config = run.ExploreConfig(
        scorers=o.names(scorer) or (),
        scorer_options=model.options,
        appeal_floor=appeal_floor,
        styles=None if style == "all" else o.names(style) or (),
        points=points,
        budget=budget,
        seed=seed,
        quality=codec.quality,
        subsampling=codec.subsampling,
        proxy_px=proxy,
        shown=shown,
        device=model.device,
        out=out,
    )
    with stopping() as stop, counting(enabled=not (quiet or as_json)) as progress:
        result = run.explore(photos, config=config, progress=progress, stop=stop)
    if not quiet:
        _complain(result)
    if as_json:
        print_json(result.to_json())
    elif not result.interrupted:
        _print(result)
    if result.interrupted:
        return stop.status
    return FAILED if result.failures else DONE


def _complain(result: ExploreResult) -> None:
    for path, why in result.failures.items():
        complain_about(path, why)
    for scorer, causes in result.without_score.items():
        for cause, pictures in causes.items():
            complain(f"{scorer} gave {pictures} pictures no score: {cause}")
    if result.interrupted:
        asked = sum(counts["total"] for counts in result.queries.values())
        complain(f"interrupted after {asked} queries; the same command goes on")


def _print(result: ExploreResult) -> None:
    for name, reading in result.readings.items():
        counts = result.queries[name]
        say(
            f"{name}: {counts['total']} queries ({counts['baseline']} baseline, "
            f"{counts['search']} looks, {counts['retries']} retries), {counts['lost']} lost"
        )
        print_rich(_map(reading.heat))
        if reading.looks:
            print_rich(_looks(reading))
        else:
            say("no look that lowers it is liked on half of the photos")
        if reading.overall:
            decide = (
                f"{_shares(reading.overall)}; of all that looks set {_shares(reading.parameters)}"
            )
            say_words(f"what decides the drop (PED-ANOVA): {decide}")
            for style in dict.fromkeys(reach.look.style for reach in reading.looks[:3]):
                if shares := reading.importances[style]:
                    say_words(f"in {style}: {_shares(shares)}", indent=2)
        say()
    say(f"{result.looks} looks of {result.photos} photos, {result.seconds:.0f} s")
    for path in (result.page, result.table, *result.sheets.values()):
        say(str(path))


def _map(heat: HeatMap) -> Table:
    """Styles against bands of appeal: share below the threshold, mean drop."""
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title="share below the threshold and mean drop, by appeal",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    table.add_column("style")
    for low, high in heat.bands:
        table.add_column(f"{low:g}-{high:g}", justify="right")
    table.add_column("all", justify="right")
    for style, cells in heat.cells.items():
        told = [Text(*_cell(cell)) for cell in (*cells, heat.styles[style])]
        table.add_row(Text(style), *told)
    return table


def _cell(cell: Cell) -> tuple[str, str]:
    """A cell's words, and how they look: the more pictures fall, the bolder."""
    if not cell.pictures:
        return "·", "dim"
    share = "-" if cell.below is None else f"{100 * cell.below:.0f} %"
    below = cell.below or 0.0
    style = "bold reverse" if below >= 2 / 3 else "bold" if below >= 1 / 3 else ""
    return f"{share} {number(cell.drop)}", style


def _looks(reading: Reading) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title="what people like and it falls for most",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    table.add_column("look")
    for name in ("drop", "appeal", "below", "below and liked", "strength"):
        table.add_column(name, justify="right")
    for reach in reading.looks:
        table.add_row(
            Text(f"{reach.look.style} {reach.look.number}"),
            number(reach.drop),
            number(reach.appeal),
            _percent(reach.below),
            _percent(reach.camouflaged),
            _percent(reach.look.strength),
        )
    return table


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"


def _shares(shares: Mapping[str, float]) -> str:
    """The three largest shares."""
    largest = list(shares.items())[:3]
    return ", ".join(f"{name.replace('_', ' ')} {100 * share:.0f} %" for name, share in largest)
