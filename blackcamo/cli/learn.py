"""blackcamo learn: what a scorer falls for, found once on many photos."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, number, print_json, say
from blackcamo.cli.progress import SearchProgress
from blackcamo.cli.stopping import stopping

_LEARN = "Search"


def learn(
    photos: o.PhotosOrFolders,
    budget: Annotated[
        int, typer.Option(help="Most queries, of all photos together.", rich_help_panel=_LEARN)
    ] = 4000,
    target: o.Target = None,
    appeal_floor: o.AppealFloor = 80.0,
    strategy: o.Strategy = "CMA",
    seed: Annotated[
        int, typer.Option(help="Fixes which photos judge what.", rich_help_panel=_LEARN)
    ] = 0,
    proxy: Annotated[
        int,
        typer.Option(
            metavar="PIXELS", help="Take larger photos down to this.", rich_help_panel=_LEARN
        ),
    ] = 1024,
    scorer: o.Scorer = "pocketiqa",
    model: o.Model = o.Model(),
    codec: o.Codec = o.Codec(),
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The profile; by default NAME.profile.json here.",
            rich_help_panel="Output",
        ),
    ] = None,
    install: Annotated[
        bool,
        typer.Option(
            "--install",
            help="Keep it where searches with this scorer find it by themselves.",
            rich_help_panel="Output",
        ),
    ] = False,
    storage: o.Storage = o.DEFAULT_STORAGE,
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> int:
    """Learn what hides from a scorer, as a profile for searches.

    A quarter of the photos is set aside; what the profile reaches on them without a query is said.
    """
    from blackcamo import run
    from blackcamo.errors import OptionError

    if install and out is not None:
        raise OptionError(f"--out is {out}; it is not for --install, which has a place of its own")
    config = run.SearchConfig(
        budget=budget,
        scorer=scorer,
        scorer_options=model.options,
        target=target,
        appeal_floor=appeal_floor,
        strategy=strategy,
        seed=seed,
        proxy_px=proxy,
        quality=codec.quality,
        subsampling=codec.subsampling,
        device=model.device,
        storage=storage,
    )
    bar = SearchProgress(budget=budget, enabled=not (quiet or as_json))
    with stopping() as stop, bar.showing(Path(scorer)):
        result = run.learn(
            photos, config=config, out=out, install=install, progress=bar.update, stop=stop
        )
    if as_json:
        print_json(result.to_json())
    elif result.profile is None:
        say(
            f"learning was interrupted after {result.queries['total']} queries; go on with the "
            "same command"
        )
    else:
        say(f"{result.profile}: {result.queries['total']} queries, {result.seconds:.0f} s")
        say(f"  hides by {', '.join(result.hiding)}")
        for mode, r in result.reach.items():
            say(
                f"  {mode} on {r['photos']} photos set aside, no query: {100 * r['below']:.0f} % "
                f"below the threshold, {number(r['drop'])} points lower, "
                f"appeal {number(r['appeal'])}"
            )
    return stop.status if result.interrupted else DONE
