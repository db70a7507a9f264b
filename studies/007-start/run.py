"""Find what camouflages have in common, for searches to start from.

    python run.py --work /path/to/scratch

Data is found through BLACKCAMO_DATA (default ../shared beside the repository). Searches from
neutral, takes the candidate of the least loss of each, and averages their vectors, scorer by scorer
and then over scorers. Writes ``result.json`` here and the start that ships with the package.
A search has a core for itself, and there are as many searches at a time as cores.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import tomllib
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from blackcamo import run
from blackcamo.filters import load_chain
from blackcamo.images import fit_long_side, load_photo
from blackcamo.preset import read_preset
from blackcamo.testing.studies import scorer_settings, side_by_side

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
SHIPPED = REPOSITORY / "blackcamo" / "run" / "data" / "muted.json"
DIGITS = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    data = Path(os.environ.get("BLACKCAMO_DATA", REPOSITORY.parent / "shared")).resolve()
    config = tomllib.loads((HERE / "config.toml").read_text())
    photos = prepare(data / "photos", args.work / "photos", config)
    space = load_chain().space
    rows, means = [], []
    for name, scorer in config["scorers"].items():
        search = {
            **scorer_settings(scorer, data=data, repository=REPOSITORY),
            "budget": config["budget"],
            "seed": config["seed"],
            "target": float(config["target"]),
            "start": "neutral",
            "no_pictures": True,
        }
        one = partial(search_one, search=search, work=args.work / name)
        found = list(side_by_side(one, photos))
        vectors = [space.encode(params) for _, params in found]
        means.append(np.mean(vectors, axis=0))
        rows += [{"scorer": name, **row} for row, _ in found]
    start = space.decode(np.mean(means, axis=0))
    shipped = {
        p.name: round(start[p.name], DIGITS) for p in space.params if start[p.name] != p.neutral
    }
    SHIPPED.parent.mkdir(exist_ok=True)
    SHIPPED.write_text(json.dumps(shipped, indent=1) + "\n")
    likeness = np.corrcoef(*means)[0, 1]
    result = {"likeness_of_scorers": round(float(likeness), 3), "searches": rows}
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    print(f"correlation of the two scorers' means: {likeness:.3f}")


def prepare(source: Path, folder: Path, config: dict[str, Any]) -> list[Path]:
    """Photos from the training half of study 002, evenly from its list, as PNG."""
    with (REPOSITORY / "studies" / "002-pocketiqa" / "photos.csv").open() as file:
        listed = [row["photo"] for row in csv.DictReader(file) if row["split"] == "train"]
    there = [name for name in listed if (source / name).is_file()]
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name in there[:: len(there) // config["photos"]][: config["photos"]]:
        made.append(folder / f"{name.replace('/', '-').rsplit('.', 1)[0]}.png")
        pixels = fit_long_side(load_photo(source / name).pixels, config["long_side_px"])
        Image.fromarray(pixels).save(made[-1])
    return made


def search_one(
    photo: Path, search: dict[str, Any], work: Path
) -> tuple[dict[str, Any], dict[str, float]]:
    result = run.search(
        photo, out=work / photo.stem, storage=str(work / f"{photo.stem}.journal"), **search
    )
    assert result.preset is not None
    row = {
        "photo": photo.stem,
        "before": result.score_before,
        "after": result.score_after,
        "appeal": result.appeal,
    }
    print(work.name, *row.values(), flush=True)
    return row, dict(read_preset(result.preset).params)


if __name__ == "__main__":
    main()
