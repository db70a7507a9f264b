"""What many photos in one call take: memory, open files and time as they go on; several at once.

    python run.py steady --work SCRATCH [--config FILE] [--result FILE]
    python run.py gain --work SCRATCH [--config FILE] [--result FILE]

``steady`` searches many small photos with a scorer that costs nothing and looks at the process
after each. ``gain`` searches a few with the default scorer, one after the other and several at
once in turns, and asserts first that the files are the same. Both write into ``result.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from PIL import Image

from blackcamo import run
from blackcamo.run.versions import versions

HERE = Path(__file__).resolve().parent


def plain(images: list[Any]) -> list[float]:
    """High for what has little contrast."""
    return [50 + 60 * (0.30 - float(image.std()) / 255) for image in images]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["steady", "gain"])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--config", type=Path, default=HERE / "config.toml")
    parser.add_argument("--result", type=Path, default=HERE / "result.json")
    args = parser.parse_args()
    config = tomllib.loads(args.config.read_text())[args.what]
    args.work.mkdir(parents=True)
    found = (steady if args.what == "steady" else gain)(args.work, config)
    result = json.loads(args.result.read_text()) if args.result.exists() else {}
    result[args.what] = {**found, "config": config, "versions": versions()}
    args.result.write_text(json.dumps(result, indent=2) + "\n")


def steady(work: Path, config: dict[str, Any]) -> dict[str, Any]:
    """The process after each photo, in the means of equal parts of the call."""
    photos = list(write_photos(work, config))
    search = run.SearchConfig(
        scorer=f"python:{Path(__file__).stem}:plain",
        budget=config["budget"],
        batch=config["batch"],
        styles=tuple(config["styles"]),
        alternatives=1,
        out=work / "out",
        storage=str(work / "studies.journal"),
    )
    seen = []
    before = time.process_time()
    for result in run.search_many(photos, config=search, manifest=run.manifest_of(search.out)):
        assert result.error is None, result.error
        now = time.process_time()
        seen.append((resident_bytes(), len(os.listdir("/proc/self/fd")), now - before))  # noqa: PTH208
        before = now
    part = len(seen) // config["parts"]
    parts = [seen[start : start + part] for start in range(0, part * config["parts"], part)]
    return {
        "photos": len(seen),
        "journal_bytes": (work / "studies.journal").stat().st_size,
        "resident_mb": [round(median(m for m, _, _ in p) / 2**20, 1) for p in parts],
        "open_files": [max(n for _, n, _ in p) for p in parts],
        # The processor's, as other work on the machine does not change it.
        "seconds_a_photo": [round(median(s for _, _, s in p), 3) for p in parts],
    }


def gain(work: Path, config: dict[str, Any]) -> dict[str, Any]:
    """Seconds for all photos, in turns; the first turn is left out."""
    photos = list(write_photos(work, config))
    times: dict[int, list[float]] = {1: [], config["at_once"]: []}
    first: dict[str, bytes] = {}
    for turn in range(config["turns"] + 1):
        for at_once, taken in times.items():
            out = work / f"{turn}-{at_once}"
            search = run.SearchConfig(
                budget=config["budget"], out=out, storage=str(out / "studies.journal")
            )
            began = time.monotonic()
            results = list(run.search_many(photos, config=search, at_once=at_once))
            seconds = time.monotonic() - began
            assert all(result.error is None for result in results)
            files = {path.name: path.read_bytes() for path in sorted(out.glob("*.jpg"))}
            first = first or files
            assert files == first, "other files"
            if turn:
                taken.append(round(seconds, 2))
    one, several = (median(taken) for taken in times.values())
    return {"seconds": times, "gain": round(one / several, 3)}


def write_photos(folder: Path, config: dict[str, Any]) -> Iterator[Path]:
    rng = np.random.default_rng(config["seed"])
    height_px, width_px = config["height_px"], config["width_px"]
    y, x = np.mgrid[0:height_px, 0:width_px]
    for number in range(config["photos"]):
        a, b, c = rng.uniform(3, 25, 3)
        scene = 120 + 50 * np.sin(x / a) + 40 * np.cos(y / b) + 20 * np.sin((x + y) / c)
        pixels = np.stack([scene, scene - rng.uniform(0, 30), scene + rng.uniform(0, 30)], -1)
        path = folder / f"{number:05}.png"
        Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(path)
        yield path


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
