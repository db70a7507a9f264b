"""Is a camouflage that was searched for many channels left by them, and by channels it never met?

    python run.py --work /path/to/scratch [--photos 8] [--budget 500] [--long-side 256]

Data is found through BLACKCAMO_DATA (default ../shared beside the repository). Writes a row per
search into the scratch folder, so that an interrupted run goes on, and ``result.json`` here, of
the photos for which every row of a scorer is there.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from blackcamo import run
from blackcamo.channels import STANDARD, channels
from blackcamo.images import load_photo
from blackcamo.types import ScorerOptions

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("BLACKCAMO_DATA", HERE.parents[1].parent / "shared")).resolve()
PHOTOS = ("03", "05", "07", "13", "15", "19", "21", "23")
DELIVERY = "jpeg:90"
LEFT_OUT = (
    "mozjpeg:80", "avif:60", "webp:60", "sharpen:50+jpeg:75", "resize:60%/area+jpeg:85",
)  # fmt: skip
"""Channels that no search meets."""
SCORERS: dict[str, dict[str, Any]] = {
    "pocketiqa": {"scorer": "pocketiqa"},
    "nima-technical": {
        "scorer": f"onnx:{DATA / 'weights' / 'nima_technical.onnx'}",
        "scorer_options": ScorerOptions(
            extra={
                "description": str(HERE.parents[1] / "tests" / "data" / "nima_technical.onnx.toml")
            }
        ),
    },
}
ARMS = {"plain": False, "robust": True}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--photos", type=int, default=len(PHOTOS))
    parser.add_argument("--budget", type=int, default=500)
    parser.add_argument("--long-side", type=int, default=256)
    parser.add_argument("--only-sum-up", action="store_true", help="search nothing more")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    rows = []
    for photo in PHOTOS[: args.photos]:
        for scorer in SCORERS:
            for arm in ARMS:
                kept = args.work / f"{photo}-{scorer}-{arm}-{args.budget}-{args.long_side}.json"
                if not kept.exists() and not args.only_sum_up:
                    row = searched(photo, scorer, arm, args.budget, args.long_side, args.work)
                    kept.write_text(json.dumps(row))
                    print(photo, scorer, arm, row["verdict"], flush=True)
                if kept.exists():
                    rows.append(json.loads(kept.read_text()))
    result = {"budget": args.budget, "long_side_px": args.long_side, **summary(rows)}
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def searched(
    photo: str, scorer: str, arm: str, budget: int, long_side_px: int, work: Path
) -> dict[str, Any]:
    """One search, and what its file scores after every channel."""
    out = work / f"{photo}-{scorer}-{arm}"
    out.mkdir(exist_ok=True)
    picture = Image.fromarray(load_photo(DATA / "photos" / "kodak" / f"kodim{photo}.jpg").pixels)
    picture.thumbnail((long_side_px,) * 2, Image.Resampling.LANCZOS)
    picture.save(out / f"kodim{photo}.png")
    found = run.search(
        out / f"kodim{photo}.png",
        budget=budget,
        robust=ARMS[arm],
        alternatives=1,
        out=out,
        storage=str(out / "studies.journal"),
        no_pictures=True,
        **SCORERS[scorer],
    )
    assert found.output is not None
    ((checked),) = run.check_channels(
        [found.output],
        names=[STANDARD, *LEFT_OUT],
        scorer=SCORERS[scorer]["scorer"],
        scorer_options=SCORERS[scorer].get("scorer_options"),
    )
    return {
        "photo": photo,
        "scorer": scorer,
        "arm": arm,
        "threshold": found.threshold,
        "before": found.score_before,
        "verdict": found.verdict,
        "why": found.why,
        "appeal": found.appeal,
        "recipe": found.recipe,
        "queries": dict(found.queries),
        "scores": {DELIVERY: found.score_after, **checked.scores},
    }


def summary(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """By scorer: which share of (photo, channel) pairs stays below the threshold, by arm."""
    result: dict[str, Any] = {}
    for scorer in SCORERS:
        mine = {(r["photo"], r["arm"]): r for r in rows if r["scorer"] == scorer}
        photos = [p for p in PHOTOS if all((p, arm) in mine for arm in ARMS)]
        high = [p for p in photos if not low(mine[p, "plain"], mine[p, "plain"]["before"])]
        # As the question is put: of photos that a plain search brings below the threshold.
        fooled = [p for p in high if camouflaged(mine[p, "plain"])]
        result[scorer] = {
            "photos": photos,
            "high_before": high,
            "below_after_a_plain_search": fooled,
            **{arm: told([mine[p, arm] for p in fooled]) for arm in ARMS if fooled},
            "all_that_were_high": {arm: told([mine[p, arm] for p in high]) for arm in ARMS if high},
        }
    return result


def told(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    searched_for = [DELIVERY, *(passage.name for passage in channels([STANDARD]).passages)]
    successes = [q for r in rows if (q := r["queries"]["to_success"]) is not None]
    return {
        "at_target": sum(r["verdict"] == "camouflaged" for r in rows),
        "below_after_all_of_the_set": sum(
            all(low(r, r["scores"][name]) for name in searched_for) for r in rows
        ),
        "pairs_of_the_set": pairs(rows, searched_for),
        "pairs_of_those_left_out": pairs(rows, LEFT_OUT),
        "by_channel": {
            name: sum(low(r, r["scores"][name]) for r in rows)
            for name in (*searched_for, *LEFT_OUT)
        },
        "median_appeal": round(statistics.median(r["appeal"] for r in rows), 1),
        "median_queries_to_success": statistics.median(successes) if successes else None,
        "mean_score": {
            name: round(statistics.mean(r["scores"][name] for r in rows), 1)
            for name in (*searched_for, *LEFT_OUT)
        },
        "looks": {r["photo"]: r["recipe"] for r in rows},
    }


def pairs(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, float]:
    """Pairs that are below the threshold where people would post the file, of how many."""
    below = sum(low(r, r["scores"][name]) and r["appeal"] >= 80 for r in rows for name in names)
    of = len(rows) * len(names)
    return {"below": below, "of": of, "share": round(below / of, 3)}


def low(row: Mapping[str, Any], score: float) -> bool:
    return score < float(row["threshold"])


def camouflaged(row: Mapping[str, Any]) -> bool:
    return low(row, row["scores"][DELIVERY]) and row["appeal"] >= 80


if __name__ == "__main__":
    main()
