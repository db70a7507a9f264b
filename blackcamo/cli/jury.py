"""blackcamo jury: pages on which people judge runs, and the count of their votes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, number, print_json, print_table, say
from blackcamo.cli.runs import Originals, Runs, named_folders
from blackcamo.errors import InputError, OptionError

jury = typer.Typer(
    help="Let people judge: runs of the 2020 protocol (make, tally), a study's front (rank)."
)


@jury.command()
def make(
    originals: Originals,
    run: Runs,
    annotator: Annotated[
        list[str], typer.Option(metavar="NAME", help="Whom a page is for. May be repeated.")
    ],
    evaluation: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="evaluation.json of `blackcamo evaluate`: its jury images."
        ),
    ] = None,
    image: Annotated[
        list[str] | None,
        typer.Option(metavar="STEM", help="An image to judge instead. May be repeated."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes the orders.")] = 0,
    out: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Folder of the pages.", rich_help_panel="Output"),
    ] = Path("jury"),
    as_json: o.Json = False,
) -> int:
    """Make an offline page per annotator, runs in blind random order, and the organiser's key."""
    runs = named_folders(run)
    if (evaluation is None) == (not image):
        raise OptionError("the images come from --evaluation or from --image; give one of them")
    images = image or _jury_images(evaluation)
    from blackcamo.evaluation.jury.making import make_jury

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


@jury.command()
def tally(
    votes: Annotated[
        list[Path], typer.Argument(metavar="VOTES", help="Files that the pages saved.")
    ],
    key: Annotated[Path, typer.Option(metavar="FILE", help="The jury's jury-key.json.")],
    seed: Annotated[int, typer.Option(min=0, help="Fixes the bootstrap.")] = 0,
    as_json: o.Json = False,
) -> int:
    """Count votes per run, with 95 % intervals over images and annotators, and agreement."""
    from blackcamo.evaluation.jury.tallying import tally as tally_votes

    result = tally_votes(key, votes, seed=seed)
    if as_json:
        print_json(result.to_json())
        return DONE
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
    return DONE


@jury.command()
def rank(study: o.Study, storage: o.Storage = o.DEFAULT_STORAGE, as_json: o.Json = False) -> int:
    """Order a study's front by what people said in the dashboard; first the most liked.

    `blackcamo dashboard STUDY` asks them which pictures they would not post; `blackcamo export
    STUDY --jury` does as they say.
    """
    from blackcamo import run

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


def _interval(bounds: tuple[float, float]) -> str:
    return f"{bounds[0]:.0f}-{bounds[1]:.0f}"


def _jury_images(evaluation: Path | None) -> list[str]:
    if evaluation is None:
        return []
    try:
        images = json.loads(evaluation.read_bytes())["jury_images"]
    except OSError as error:
        raise InputError(
            f"{evaluation} cannot be read ({error.strerror}); check the path"
        ) from error
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(f"{evaluation} is no result of `blackcamo evaluate`") from error
    return list(images)
