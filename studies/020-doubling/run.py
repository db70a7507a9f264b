"""Make pairs of photos and what is delivered at twice their size; say what viewers said of them.

    python run.py --work /path/to/scratch   # the pairs, in an order that tells nothing, and a key
    python run.py                           # what ``verdicts.csv`` says, and what a scorer does

Data is found through BLACKCAMO_DATA (default ../shared beside the repository). Writes result.json.
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

from blackcamo.channel import Channel
from blackcamo.filters import weave
from blackcamo.filters.chain import Chain
from blackcamo.images import load_photo
from blackcamo.rendering import render
from blackcamo.scorers import load_scorer
from blackcamo.types import Pixels

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("BLACKCAMO_DATA", HERE.parents[1].parent / "shared")).resolve()
LONG_SIDE_PX = 512
CROP_PX = (700, 620)
"""Of pictures at 200 %, the middle."""
SHAPE = {
    "weave_cb_01": 0.5, "weave_cb_10": 0.5, "weave_cr_01": 0.5, "weave_cr_10": 0.5,
    "weave_luma_11": 0.5, "softness_px": 0.45,
}  # fmt: skip
STRENGTHS = {
    "nothing": (0, 0, 0),
    "colour 3, luma .8": (0, 3, 0.8),
    "hard 50": (50, 0, 0),
    "hard 100": (100, 0, 0),
    "hard 50, colour 2": (50, 2, 0),
    "hard 50, colour 3": (50, 3, 0),
    "hard 50, colour 2, luma .3": (50, 2, 0.3),
    "hard 50, colour 3, luma .3": (50, 3, 0.3),
    "hard 50, colour 3, luma .8": (50, 3, 0.8),
    "hard 100, colour 3, luma .8": (100, 3, 0.8),
}
"""Hardness in percent, weave in colour and in luma in JND; softness is .45 pixels throughout."""
SHARP = "hard 50, no softness"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path)
    args = parser.parse_args()
    # Patterns were woven in whole then; that they no longer are follows from these looks.
    weave._LUMA_DOUBLED = weave._COLOUR_DOUBLED = 1.0
    with (HERE / "verdicts.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    if args.work is not None:
        make_pairs(rows, args.work)
        return
    photos = sorted({row["photo"] for row in rows})
    result = {"looks": summary(rows), "pocketiqa": scores(photos)}
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def loaded(name: str) -> Image.Image:
    """A photo at the study's size."""
    photo = Image.fromarray(load_photo(DATA / "photos" / name).pixels)
    photo.thumbnail((LONG_SIDE_PX,) * 2, Image.Resampling.LANCZOS)
    return photo


def arrived(photo: Image.Image, variant: str) -> Pixels:
    """What arrives of a photo with that hidden in it."""
    params = dict(SHAPE)
    if variant == SHARP:
        params |= {"doubling_percent": 50, "softness_px": 0}
    elif variant == "nothing":
        params = {}
    else:
        names = ("doubling_percent", "weave_jnd", "weave_luma_jnd")
        params |= dict(zip(names, STRENGTHS[variant], strict=True))
    sent = render(Chain([weave.Weave()]), np.asarray(photo), params)
    return Channel().send(sent)[1]


def make_pairs(rows: list[dict[str, str]], work: Path) -> None:
    """The pairs, original left, and ``key.json`` with what each one is."""
    work.mkdir(parents=True, exist_ok=True)
    rows = random.Random(0).sample(rows, len(rows))
    for number, row in enumerate(rows):
        photo = loaded(row["photo"])
        edit = Image.fromarray(arrived(photo, row["variant"]))
        lanczos, bicubic = Image.Resampling.LANCZOS, Image.Resampling.BICUBIC
        if row["shown"] == "150 %":
            size = (photo.width * 3 // 2, photo.height * 3 // 2)
            both = [picture.resize(size, lanczos) for picture in (photo, edit)]
        else:
            size = (2 * photo.width, 2 * photo.height)
            left, top = (max((a - b) // 2, 0) for a, b in zip(size, CROP_PX, strict=True))
            box = (left, top, min(left + CROP_PX[0], size[0]), min(top + CROP_PX[1], size[1]))
            both = [picture.resize(size, bicubic).crop(box) for picture in (photo, edit)]
        pair = Image.new("RGB", (2 * both[0].width + 20, both[0].height), "white")
        pair.paste(both[0], (0, 0))
        pair.paste(both[1], (both[0].width + 20, 0))
        pair.save(work / f"pair-{number:03d}.png")
    (work / "key.json").write_text(json.dumps(rows, indent=1) + "\n")


def summary(rows: list[dict[str, str]]) -> dict[str, Any]:
    """By size and variant: how many looks, and shares of them."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        for viewer in (1, 2):
            found[row["shown"], row["variant"]].append(
                (row[f"change_{viewer}"], row[f"post_{viewer}"])
            )
    result: dict[str, Any] = defaultdict(dict)
    for (shown, variant), looks in sorted(found.items()):
        result[shown][variant] = {
            "looks": len(looks),
            "posted": round(statistics.mean(post == "yes" for _, post in looks), 2),
            "no change": round(statistics.mean(change == "none" for change, _ in looks), 2),
            "damaged": round(statistics.mean(change == "damaged" for change, _ in looks), 2),
        }
    return result


def scores(photos: list[str]) -> dict[str, dict[str, float]]:
    """Mean score of each variant, also after another JPEG and a resize to 90 %."""
    scorer = load_scorer("pocketiqa")
    told: dict[str, list[list[float]]] = defaultdict(list)
    for name in photos:
        photo = loaded(name)
        for variant in (*STRENGTHS, SHARP):
            once = arrived(photo, variant)
            smaller = Image.fromarray(once)
            size = (round(0.9 * smaller.width), round(0.9 * smaller.height))
            resized = np.asarray(smaller.resize(size, Image.Resampling.LANCZOS))
            ways = [once, Channel().send(once)[1], Channel(75).send(once)[1],
                    Channel().send(resized)[1]]  # fmt: skip
            told[variant].append([float(score) for score in scorer.score(ways)])
    names = ("delivered", "after JPEG 90", "after JPEG 75", "after a resize to 90 %")
    result = {}
    for variant, scored in told.items():
        means = [round(float(mean), 1) for mean in np.mean(scored, axis=0)]
        result[variant] = dict(zip(names, means, strict=True))
    return result


if __name__ == "__main__":
    main()
