"""blackcamo jury: pages on which people judge runs, and the count of their votes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blackcamo.cli import jury_pairs
from blackcamo.cli import options as o
from blackcamo.cli.configured import command
from blackcamo.cli.output import DONE, number, print_json, print_table, say
from blackcamo.cli.runs import named_folders
from blackcamo.errors import InputError, OptionError
from blackcamo.records import typed

if TYPE_CHECKING:
    from blackcamo.mediaeval.jury.tallying import Tally

_RUNS, _PAIRS, _OUTPUT = "Runs of the 2020 protocol", "Pairs", "Output"

jury = typer.Typer(help="Let people judge: pairs or runs (make, tally), or a study's front (rank).")


@command(jury)
def make(
    pairs: Annotated[
        Path | None,
        typer.Option(
            metavar="PAIRS",
            help="CSV file of original, edited and, if wanted, edit; or a folder that `search` "
            "wrote to.",
            rich_help_panel=_PAIRS,
        ),
    ] = None,
    photos: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="Originals of a folder's camouflages, by default the current folder. May be "
            "repeated.",
            rich_help_panel=_PAIRS,
        ),
    ] = None,
    controls: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            help="Unchanged pairs to mix in, as a share of the pairs.",
            rich_help_panel=_PAIRS,
        ),
    ] = None,
    long_side: Annotated[
        int | None,
        typer.Option(
            metavar="PX",
            help="Larger pictures are scaled down to this, by default 1024.",
            rich_help_panel=_PAIRS,
        ),
    ] = None,
    originals: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of the original images.", rich_help_panel=_RUNS),
    ] = None,
    run: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=DIR",
            help="A run's code and folder, as `evaluate` takes them. May be repeated.",
            rich_help_panel=_RUNS,
        ),
    ] = None,
    annotator: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Whom a page is for. May be repeated.", rich_help_panel=_RUNS
        ),
    ] = None,
    evaluation: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="evaluation.json of `blackcamo evaluate`: its jury images.",
            rich_help_panel=_RUNS,
        ),
    ] = None,
    image: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STEM",
            help="An image to judge instead. May be repeated.",
            rich_help_panel=_RUNS,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes the orders.")] = 0,
    out: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Folder of the files.", rich_help_panel=_OUTPUT),
    ] = Path("jury"),
    as_json: o.Json = False,
) -> int:
    """Make an offline page on which people judge, and the organiser's key.

    With --pairs each pair is an original beside its edit: would you post the one, the other, and
    which is better? Otherwise a page per annotator shows the runs of each image, as in 2020.
    Sides and orders are blind and random.
    """
    of_pairs = {"--photos": photos, "--controls": controls, "--long-side": long_side}
    of_runs = {
        "--originals": originals, "--run": run, "--annotator": annotator,
        "--evaluation": evaluation, "--image": image,
    }  # fmt: skip
    if pairs is not None:
        _refuse(of_runs, "belongs to runs; leave it out with --pairs")
        return jury_pairs.make(
            pairs, photos or (Path(),), controls or 0.0, long_side, seed, out, as_json=as_json
        )
    _refuse(of_pairs, "belongs to pairs; give --pairs, too")
    if originals is None or not run or not annotator:
        raise OptionError(
            "what is to be judged is missing; give --pairs, or --originals, --run and --annotator"
        )
    runs = named_folders(run)
    if (evaluation is None) == (not image):
        raise OptionError("the images come from --evaluation or from --image; give one of them")
    images = image or _jury_images(evaluation)
    from blackcamo.mediaeval.jury.making import make_jury

    made = make_jury(originals, runs, images=images, annotators=annotator, out=out, seed=seed)
    if as_json:
        print_json(
            {"pages": {who: str(path) for who, path in made.pages.items()}, "key": str(made.key)}
        )
    else:
        for path in made.pages.values():
            say(str(path))
        say(f"{made.key} (keep it: it says which run is which)")
    return DONE


@command(jury)
def tally(
    votes: Annotated[
        list[Path], typer.Argument(metavar="VOTES", help="Files that the pages saved.")
    ],
    key: Annotated[Path, typer.Option(metavar="FILE", help="The jury's jury-key.json.")],
    seed: Annotated[int, typer.Option(min=0, help="Fixes the bootstrap, of runs.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of verdicts.csv and its pictures, of pairs; by default verdicts.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    as_json: o.Json = False,
) -> int:
    """Count votes, by edit or by run, and say how far people agree.

    Of pairs it writes verdicts.csv, with which the appeal measure can be fitted anew. Of runs it
    gives 95 % intervals over images and annotators.
    """
    from blackcamo.mediaeval.jury.pairs.key import is_pairs_key

    if is_pairs_key(key):
        return jury_pairs.tally(votes, key, out or Path("verdicts"), as_json=as_json)
    _refuse({"--out": out}, "is for verdicts on pairs; leave it out with runs")
    from blackcamo.mediaeval.jury.tallying import tally as tally_votes

    result = tally_votes(key, votes, seed=seed)
    if as_json:
        print_json(result.to_json())
    else:
        _say_runs(result)
    return DONE


@command(jury)
def rank(
    study: o.Study,
    last: o.Last = False,
    storage: o.Storage = o.DEFAULT_STORAGE,
    as_json: o.Json = False,
) -> int:
    """Order a study's front by what people said in the dashboard; first the most liked.

    `blackcamo dashboard STUDY` asks them which pictures they would not post; `blackcamo export
    STUDY --jury` does as they say.
    """
    from blackcamo import run

    study = o.study_meant(study, storage, last=last)
    entries = run.jury_rank(study, storage=storage)
    if as_json:
        print_json({"study": study, "trials": [entry.to_json() for entry in entries]})
        return DONE
    print_table(
        ("trial", "worth", "verdict", "score", "appeal", "at target"),
        (
            (
                str(entry.number),
                "-" if entry.worth is None else f"{entry.worth:.2f}",
                "vetoed" if entry.vetoed else "would post" if entry.worth is not None else "open",
                number(entry.score),
                number(entry.appeal),
                "yes" if entry.at_target else "no",
            )
            for entry in entries
        ),
    )
    return DONE


def _say_runs(result: Tally) -> None:
    print_table(
        ("run", "most", "95 %", "least", "95 %"),
        (
            (
                r.run,
                str(r.most),
                _interval(r.most_interval),
                str(r.least),
                _interval(r.least_interval),
            )
            for r in result.runs
        ),
    )
    alpha = "- (one annotator)" if result.alpha is None else f"{result.alpha:.3f}"
    say(f"of {result.votes} votes: {result.images} images, {len(result.annotators)} annotators")
    say(f"agreement (Krippendorff's alpha): {alpha}")
    if result.absent:
        say(f"no votes yet from: {', '.join(result.absent)}")


def _refuse(options: Mapping[str, object], why: str) -> None:
    for name, value in options.items():
        if value is not None:
            raise OptionError(f"{name} {why}")


def _interval(bounds: tuple[float, float]) -> str:
    return f"{bounds[0]:.0f}-{bounds[1]:.0f}"


def _jury_images(evaluation: Path | None) -> list[str]:
    if evaluation is None:
        return []
    from blackcamo.mediaeval.jury.key import read_json

    document = read_json(evaluation, "result of `blackcamo evaluate`")
    images = document.get("jury_images")
    what = f"{evaluation} is no result of `blackcamo evaluate`: jury_images"
    return typed(list[str], images, what, InputError)
