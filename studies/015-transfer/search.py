"""Camouflage every photo for one quality model at a time: what the matrix is made of.

    python search.py --work /path/to/scratch [--scorer niqe] [--most 12]

Data is found through BLACKCAMO_DATA (default ../shared beside the repository). Camouflages and a
row per search go to the scratch folder, photo by photo; a run that was interrupted goes on there.
"""

from __future__ import annotations

import argparse
import json
import os
import tomllib
from pathlib import Path
from typing import Any

from PIL import Image

from blackcamo import run
from blackcamo.images import load_photo
from blackcamo.testing.studies import scorer_settings

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
DATA = Path(os.environ.get("BLACKCAMO_DATA", REPOSITORY.parent / "shared")).resolve()
CONFIG = tomllib.loads((HERE / "config.toml").read_text())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--scorer", action="append")
    parser.add_argument("--most", type=int, help="photos, the first ones")
    args = parser.parse_args()
    for photo in prepared(args.work / "photos")[: args.most]:
        for name in args.scorer or CONFIG["scorers"]:
            row = args.work / "rows" / "searched" / f"{photo.stem}-{name}.json"
            if not row.exists():
                row.parent.mkdir(parents=True, exist_ok=True)
                row.write_text(json.dumps(searched(photo, name, args.work), indent=1) + "\n")


def settings(scorer: str, work: Path) -> dict[str, Any]:
    """A scorer of the config file as options of a search."""
    config = CONFIG["scorers"][scorer]
    return scorer_settings(config, data=DATA, repository=REPOSITORY, here=HERE, work=work.resolve())


def prepared(folder: Path) -> list[Path]:
    """The photos at the study's size, as PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for path in sorted(DATA.glob(CONFIG["photos"])):
        made.append(folder / f"{path.stem}.png")
        if not made[-1].exists():
            picture = Image.fromarray(load_photo(path).pixels)
            picture.thumbnail((CONFIG["long_side_px"],) * 2, Image.Resampling.LANCZOS)
            picture.save(made[-1])
    return made


def searched(photo: Path, scorer: str, work: Path) -> dict[str, Any]:
    """Search one photo; what the scorer calls low quality as it is has no camouflage."""
    asked = settings(scorer, work)
    score = run.score(photo, **asked)
    if not score.high_quality:
        print(photo.stem, scorer, "low as it is", score.score, flush=True)
        return {"photo": photo.stem, "scorer": scorer, "high_before": False}
    folder = work / "searched" / scorer
    folder.mkdir(parents=True, exist_ok=True)
    result = run.search(
        photo,
        out=folder,
        storage=str(folder / f"{photo.stem}.journal"),
        budget=CONFIG["budget"],
        seed=CONFIG["seed"],
        alternatives=1,
        until="success",
        no_pictures=True,
        **asked,
    )
    print(photo.stem, scorer, result.style, result.score_before, result.score_after, result.appeal,
          result.succeeded, result.seconds, flush=True)  # fmt: skip
    return {
        "photo": photo.stem,
        "scorer": scorer,
        "high_before": True,
        "output": str(result.output and result.output.relative_to(work)),
        "study": result.study,
        "style": result.style,
        "score_before": result.score_before,
        "score_after": result.score_after,
        "appeal": result.appeal,
        "succeeded": result.succeeded,
        "queries": result.queries["total"],
        "seconds": result.seconds,
        "versions": dict(result.versions),
    }


if __name__ == "__main__":
    main()
