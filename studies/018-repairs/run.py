"""How many renderings does it take to bring a candidate to the floor of appeal?

    python run.py --work /path/to/scratch [--budget 100]

Data is found through BLACKCAMO_DATA (default ../shared beside the repository). Of a third of the
candidates under the floor that a search proposes, the appeal at twelve shares is written into the
scratch folder, photo by photo, so that an interrupted run goes on; rules for finding the floor
then walk along these curves, and ``result.json`` here says how far they came.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from PIL import Image

from blackcamo import run
from blackcamo.images import load_photo
from blackcamo.rendering import Anchor, Picture, Prepared, Values, renderer
from blackcamo.rendering.repair import repaired
from blackcamo.styles.space import towards

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("BLACKCAMO_DATA", HERE.parents[1].parent / "shared")).resolve()
PHOTOS = {
    "chosen on": ("bsds/100007.jpg", "bsds/100039.jpg"),
    "set aside": ("coco/000000000009.jpg", "coco/000000000025.jpg", "kodak/kodim04.jpg"),
}
LONG_SIDE_PX = 512
SHARES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
LEAST, MOST_REPAIRS, CLOSE = 0.05, 4, 3.0
RULES: dict[str, tuple[Callable[[float], float], float, float]] = {
    "appeal falls along a line": (lambda appeal: appeal, 0.5, 1.0),
    "log odds along a line": (lambda appeal: math.log(appeal / (100 - appeal)), 1.0, 1.0),
    **{
        f"log odds, to the power {bend}": (
            lambda appeal: math.log(appeal / (100 - appeal)), 1.0, bend,
        )
        for bend in (1.2, 1.3, 1.4, 1.5, 1.8)
    },
}  # fmt: skip
"""Of each rule: what it takes to fall along a line, points above the floor that it aims at, and
the power of the share with which that falls at first."""


def curves(photo: Path, work: Path, budget: int) -> list[dict[str, Any]]:
    """Appeal by share of candidates that a search of one photo proposes under the floor."""
    kept = work / f"{photo.stem}.jsonl"
    if kept.exists():
        return [json.loads(line) for line in kept.read_text().splitlines()]
    picture = Image.fromarray(load_photo(photo).pixels)
    picture.thumbnail((LONG_SIDE_PX,) * 2, Image.Resampling.LANCZOS)
    small = work / f"{photo.stem}.png"
    picture.save(small)
    found: list[dict[str, Any]] = []

    def looked_at(
        params: Sequence[Values],
        anchors: Sequence[Anchor | None],
        pictures: Callable[[Sequence[Values]], list[Picture]],
    ) -> list[Prepared]:
        def appeal(values: Values) -> float:
            return pictures([values])[0].appraisal.value

        for values, anchor in zip(params, anchors, strict=True):
            one_of_three = zlib.crc32(repr(sorted(values.items())).encode()) % 3 == 0
            if anchor is None or anchor.appeal <= anchor.floor + 1 or not one_of_three:
                continue
            if appeal(values) >= anchor.floor:
                continue
            reached = [appeal(towards(anchor.params, values, s)) for s in SHARES]
            found.append({"floor": anchor.floor, "appeal": [anchor.appeal, *reached]})
        return repaired(params, anchors, pictures)

    config = run.SearchConfig(
        budget=budget, until="budget", out=work / "out", storage=str(work / "s.journal")
    )
    with patch.object(renderer, "repaired", looked_at):
        run.search(small, config=config)
    kept.write_text("".join(json.dumps(one) + "\n" for one in found))
    return found


def walked(one: dict[str, Any], rule: str) -> tuple[int, float]:
    """Renderings that a rule needs of one candidate, the first included, and points above the
    floor at which it ends."""
    of, aim, bend = RULES[rule]
    floor = one["floor"]

    def at(share: float) -> float:
        return float(np.interp(share, (0, *SHARES), one["appeal"]))

    weak, strong, count = 0.0, 1.0, 1
    for _ in range(MOST_REPAIRS):
        if weak > 0 and at(weak) <= floor + CLOSE:
            break
        fallen = (of(at(weak)) - of(floor + aim)) / (of(at(weak)) - of(at(strong)))
        fallen = fallen if weak else fallen ** (1 / bend)
        share = weak + min(max(fallen, LEAST), 1 - LEAST) * (strong - weak)
        weak, strong = (share, strong) if at(share) >= floor else (weak, share)
        count += 1
    return count, at(weak) - floor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--budget", type=int, default=100)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    result: dict[str, Any] = {"budget": args.budget}
    for which, photos in PHOTOS.items():
        found = [
            one
            for photo in photos
            for one in curves(DATA / "photos" / photo, args.work, args.budget)
        ]
        result[which] = {"photos": list(photos), "candidates": len(found), "rules": {}}
        for rule in RULES:
            counts, above = zip(*(walked(one, rule) for one in found), strict=True)
            result[which]["rules"][rule] = {
                "renderings": round(statistics.mean(counts), 2),
                "above_floor": round(statistics.mean(above), 2),
            }
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
