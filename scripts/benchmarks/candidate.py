"""What a candidate is made of, style by style and stage by stage, in milliseconds of one thread.

First of styled candidates, then of those that differ by what hides in them; then, of a whole
search, what a query costs beside its candidate: engine, study and progress, by the clock.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from stopwatch import STAGES, Steps, candidate, timed

from blackcamo import plugins, run
from blackcamo.oracle import Oracle
from blackcamo.run import versions
from blackcamo.run.announcing import Announcer
from blackcamo.run.trial_pictures import TrialPictures
from blackcamo.strategies import Race
from blackcamo.study import Study

SIZES = ((512, 384, 8, 3), (1024, 768, 4, 2), (4000, 3000, 1, 1))
"""Width, height, candidates, rounds."""
SEARCH: Steps = (
    ("engine", Oracle, ("ask",)),
    ("race", Race, ("__init__", "ask", "tell")),
    ("study", Study, ("begin", "finish", "sending", "keep", "annotate", "batches")),
    ("pictures", TrialPictures, ("show", "complete")),
    ("progress", Announcer, ("best",)),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--styles", help="comma-separated; by default those that race by themselves"
    )
    parser.add_argument("--sizes", type=int, default=len(SIZES), help="the first so many of them")
    parser.add_argument("--budget", type=int, default=200, help="of the search, 0 for none")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    print(f"{os.cpu_count()} cores, {versions.versions()}")
    photo = Image.open(Path(__file__).parents[2] / "examples" / "photo.jpg").convert("RGB")
    named = plugins.names("styles") if args.styles is None else args.styles.split(",")
    styles = [plugins.load("styles", name) for name in named]
    styles = [style for style in styles if style.liked is not None or args.styles is not None]
    for width, height, count, rounds in SIZES[: args.sizes]:
        pixels = np.asarray(photo.resize((width, height)))
        for hidden in (False, True):
            print(f"{width}x{height}, {'what hides in a style' if hidden else 'styled'}:")
            print(" " * 17 + "".join(f"{name:>9s}" for name, *_ in STAGES) + f"{'all':>9s}")
            found = []
            for style in styles:
                spent = candidate(pixels, style, hidden=hidden, count=count, rounds=rounds)
                found.append(spent)
                print(f"  {style.name:15s}" + "".join(f"{v:9.1f}" for v in spent.values()))
            median = {name: statistics.median(f[name] for f in found) for name in found[0]}
            print(f"  {'median':15s}" + "".join(f"{v:9.1f}" for v in median.values()), flush=True)
    if args.budget:
        search(photo.resize(SIZES[0][:2]), args.budget)


def search(photo: Image.Image, budget: int) -> None:
    spent = defaultdict[str, float](float)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.png"
        photo.save(path)
        with timed(spent, time.perf_counter, SEARCH):
            out = Path(folder)
            run.search(path, budget=budget, out=out, storage=str(out / "studies.journal"))
    print(f"of a search of {budget} queries, milliseconds a query by the clock:")
    print("  " + "  ".join(f"{n} {1000 * spent[n] / budget:.2f}" for n, *_ in SEARCH))


if __name__ == "__main__":
    main()
