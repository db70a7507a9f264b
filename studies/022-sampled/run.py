"""What a pattern in the sampled pixels does to NIMA, and what the measure of appeal says of it.

    python run.py [--most 12]

Data is found through BLACKCAMO_DATA (default ../shared beside the repository). Writes
``result.json`` here.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from blackcamo import plugins
from blackcamo.channel import Channel
from blackcamo.filters.loading import load_chain
from blackcamo.images import load_photo
from blackcamo.rendering import Picture, Renderer
from blackcamo.scorers import load_scorer
from blackcamo.testing.studies import scorer_settings, side_by_side
from blackcamo.types import Pixels

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
DATA = Path(os.environ.get("BLACKCAMO_DATA", REPOSITORY.parent / "shared")).resolve()
CONFIG = tomllib.loads((HERE / "config.toml").read_text())
PHOTOS = HERE.parent / "010-profiles" / "nima-technical.txt"
HARDNESS_PERCENT = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=12, help="photos, the first ones")
    args = parser.parse_args()
    photos = [DATA / line for line in PHOTOS.read_text().split()][: args.most]
    rows = [row for found in side_by_side(one, photos) for row in found]
    result = {
        f"{shape}, {size}, {strength:g} JND": figures(
            [r for r in rows if r["case"] == [shape, size, strength]]
        )
        for size in CONFIG["sizes"]
        for shape in CONFIG["shapes"]
        for strength in CONFIG["strengths_jnd"]
    }
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def one(photo: Path) -> list[dict[str, Any]]:
    """Every shape and strength at every size: scores before and after, and appeal."""
    settings = scorer_settings(CONFIG["scorer"], data=DATA, repository=REPOSITORY)
    scorer = load_scorer(settings["scorer"], settings["scorer_options"])
    chain, appeal = load_chain(), plugins.load("appeals", "critic")()
    found = []
    for size, about in CONFIG["sizes"].items():
        pixels = prepared(photo, about["enlarged"])
        renderer = Renderer(pixels, chain, Channel(), appeal, "imperceptible")
        (before,) = scorer.score([Channel().send(pixels)[1]])
        doubling = {"doubling_percent": HARDNESS_PERCENT} if about["doubled"] else {}
        for shape, tile in CONFIG["shapes"].items():
            wanted = [
                {**doubling, "sampled_jnd": strength, **tile}
                for strength in CONFIG["strengths_jnd"]
            ]
            made = renderer.prepare(wanted)
            for strength, (_, picture) in zip(CONFIG["strengths_jnd"], made, strict=True):
                assert isinstance(picture, Picture), picture
                (after,) = scorer.score([picture.received])
                found.append(
                    {
                        "case": [shape, size, strength],
                        "pair": (before, after),
                        "appeal": picture.appraisal.value,
                    }
                )
    return found


def prepared(photo: Path, enlarged: int) -> Pixels:
    """The photo (H, W, 3) at the study's long side, and then so many times as large."""
    picture = Image.fromarray(load_photo(photo).pixels)
    picture.thumbnail((CONFIG["long_side_px"],) * 2, Image.Resampling.LANCZOS)
    size = (picture.width * enlarged, picture.height * enlarged)
    return np.asarray(picture.resize(size, Image.Resampling.LANCZOS))


def figures(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Mean drop, the share below 50, mean appeal, and the share that has 80 of it."""
    return {
        "drop": round(statistics.mean(a - b for a, b in (r["pair"] for r in rows)), 2),
        "below": round(statistics.mean(r["pair"][1] < 50 for r in rows), 2),
        "appeal": round(statistics.mean(r["appeal"] for r in rows), 1),
        "appeal_80": round(statistics.mean(r["appeal"] >= 80 for r in rows), 2),
    }


if __name__ == "__main__":
    main()
