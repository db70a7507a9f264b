"""500 queries on a 512x384 photo with a scorer that costs nothing, and where the time goes.

The same search runs several times and must deliver the same bytes each time; the first appeal
and all filters are in. Start-up (imports, first calls) is paid by a short search before.
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
from stopwatch import Steps, timed

from blackcamo import run
from blackcamo.appeal.visible import VisibleDifference
from blackcamo.channel import Channel
from blackcamo.filters.chain import Chain
from blackcamo.objective import Objective
from blackcamo.run import setup, versions
from blackcamo.run.delivery import Delivery
from blackcamo.strategies import Strategy
from blackcamo.study import Study
from blackcamo.testing import CountingScorer

LIMIT_S = 12.0
# Outer steps take the search's own time; inner ones are done by several threads at once.
OUTER: Steps = (
    ("candidates", Objective, ("prepare", "evaluate")),
    ("strategy", Strategy, ("__init__", "ask", "tell")),
    ("study", Study, ("begin", "finish", "sending", "keep", "annotate", "batches")),
    ("verification", Objective, ("deliver", "baseline")),
    ("files", Delivery, ("write",)),
)
INNER: Steps = (
    ("render", Chain, ("render",)),
    ("channel", Channel, ("send",)),
    ("appeal", VisibleDifference, ("__call__",)),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--budget", type=int, default=500)
    args = parser.parse_args()
    photo = Path(__file__).parents[2] / "examples" / "photo.jpg"
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "photo.png"
        Image.open(photo).convert("RGB").resize((512, 384)).save(small)
        scorer = CountingScorer(lambda image: 90.0 + float(np.float32(image[::16, ::16].mean())))
        with mock.patch.object(setup, "load_scorer", return_value=scorer):
            search(small, folder, "warm-up", 20)
            seconds, outer, inner = (
                [],
                defaultdict[str, float](float),
                defaultdict[str, float](float),
            )
            delivered = set()
            for index in range(args.runs):
                with timed(outer, time.perf_counter, OUTER), timed(inner, time.thread_time, INNER):
                    start = time.perf_counter()
                    result = search(small, folder, str(index), args.budget)
                    seconds.append(time.perf_counter() - start)
                assert result.output is not None
                delivered.add(result.output.read_bytes())
                asked = (result.queries["total"], result.queries["cache_hits"])
                assert args.budget - 4 <= sum(map(int, asked)), result.queries  # type: ignore[arg-type]
    assert len(delivered) == 1, "the same search delivered different bytes"
    report(seconds, outer, inner, args.budget)


def search(photo: Path, folder: str, name: str, budget: int) -> run.SearchResult:
    out = Path(folder) / name
    storage = str(out / "studies.journal")
    return run.search(photo, budget=budget, out=out, storage=storage, device="cpu")


def report(
    seconds: list[float], outer: dict[str, float], inner: dict[str, float], budget: int
) -> None:
    median = statistics.median(seconds)
    print(f"{os.cpu_count()} cores, {versions.versions()}")
    print(
        f"{budget} queries on 512x384: {median:.1f} s median of {len(seconds)} "
        f"({min(seconds):.1f} to {max(seconds):.1f}); bound {LIMIT_S:g} s"
    )
    total = sum(seconds)
    for name, value in sorted(outer.items(), key=lambda item: -item[1]):
        print(f"  {name:14s} {value / len(seconds):6.2f} s {100 * value / total:5.1f} %")
    print(f"  {'other':14s} {(total - sum(outer.values())) / len(seconds):6.2f} s")
    print("per query, processor time of one thread:")
    for name, value in sorted(inner.items(), key=lambda item: -item[1]):
        print(f"  {name:14s} {1000 * value / len(seconds) / budget:6.2f} ms")


if __name__ == "__main__":
    main()
