"""500 queries on a 512x384 photo with a scorer that costs nothing, and where the time goes.

The same search runs several times and must deliver the same bytes each time. Start-up (imports,
processes that render, first calls) is paid by a short search before. Then the parts of a
candidate, for each style that races by itself.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from unittest import mock

import numpy as np
from PIL import Image
from stopwatch import Steps, candidate, timed

from blackcamo import plugins, run
from blackcamo.objective import Objective
from blackcamo.run import setup, versions
from blackcamo.run.delivery import Delivery
from blackcamo.run.results import DEFAULT_APPEAL
from blackcamo.strategies import Race
from blackcamo.study import Study
from blackcamo.testing import CountingScorer

WARM_UP = 100
STEPS: Steps = (
    ("candidates", Objective, ("prepare", "evaluate")),
    ("race", Race, ("__init__", "ask", "tell")),
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
        measure(small, Path(folder), args.budget, args.runs)
    print("one candidate, milliseconds of one thread:")
    for name in plugins.names("styles"):
        style = plugins.load("styles", name)
        if style.auto:
            spent_ms = candidate(np.asarray(picture), style, DEFAULT_APPEAL)
            told = "  ".join(f"{step} {value:5.1f}" for step, value in spent_ms.items())
            print(f"  {name:16s} {told}")


def measure(photo: Path, folder: Path, budget: int, runs: int) -> None:
    scorer = CountingScorer(lambda image: 90.0 + float(np.float32(image[::16, ::16].mean())))
    seconds, spent = [], defaultdict[str, float](float)
    delivered = set()
    with mock.patch.object(setup, "load_scorer", return_value=scorer):
        search(photo, folder / "warm-up", WARM_UP)
        for index in range(runs):
            with timed(spent, time.perf_counter, STEPS):
                start = time.perf_counter()
                result = search(photo, folder / str(index), budget)
                seconds.append(time.perf_counter() - start)
            assert result.output is not None
            delivered.add(result.output.read_bytes())
    assert len(delivered) == 1, "the same search delivered different bytes"
    report(seconds, spent, budget)


def search(photo: Path, out: Path, budget: int) -> run.SearchResult:
    storage = str(out / "studies.journal")
    return run.search(photo, budget=budget, out=out, storage=storage, device="cpu")


def report(seconds: list[float], spent: dict[str, float], budget: int) -> None:
    median = statistics.median(seconds)
    print(
        f"{budget} queries on 512x384 in {median:.1f} s, median of "
        f"{len(seconds)} ({min(seconds):.1f} to {max(seconds):.1f})"
    )
    total = sum(seconds)
    for step, value in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"  {step:14s} {value / len(seconds):6.2f} s {100 * value / total:5.1f} %")
    print(f"  {'other':14s} {(total - sum(spent.values())) / len(seconds):6.2f} s")


if __name__ == "__main__":
    main()
