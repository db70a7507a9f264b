"""500 queries on a 512x384 photo with a scorer that costs nothing, and where the time goes.

The same search runs several times and must deliver the same bytes each time. Start-up (imports,
processes that render, first calls) is paid by a short search before. Two spaces are measured: the
first one, with the first appeal, which the bound is for, and what a search has by default.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from PIL import Image
from stopwatch import Steps, candidate, timed

from blackcamo import run
from blackcamo.objective import Objective
from blackcamo.run import setup, versions
from blackcamo.run.delivery import Delivery
from blackcamo.strategies import Strategy
from blackcamo.study import Study
from blackcamo.testing import CountingScorer

LIMIT_S = 12.0
FIRST = ["geometry", "tone", "curves", "colour", "optics", "detail", "texture"]
WARM_UP = 100
STEPS: Steps = (
    ("candidates", Objective, ("prepare", "evaluate")),
    ("strategy", Strategy, ("__init__", "ask", "tell")),
    ("study", Study, ("begin", "finish", "sending", "keep", "annotate", "batches")),
    ("verification", Objective, ("deliver", "baseline")),
    ("files", Delivery, ("write",)),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--budget", type=int, default=500)
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, {versions.versions()}")
    photo = Path(__file__).parents[2] / "examples" / "photo.jpg"
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "photo.png"
        picture = Image.open(photo).convert("RGB").resize((512, 384))
        picture.save(small)
        for name, filters, appeal in (("first", FIRST, "visible"), ("default", None, "critic")):
            options = {"filters": filters, "appeal": appeal}
            measure(name, small, Path(folder) / name, args.budget, args.runs, options)
            print("  one candidate, milliseconds of one thread:")
            for step, spent_ms in candidate(np.asarray(picture), filters, appeal).items():
                print(f"  {step:14s} {spent_ms:6.2f} ms")


def measure(
    name: str, photo: Path, folder: Path, budget: int, runs: int, options: dict[str, Any]
) -> None:
    scorer = CountingScorer(lambda image: 90.0 + float(np.float32(image[::16, ::16].mean())))
    seconds, spent = [], defaultdict[str, float](float)
    delivered = set()
    with mock.patch.object(setup, "load_scorer", return_value=scorer):
        search(photo, folder / "warm-up", WARM_UP, options)
        for index in range(runs):
            with timed(spent, time.perf_counter, STEPS):
                start = time.perf_counter()
                result = search(photo, folder / str(index), budget, options)
                seconds.append(time.perf_counter() - start)
            assert result.output is not None
            delivered.add(result.output.read_bytes())
            asked = (result.queries["total"], result.queries["cache_hits"])
            assert budget - 4 <= sum(map(int, asked)), result.queries  # type: ignore[arg-type]
    assert len(delivered) == 1, "the same search delivered different bytes"
    report(name, seconds, spent, budget)


def search(photo: Path, out: Path, budget: int, options: dict[str, Any]) -> run.SearchResult:
    storage = str(out / "studies.journal")
    return run.search(photo, budget=budget, out=out, storage=storage, device="cpu", **options)


def report(name: str, seconds: list[float], spent: dict[str, float], budget: int) -> None:
    median = statistics.median(seconds)
    bound = f"; bound {LIMIT_S:g} s" if name == "first" else ""
    print(
        f"{name} space and appeal: {budget} queries on 512x384 in {median:.1f} s, median of "
        f"{len(seconds)} ({min(seconds):.1f} to {max(seconds):.1f}){bound}"
    )
    total = sum(seconds)
    for step, value in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"  {step:14s} {value / len(seconds):6.2f} s {100 * value / total:5.1f} %")
    print(f"  {'other':14s} {(total - sum(spent.values())) / len(seconds):6.2f} s")


if __name__ == "__main__":
    main()
