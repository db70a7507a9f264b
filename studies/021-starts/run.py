"""Draw sheets of styles where they start on photos, and say what viewers said of them.

    python run.py --work /path/to/scratch   # a sheet a photo, in an order that tells nothing; a key
    python run.py                           # what verdicts.csv says: result.json, and a table

A row of ``verdicts.csv`` is a picture: its photo, round, style and parameters, and of each viewer
``shared_n`` (POST or NOT), ``against_n`` (BETTER, SAME or WORSE than the original), the rank
among the pictures of its sheet and a reason. Data is found through BLACKCAMO_DATA (default
../shared beside the repository).
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from blackcamo.channel import Channel
from blackcamo.filters.loading import load_chain
from blackcamo.images import load_photo
from blackcamo.profile import find_profile
from blackcamo.rendering import render
from blackcamo.report.grid import GridCell, picture_grid

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("BLACKCAMO_DATA", HERE.parents[1].parent / "shared")).resolve()
LONG_SIDE_PX = 512
ENOUGH = (80, 84, 86, 88, 90, 91, 92, 93, 95, 100)
TARGET = 45.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path)
    args = parser.parse_args()
    with (HERE / "verdicts.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    if args.work is not None:
        draw(rows, args.work)
        return
    result = {
        "styles": {f"round {n}": by_style([r for r in rows if r["round"] == n]) for n in "123"},
        "chosen, appeal counted up to": {
            str(enough): chosen([r for r in rows if r["round"] == "1"], enough) for enough in ENOUGH
        },
    }
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def draw(rows: list[dict[str, str]], work: Path) -> None:
    """A sheet a round and photo, the original first, and ``key.json``."""
    work.mkdir(parents=True, exist_ok=True)
    sheets: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        sheets[row["round"], row["photo"]].append(row)
    chain, key = load_chain(), {}
    hidden = {k: v for way in find_profile("pocketiqa")[1].hiding.values() for k, v in way.items()}
    for number, of in enumerate(sheets.values()):
        photo = Image.fromarray(load_photo(DATA / "photos" / of[0]["photo"]).pixels)
        photo.thumbnail((LONG_SIDE_PX,) * 2, Image.Resampling.LANCZOS)
        cells = [GridCell("original", np.asarray(photo))]
        for letter, row in zip(
            "ABCDEFGHIJ", random.Random(number).sample(of, len(of)), strict=False
        ):
            picture = np.asarray(photo)
            if row["style"] != "unchanged":
                params = {**json.loads(row["params"]), **hidden}
                picture = Channel().send(render(chain, np.asarray(photo), params))[1]
            seen = Image.fromarray(picture).resize(photo.size, Image.Resampling.LANCZOS)
            cells.append(GridCell(letter, np.asarray(seen)))
            key[f"{number:03d}{letter}"] = (row["round"], row["photo"], row["style"])
        Image.fromarray(picture_grid(cells, columns=3)).save(work / f"sheet-{number:03d}.png")
    (work / "key.json").write_text(json.dumps(key, indent=1) + "\n")


def shares(rows: list[dict[str, str]]) -> dict[str, float]:
    """Of all looks at these pictures."""
    looks = [
        (r[f"shared_{n}"], r[f"against_{n}"], float(r[f"rank_{n}"])) for r in rows for n in "12"
    ]
    return {
        "looks": len(looks),
        "posted": round(sum(s == "POST" for s, _, _ in looks) / len(looks), 3),
        "better": round(sum(a == "BETTER" for _, a, _ in looks) / len(looks), 3),
        "worse": round(sum(a == "WORSE" for _, a, _ in looks) / len(looks), 3),
        "mean rank": round(sum(r for _, _, r in looks) / len(looks), 2),
    }


def by_style(rows: list[dict[str, str]]) -> dict[str, Any]:
    """Shares by style, best first."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        found[row["style"]].append(row)
    told = {style: shares(of) for style, of in found.items()}
    return dict(sorted(told.items(), key=lambda item: item[1]["mean rank"]))


def chosen(rows: list[dict[str, str]], enough: float) -> dict[str, Any]:
    """What is said of the picture that a search would choose of each photo.

    The highest appeal counts, up to ``enough``; of as much the style that was found better most.
    """
    liked = {style: told["better"] for style, told in by_style(rows).items()}
    photos: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        if row["style"] != "unchanged":
            photos[row["photo"]].append(row)
    picked = []
    for of in photos.values():
        good = [row for row in of if float(row["score_after"]) <= TARGET - 1] or of
        picked.append(max(good, key=lambda r: (min(float(r["appeal"]), enough), liked[r["style"]])))
    return shares(picked)


if __name__ == "__main__":
    main()
