"""Rate a ladder of edits of known order with the measure ``critic``, and draw some of it.

Each edit is rated twice: ``known``, as in a search, which knows frame and look; and ``found``, as
``blackcamo appeal`` has to, from nothing but the photo and the delivered picture.

    python run.py

Data is found through BLACKCAMO_DATA (default ../shared beside the repository). Writes
``result.json`` and ``ladder.jpg`` here.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from PIL import Image, ImageDraw

from blackcamo.appeal import critic
from blackcamo.channel import Channel
from blackcamo.errors import PhotoError
from blackcamo.run.appraising import appraise_pixels
from blackcamo.testing import edits
from blackcamo.types import Appraisal, Pixels

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
DATA = Path(os.environ.get("BLACKCAMO_DATA", REPOSITORY.parent / "shared")).resolve()
CONFIG = tomllib.loads((HERE / "config.toml").read_text())
TILE_PX = (220, 165)
PHOTOS_OF_FAILURES = {
    "dark, noisy portrait": "kodak/kodim04.jpg",
    "stripes through sky and walls": "kodak/kodim22.jpg",
}


def main() -> None:
    paths = list(photos())
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        rated = dict(zip(paths, pool.map(rate, paths), strict=True))
    result: dict[str, Any] = {"photos": [str(p.relative_to(DATA / "photos")) for p in paths]}
    for way in ("known", "found"):
        # An edit that cannot be found in its photo is refused, and has no appeal to compare.
        rows = {path: [{**row, **row[way]} for row in rated[path] if row[way]] for path in paths}
        result[way] = {
            "refused": sum(len(rated[path]) - len(rows[path]) for path in paths),
            "outranked": outranked(rows),
            "steps": steps(rows),
            "failures": {
                name: judge(load(DATA / "photos" / PHOTOS_OF_FAILURES[name]), edit)[way]
                for name, edit in edits.failures().items()
            },
            "edits": summary(rows),
        }
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    draw(paths[0])
    for way in ("known", "found"):
        print(way, json.dumps({k: v for k, v in result[way].items() if k != "edits"}, indent=1))


def photos() -> Iterator[Path]:
    for name in CONFIG["photos"]:
        yield DATA / "photos" / name


def load(path: Path) -> Pixels:
    image = Image.open(path).convert("RGB")
    image.thumbnail((CONFIG["side_px"], CONFIG["side_px"]))
    return np.asarray(image)


def rate(path: Path) -> list[dict[str, Any]]:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    pixels = load(path)
    return [
        {"kind": e.kind, "name": e.name, "strength": e.strength, **judge(pixels, e)}
        for e in edits.ladder()
    ]


def judge(pixels: Pixels, edit: edits.Edit) -> dict[str, dict[str, Any] | None]:
    measure = critic.create()
    with torch.inference_mode():
        views, delivered = edit.render(pixels, Channel())
        (known,) = measure(views, "enhance")
    try:
        found = appraise_pixels(pixels, delivered, measure, "enhance")
    except PhotoError:
        return {"known": said(known), "found": None}
    return {"known": said(known), "found": said(found)}


def said(appraisal: Appraisal) -> dict[str, Any]:
    worst = min(appraisal.parts, key=lambda part: appraisal.parts[part])
    return {"appeal": appraisal.value, "worst": worst}


def outranked(rated: dict[Path, list[dict[str, Any]]]) -> dict[str, Any]:
    """Share of pairs, of one photo, in which the tasteful edit has more appeal."""
    pairs: dict[str, list[bool]] = defaultdict(list)
    misses: Counter[str] = Counter()
    for rows in rated.values():
        for good in (row for row in rows if row["kind"] == "tasteful"):
            for bad in (row for row in rows if row["kind"] != "tasteful"):
                won = good["appeal"] > bad["appeal"]
                pairs[bad["kind"]].append(won)
                if not won:
                    misses[f"{label(good)} under {label(bad)}"] += 1
    return {
        **{kind: {"share": float(np.mean(v)), "pairs": len(v)} for kind, v in pairs.items()},
        "misses": dict(misses.most_common(8)),
    }


def steps(rated: dict[Path, list[dict[str, Any]]]) -> dict[str, Any]:
    """Share of steps to the next strength that lower the appeal."""
    found: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for rows in rated.values():
        by = {(row["kind"], row["name"], row["strength"]): row["appeal"] for row in rows}
        for (kind, name, strength), appeal in by.items():
            if strength > 1 and (kind, name, strength - 1) in by:
                found[kind][name].append(appeal < by[kind, name, strength - 1])
    return {
        kind: {
            "share": float(np.mean([x for v in names.values() for x in v])),
            "steps": sum(map(len, names.values())),
            "under 98 %": {n: float(np.mean(v)) for n, v in names.items() if np.mean(v) < 0.98},
        }
        for kind, names in found.items()
    }


def summary(rated: dict[Path, list[dict[str, Any]]]) -> dict[str, Any]:
    values: dict[str, list[float]] = defaultdict(list)
    worst: dict[str, Counter[str]] = defaultdict(Counter)
    for rows in rated.values():
        for row in rows:
            values[label(row)].append(row["appeal"])
            worst[label(row)][row["worst"]] += 1
    return {
        name: {
            **dict(
                zip(("min", "median", "max"), np.percentile(v, (0, 50, 100)).round(1), strict=True)
            ),
            "worst part": worst[name].most_common(1)[0][0],
        }
        for name, v in values.items()
    }


def label(row: dict[str, Any]) -> str:
    return f"{row['kind']} {row['name']} {row['strength']}"


def draw(path: Path) -> None:
    """Strength 3 of the tasteful edits, 1 of the overdone and ugly ones, with their appeal."""
    pixels = load(path)
    chosen = [e for e in edits.ladder() if e.strength == (3 if e.kind == "tasteful" else 1)]
    columns = 6
    width, height = TILE_PX[0], TILE_PX[1] + 16
    sheet = Image.new("RGB", (columns * width, -(-len(chosen) // columns) * height), (32, 32, 32))
    pen = ImageDraw.Draw(sheet)
    for number, edit in enumerate(chosen):
        left, top = number % columns * width, number // columns * height
        picture = Image.fromarray(edit.render(pixels, Channel())[1])
        picture.thumbnail((TILE_PX[0] - 4, TILE_PX[1]))
        sheet.paste(picture, (left, top + 16))
        known = judge(pixels, edit)["known"]
        assert known is not None
        pen.text((left + 2, top + 2), f"{known['appeal']:.0f} {edit.kind} {edit.name}", "white")
    sheet.save(HERE / "ladder.jpg", quality=82)


if __name__ == "__main__":
    main()
