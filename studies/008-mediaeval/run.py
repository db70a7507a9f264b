"""Take photos through the MediaEval 2020 protocol as five runs, up to the jury's pages.

    python run.py --work /path/to/scratch [--run RANDOM] [--most 4] [--annotator NAME]

Data is found through BLACKCAMO_DATA (default ../shared beside the repository). Originals, studies,
submissions and the jury's pages go to the scratch folder, and what was interrupted goes on there;
tables and a sheet of the jury's images come here.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import statistics
import tomllib
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from blackcamo import run
from blackcamo.images import load_photo
from blackcamo.mediaeval.datasets import cover
from blackcamo.mediaeval.jury.making import make_jury
from blackcamo.mediaeval.protocol import evaluate
from blackcamo.mediaeval.submission import submit
from blackcamo.mediaeval.tables import to_csv, to_json, to_markdown
from blackcamo.scorers import load_scorer
from blackcamo.testing.studies import scorer_settings, side_by_side

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
TOGETHER = 4
"""Photos that a process searches with a scorer that it loads once."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--run", action="append", help="only this one; may be repeated")
    parser.add_argument("--most", type=int, help="photos of each folder, the first ones")
    parser.add_argument("--annotator", action="append", default=[])
    args = parser.parse_args()
    data = Path(os.environ.get("BLACKCAMO_DATA", REPOSITORY.parent / "shared")).resolve()
    config = tomllib.loads((HERE / "config.toml").read_text())
    scorers = {
        name: scorer_settings(scorer, data=data, repository=REPOSITORY)
        for name, scorer in config["scorers"].items()
    }
    originals = args.work / "originals"
    photos = prepare(data / "photos", originals, config, args.most)
    searches = {}
    for name in args.run or config["runs"]:
        how = config["runs"][name]
        options = {
            **scorers[how["scorer"]],
            **{key: value for key, value in how.items() if key != "scorer"},
            "budget": config["budget"],
            "seed": config["seed"],
            "keep_size": True,
            "until": "success",
            "no_pictures": True,
        }
        some = partial(search_some, options=options, work=args.work / "searches" / name)
        chunks = [photos[i : i + TOGETHER] for i in range(0, len(photos), TOGETHER)]
        searches[name] = [result for found in side_by_side(some, chunks) for result in found]
        submission = args.work / "submissions" / name
        # It is rendered from the presets in seconds, and refuses to write over what is there.
        shutil.rmtree(submission, ignore_errors=True)
        submission.with_suffix(".zip").unlink(missing_ok=True)
        submit(originals, args.work / "searches" / name, run=name, out=submission.parent)
    submissions = {name: args.work / "submissions" / name for name in searches}
    evaluations = {}
    for name, settings in scorers.items():
        scorer = load_scorer(settings["scorer"], settings["scorer_options"])
        evaluations[name] = evaluate(originals, submissions, scorer)
        (HERE / f"{name}.md").write_text(to_markdown(evaluations[name]))
        (HERE / f"{name}.csv").write_text(to_csv(evaluations[name]))
    result = {
        "budget": config["budget"],
        "seed": config["seed"],
        "photos": [photo.stem for photo in photos],
        "searches": {name: summarise(found) for name, found in searches.items()},
        "evaluations": {name: to_json(evaluation) for name, evaluation in evaluations.items()},
    }
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    if len(submissions) == len(config["runs"]):
        judged = evaluations[next(iter(scorers))].jury_images
        make_jury(
            originals,
            submissions,
            images=judged,
            annotators=args.annotator or ["one"],
            out=args.work / "jury",
            seed=config["jury_seed"],
        )
        draw([stem for stem in judged if stem.startswith("kodak-")], originals, submissions)
    for name, evaluation in evaluations.items():
        print(f"\n{name}\n\n{to_markdown(evaluation)}")
    print(json.dumps(result["searches"], indent=1))


def prepare(source: Path, folder: Path, config: dict[str, Any], most: int | None) -> list[Path]:
    """The photos at the size of the task, as PNG."""
    with (REPOSITORY / "studies" / "002-pocketiqa" / "photos.csv").open() as file:
        split = {row["photo"]: row["split"] for row in csv.DictReader(file)}
    made = []
    folder.mkdir(parents=True, exist_ok=True)
    for name, wanted in config["photos"].items():
        paths = sorted(
            path
            for path in (source / name).glob("*.jpg")
            if wanted in ("all", split.get(f"{name}/{path.name}"))
        )
        for path in paths[:most]:
            made.append(folder / f"{name}-{path.stem}.png")
            if not made[-1].exists():
                pixels = cover(load_photo(path).pixels, **config["size"])
                Image.fromarray(pixels).save(made[-1])
    return made


def search_some(photos: list[Path], options: dict[str, Any], work: Path) -> list[run.SearchResult]:
    """Search photo by photo with one scorer, which is loaded once."""
    config = run.SearchConfig(**options, out=work, storage=str(work / f"{photos[0].stem}.journal"))
    found = []
    for result in run.search_many(photos, config=config):
        assert result.error is None, result.error
        print(work.name, result.photo.stem, result.score_before, result.score_after, flush=True)
        found.append(result)
    return found


def summarise(found: list[run.SearchResult]) -> dict[str, Any]:
    """Of one run's searches, what the protocol does not ask for."""
    return {
        "at_target_with_appeal": sum(result.succeeded for result in found),
        "median_appeal": statistics.median(result.appeal or 0 for result in found),
        "median_queries": statistics.median(result.queries["total"] or 0 for result in found),
        "queries": sum(result.queries["total"] or 0 for result in found),
        "unchanged": sum(result.score_after == result.score_before for result in found),
    }


def draw(stems: list[str], originals: Path, submissions: dict[str, Path]) -> None:
    """A row for each of these images: the original and every run, by name."""
    width, height, line = 320, 240, 20
    columns = {"original": originals, **submissions}
    sheet = Image.new("RGB", (width * len(columns), line + height * len(stems)), "white")
    pen = ImageDraw.Draw(sheet)
    for column, (name, folder) in enumerate(columns.items()):
        pen.text((column * width + 6, 4), name, fill="black")
        for row, stem in enumerate(stems):
            (path,) = folder.glob(f"*{stem}.png")
            tile = Image.open(path).resize((width, height), Image.Resampling.LANCZOS)
            sheet.paste(tile, (column * width, line + row * height))
    sheet.save(HERE / "jury.jpg", quality=80)


if __name__ == "__main__":
    main()
