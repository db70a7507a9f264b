"""Learn a profile on 36 photos, and say what it does to others with no query and with few.

    python run.py --work /path/to/scratch [--scorer nima-technical] [--budget 4000]
                  [--others 'photos/kodak/*.jpg']

Data is found through BLACKCAMO_DATA (default ../shared beside the repository). Writes the profile
into the scratch folder (that of the package is a copy), and ``result.json`` here. A run that was
interrupted goes on. Photos and settings of a scorer stand in ``config.toml``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tomllib
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from blackcamo import run
from blackcamo.images import load_photo
from blackcamo.profile import read_profile
from blackcamo.testing.studies import scorer_settings, side_by_side

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
DATA = Path(os.environ.get("BLACKCAMO_DATA", REPOSITORY.parent / "shared")).resolve()
CONFIG = tomllib.loads((HERE / "config.toml").read_text())
LONG_SIDE_PX = 512
BUDGET = 200
"""Queries of the searches that are compared."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--scorer", default="pocketiqa", choices=CONFIG)
    parser.add_argument("--budget", type=int, default=4000)
    parser.add_argument("--others", default="photos/kodak/*.jpg")
    args = parser.parse_args()
    sources = [DATA / line for line in (HERE / f"{args.scorer}.txt").read_text().split()]
    settings = scorer_settings(CONFIG[args.scorer], data=DATA, repository=REPOSITORY)
    work = args.work / args.scorer
    learned = run.learn(
        prepared(sources, work / "photos"),
        config=run.SearchConfig(
            budget=args.budget, storage=str(work / "learning.journal"), **settings
        ),
        out=work / f"{args.scorer}.profile.json",
    )
    assert learned.profile is not None
    others = prepared(sorted(DATA.glob(args.others)), work / "others")
    result: dict[str, Any] = {
        "learned": {
            **{k: v for k, v in learned.to_json().items() if k not in ("profile", "interrupted")},
            "digest": read_profile(learned.profile).digest,
        }
    }
    for mode in ("enhance", "imperceptible"):
        result[f"{mode}, no query"] = applied(learned.profile, others, mode, work / mode, settings)
        for profile in (str(learned.profile), "none"):
            name = "profile" if profile != "none" else "none"
            job = partial(
                searched,
                mode=mode,
                profile=profile,
                work=work / f"{mode}-{name}",
                settings=settings,
            )
            rows = list(side_by_side(job, others))
            result[f"{mode}, {BUDGET} queries, {name}"] = summary(rows)
    file = HERE / "result.json"
    results = json.loads(file.read_text()) | {args.scorer: result}
    file.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    print(json.dumps(result, indent=1, sort_keys=True))


def prepared(sources: list[Path], folder: Path) -> list[Path]:
    """The photos at the study's size, as PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for path in sources:
        made.append(folder / f"{path.parent.name}-{path.stem}.png")
        if not made[-1].exists():
            picture = Image.fromarray(load_photo(path).pixels)
            picture.thumbnail((LONG_SIDE_PX,) * 2, Image.Resampling.LANCZOS)
            picture.save(made[-1])
    return made


def applied(
    profile: Path, photos: list[Path], mode: Any, out: Path, settings: dict[str, Any]
) -> dict[str, float]:
    """What the profile does with no query: those that ask here only tell what it did."""
    found = run.apply_profile(
        str(profile), photos, out=out, mode=mode, overwrite=True, jobs=1, score=True, **settings
    )
    pairs = [
        (r.score_before, r.score_after)
        for r in found
        if r.score_before is not None and r.score_after is not None
    ]
    return figures(pairs)


def searched(
    photo: Path, *, mode: Any, profile: str, work: Path, settings: dict[str, Any]
) -> dict[str, Any]:
    """A search with or without profile."""
    result = run.search(
        photo,
        **settings,
        mode=mode,
        profile=profile,
        budget=BUDGET,
        out=work / photo.stem,
        storage=str(work / f"{photo.stem}.journal"),
        no_pictures=True,
    )
    return {
        "pair": (result.score_before, result.score_after),
        "appeal": result.appeal,
        "to_success": result.queries["to_success"],
    }


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    successes = [r["to_success"] for r in rows if r["to_success"] is not None]
    return {
        **figures([r["pair"] for r in rows]),
        "successes": len(successes),
        "median_queries_to_success": statistics.median(successes) if successes else None,
        "median_appeal": statistics.median(r["appeal"] for r in rows),
    }


def figures(pairs: list[tuple[float, float]]) -> dict[str, float]:
    """Of photos of high quality: how many, how many fell below 50, and the mean drop."""
    high = [(a, b) for a, b in pairs if a >= 50]
    return {
        "high": len(high),
        "below": sum(b < 50 for _, b in high),
        "drop": round(statistics.mean(a - b for a, b in high), 2),
    }


if __name__ == "__main__":
    main()
