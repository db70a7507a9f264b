"""Camouflage every photo for every scorer, and say what became of it, by style and channel.

    python run.py --work /path/to/scratch [--scorer nima-technical] [--mode enhance] [--set fresh]
                  [--most 5]

Data is found through BLACKCAMO_DATA (default ../shared beside the repository). Writes
``result.json`` here, and sheets of the Kodak photos; other sheets, camouflages and studies go to
the scratch folder, and a run that was interrupted goes on there. A search has a core for itself,
and there are as many searches at a time as cores.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tomllib
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from blackcamo import run
from blackcamo.channel import Channel
from blackcamo.channels import STANDARD, channels
from blackcamo.images import load_photo
from blackcamo.ledger import Ledger
from blackcamo.oracle import Oracle
from blackcamo.report.canvas import Scored
from blackcamo.report.sheet import SheetRow, contact_sheet
from blackcamo.run.travel import travelled
from blackcamo.scorers import load_scorer
from blackcamo.testing.studies import scorer_settings, side_by_side
from blackcamo.types import Mode

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
CONFIG = tomllib.loads((HERE / "config.toml").read_text())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--scorer", action="append")
    parser.add_argument("--mode", action="append")
    parser.add_argument("--set", action="append")
    parser.add_argument("--most", type=int, help="photos of a set, the first ones")
    args = parser.parse_args()
    data = Path(os.environ.get("BLACKCAMO_DATA", REPOSITORY.parent / "shared")).resolve()
    for photos in args.set or CONFIG["sets"]:
        paths = prepare(data, photos, args.work / "photos")[: args.most]
        for scorer in args.scorer or CONFIG["scorers"]:
            for mode in args.mode or CONFIG["modes"]:
                name = f"{photos}-{scorer}-{mode}"
                job = partial(one, data=data, scorer=scorer, mode=mode, work=args.work / name)
                rows = [row for row in side_by_side(job, paths) if row is not None]
                record(name, rows)
                # Sheets of photos that may not be passed on stay in the scratch folder.
                draw(rows, name, HERE if photos == "kodak" else args.work)


def prepare(data: Path, photos: str, folder: Path) -> list[Path]:
    """The photos at the study's size, as PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    where = CONFIG["sets"][photos]
    if where.endswith(".txt"):
        sources = [data / line for line in (HERE / where).read_text().split()]
    else:
        sources = sorted(data.glob(where))
    made = []
    for path in sources:
        made.append(folder / f"{path.parent.name}-{path.stem}.png")
        if not made[-1].exists():
            picture = Image.fromarray(load_photo(path).pixels)
            picture.thumbnail((CONFIG["long_side_px"],) * 2, Image.Resampling.LANCZOS)
            picture.save(made[-1])
    return made


def one(photo: Path, data: Path, scorer: str, mode: Mode, work: Path) -> dict[str, Any] | None:
    """Search one photo; None if the scorer calls it low quality as it is."""
    settings = scorer_settings(CONFIG["scorers"][scorer], data=data, repository=REPOSITORY)
    if not run.score(photo, **settings).high_quality:
        return None
    result = run.search(
        photo,
        out=work / photo.stem,
        storage=str(work / f"{photo.stem}.journal"),
        budget=CONFIG["budget"],
        seed=CONFIG["seed"],
        mode=mode,
        no_pictures=True,
        **settings,
    )
    assert result.output is not None
    assert run.verify(result.output, **settings).reproduced, (
        f"{photo.stem}: another score than recorded"
    )
    judge = load_scorer(settings["scorer"], settings["scorer_options"])
    before, after = load_photo(photo).pixels, load_photo(result.output).pixels
    told = travelled(after, channels([STANDARD]).passages, Oracle(judge, Ledger.unlimited()))
    aesthetic = scorer_settings(CONFIG["aesthetic"], data=data, repository=REPOSITORY)
    network = load_scorer(aesthetic["scorer"], aesthetic["scorer_options"])
    liked = network.score([Channel().send(before)[1], after])
    print(work.name, photo.stem, result.style, result.score_before, result.score_after,
          result.appeal, result.queries["to_success"], result.seconds, flush=True)  # fmt: skip
    return {
        "photo": photo.stem,
        "files": [str(photo), str(result.output)],
        "style": result.style,
        "score_before": result.score_before,
        "score_after": result.score_after,
        "threshold": result.threshold,
        "target": result.target,
        "appeal": result.appeal,
        "parts": dict(result.parts),
        "succeeded": result.succeeded,
        "to_success": result.queries["to_success"],
        "queries": result.queries["total"],
        "choices": [choice.style for choice in result.choices],
        "after": told,
        "aesthetic": [float(liked[0]), float(liked[1])],
        "recipe": result.recipe,
        "seconds": result.seconds,
        "versions": dict(result.versions),
    }


def record(name: str, rows: list[dict[str, Any]]) -> None:
    file = HERE / "result.json"
    results = json.loads(file.read_text()) if file.exists() else {}
    kept = [{k: v for k, v in row.items() if k not in ("files", "versions")} for row in rows]
    results[name] = {"versions": rows[0]["versions"], "summary": summarise(rows), "photos": kept}
    file.write_text(json.dumps(dict(sorted(results.items())), indent=1) + "\n")
    print(name, json.dumps(results[name]["summary"], indent=1))


def summarise(rows: list[dict[str, Any]]) -> dict[str, Any]:
    threshold = rows[0]["threshold"]
    won = [row for row in rows if row["succeeded"]]

    def below(scores: list[float]) -> int:
        return sum(score < threshold for score in scores)

    return {
        "photos": len(rows),
        "below_threshold": below([r["score_after"] for r in rows]),
        "at_target_at_floor": len(won),
        "mean_drop": statistics.mean(r["score_before"] - r["score_after"] for r in rows),
        "median_appeal": statistics.median(r["appeal"] for r in rows),
        "median_queries_to_success": (
            statistics.median(r["to_success"] for r in won) if won else None
        ),
        "below_threshold_after": {
            channel: below([r["after"][channel] for r in rows]) for channel in rows[0]["after"]
        },
        "aesthetic_change": statistics.mean(r["aesthetic"][1] - r["aesthetic"][0] for r in rows),
        "styles": dict(Counter(r["style"] for r in rows).most_common()),
        "median_seconds": statistics.median(r["seconds"] for r in rows),
    }


def draw(rows: list[dict[str, Any]], name: str, folder: Path) -> None:
    pairs = []
    for row in rows:
        photo, camouflage = (load_photo(Path(file)).pixels for file in row["files"])
        before, after = (
            Scored(pixels, score, score >= row["threshold"])
            for pixels, score in ((photo, row["score_before"]), (camouflage, row["score_after"]))
        )
        note = f"{row['style']}, appeal {row['appeal']:.0f}"
        pairs.append(SheetRow(row["photo"], before, after, note))
    sheet = contact_sheet(pairs, title=name, columns=3, width_px=2040)
    Image.fromarray(sheet).save(folder / f"{name}.jpg", quality=82)


if __name__ == "__main__":
    main()
