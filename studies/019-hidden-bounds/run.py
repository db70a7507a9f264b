"""Make pairs of photos and what hides in them for blind looks, and say what was said of them.

    python run.py --work /path/to/scratch   # the pairs, in an order that tells nothing, and a key
    python run.py                           # what ``verdicts.csv`` says, into result.json

Data is found through BLACKCAMO_DATA (default ../shared beside the repository).
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from blackcamo.appeal import critic
from blackcamo.channel import Channel
from blackcamo.filters.chain import Chain
from blackcamo.filters.weave import Weave
from blackcamo.images import load_photo
from blackcamo.rendering import Picture, Renderer

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("BLACKCAMO_DATA", HERE.parents[1].parent / "shared")).resolve()
LONG_SIDE_PX = 512
SHOWN_AT, WIDEST_PX = 1.5, 1568
"""Times that pairs are enlarged, as on a sharp screen, unless they would be wider than that."""
SHAPE = {
    "weave_cb_01": 0.33, "weave_cb_10": 0.67, "weave_cb_11": -0.1,
    "weave_cr_01": 0.34, "weave_cr_10": 0.62, "weave_cr_11": 0.06,
    "weave_luma_01": -0.43, "weave_luma_10": -0.23, "weave_luma_11": 0.37,
}  # fmt: skip
"""What the profile of pocketiqa of the build before had."""
VARIANTS = {
    "nothing": (0, 0, 0),
    "colour 1.5": (1.5, 0, 0),
    "colour 2.5, softness .3": (2.5, 0, 0.3),
    "colour 4, softness .44": (4, 0, 0.44),
    "colour 2.5, luma .75, softness .3": (2.5, 0.75, 0.3),
    "colour 4, luma 1.5, softness .44": (4, 1.5, 0.44),
    "luma .4": (0, 0.4, 0),
    "luma .8": (0, 0.8, 0),
    "luma 1.2": (0, 1.2, 0),
}
"""Strengths of the weave in colour and in luma, in JND, and softness in pixels."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path)
    args = parser.parse_args()
    with (HERE / "verdicts.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    if args.work is not None:
        make_pairs(rows, args.work)
        return
    result = summary(rows)
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def make_pairs(rows: list[dict[str, str]], work: Path) -> None:
    """The pairs of both rounds, original left, and ``key.json`` with what each one is."""
    for which in ("first", "second"):
        folder = work / which
        folder.mkdir(parents=True, exist_ok=True)
        wanted = [row for row in rows if row["round"] == which]
        random.Random(0).shuffle(wanted)
        key = []
        for number, row in enumerate(wanted):
            photo = Image.fromarray(load_photo(DATA / "photos" / f"{row['photo']}.jpg").pixels)
            photo.thumbnail((LONG_SIDE_PX,) * 2, Image.Resampling.LANCZOS)
            edit = Image.fromarray(hidden_in(photo, row["variant"]).received)
            pair = Image.new("RGB", (2 * photo.width + 12, photo.height), "white")
            pair.paste(photo, (0, 0))
            pair.paste(edit, (photo.width + 12, 0))
            times = min(SHOWN_AT, WIDEST_PX / pair.width)
            size = (round(pair.width * times), round(pair.height * times))
            pair.resize(size, Image.Resampling.BICUBIC).save(folder / f"pair-{number:02d}.png")
            key.append({"number": number, "photo": row["photo"], "variant": row["variant"]})
        (folder / "key.json").write_text(json.dumps(key, indent=1) + "\n")


def hidden_in(photo: Image.Image, variant: str) -> Picture:
    """A photo with that hidden in it, as it arrives."""
    names = ("weave_jnd", "weave_luma_jnd", "softness_px")
    params = {**SHAPE, **dict(zip(names, VARIANTS[variant], strict=True))}
    renderer = Renderer(np.asarray(photo), Chain([Weave()]), Channel(), critic.create(), "enhance")
    ((_, picture),) = renderer.prepare([params])
    assert isinstance(picture, Picture), picture
    return picture


def summary(rows: list[dict[str, str]]) -> dict[str, Any]:
    """By round and variant: how many looks, and shares of them."""
    found: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        found[row["round"], row["variant"]].append(row)
    result: dict[str, Any] = {}
    for (which, variant), pictures in sorted(found.items()):
        before = {
            row["photo"]: float(row["pocketiqa"])
            for row in rows
            if row["round"] == which and row["variant"] == "nothing"
        }
        posts = [row[f"post_{n}"] == "POST" for row in pictures for n in (1, 2)]
        worse = [row[f"against_{n}"] == "WORSE" for row in pictures for n in (1, 2)]
        drops = [
            before[row["photo"]] - float(row["pocketiqa"])
            for row in pictures
            if row["photo"] in before
        ]
        result.setdefault(which, {})[variant] = {
            "looks": len(posts),
            "posted": round(statistics.mean(posts), 2),
            "worse": round(statistics.mean(worse), 2),
            "mean_appeal": round(statistics.mean(float(r["appeal"]) for r in pictures), 1),
            "mean_drop": round(statistics.mean(drops), 1),
        }
    return result


if __name__ == "__main__":
    main()
