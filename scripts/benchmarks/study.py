"""What share of a search's time its study takes, pictures apart; bound 5 %.

Both are taken within one search, by the clock, as a journal waits for the disk and a database
answers; processor time of the searching process is printed beside it.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from stopwatch import Steps, timed

from blackcamo import run
from blackcamo.run import versions
from blackcamo.run.trial_pictures import TrialPictures
from blackcamo.study import Study

LIMIT = 0.05
STUDY: Steps = (
    (
        "study",
        Study,
        ("begin", "finish", "sending", "keep", "annotate", "batches", "recall", "describe"),
    ),
    ("pictures", TrialPictures, ("show", "complete")),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--budget", type=int, default=500)
    parser.add_argument("--scorer", default="pocketiqa")
    parser.add_argument("--photo", default=Path(__file__).parents[2] / "examples" / "photo.jpg")
    parser.add_argument("--storage", help="default: a journal; anything else must be empty")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        search(args, folder, "warm-up", 10)
        clock, processor = defaultdict[str, float](float), defaultdict[str, float](float)
        with timed(clock, time.perf_counter, STUDY), timed(processor, time.thread_time, STUDY):
            begun = time.perf_counter()
            result = search(args, folder, "measured", args.budget)
            seconds = time.perf_counter() - begun
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {versions.versions()}")
    print(f"{result.queries['total']} queries of {args.scorer}: {seconds:.1f} s")
    for name in ("study", "pictures"):
        print(
            f"  {name:9s} clock {clock[name]:5.2f} s {100 * clock[name] / seconds:5.2f} %"
            f"   processor {processor[name]:5.2f} s"
        )
    share = clock["study"] / seconds
    print(f"share of the study: {100 * share:.2f} % (bound {100 * LIMIT:g} %)")


def search(args: argparse.Namespace, folder: str, name: str, budget: int) -> run.SearchResult:
    out = Path(folder) / name
    return run.search(
        args.photo,
        budget=budget,
        scorer=args.scorer,
        seed=len(name),
        target=1.0,
        out=out,
        storage=args.storage or str(out / "studies.journal"),
        pictures=out / "pictures",
        device="cpu",
    )


if __name__ == "__main__":
    main()
