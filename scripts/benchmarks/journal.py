"""What many studies in one journal take: bytes a trial, and commands on 40 studies of 500 trials.

The trials are those of one search, written again and again by what searches write with. Bounds:
4 kB a trial, 3 s and 300 MB for each command.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import cast

from optuna.distributions import FloatDistribution

from blackcamo import run
from blackcamo.run import versions
from blackcamo.study import Batch, Study
from blackcamo.styles.space import StyleSpace

LIMIT_BYTES, LIMIT_S, LIMIT_MB = 4000, 3.0, 300.0
OPEN = """
import sys
from blackcamo.study import Study
storage, name = sys.argv[1:]
attributes = {} if name == "new" else {"seed": 0}
with Study.open(storage, name, {}, higher_is_better=True, attributes=attributes) as study:
    study.batches()
"""

# In a small process of its own: a child begins with the peak of the memory of its parent.
MEASURE = """
import resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""


class Ranges:
    """What a study asks of the space of a style."""

    def __init__(self) -> None:
        self.ranges: dict[str, tuple[float, float]] = {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=40)
    parser.add_argument("--trials", type=int, default=500)
    parser.add_argument("--budget", type=int, default=100, help="of the search that is repeated")
    parser.add_argument("--scorer", default="pocketiqa")
    parser.add_argument("--style", help="default: those of auto")
    parser.add_argument("--photo", default=Path(__file__).parents[2] / "examples" / "photo.jpg")
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {versions.versions()}")
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "studies.journal"
        name = searched(args, Path(folder), journal)
        source = Study.load(journal, name)
        print(f"searched: {journal.stat().st_size / len(source.evaluations()):.0f} bytes a trial")
        many = Path(folder) / "many.journal"
        for number in range(args.studies):
            repeat(source, many, f"{name}-{number}", args.trials)
        count = sum(entry.trials for entry in run.studies(many))
        size = many.stat().st_size
        print(f"{args.studies} studies, {count} trials: {size / 1e6:.1f} MB, bound {LIMIT_BYTES} "
              f"bytes a trial: {size / count:.0f}")  # fmt: skip
        blackcamo = str(Path(sys.executable).parent / "blackcamo")
        last = f"{name}-{args.studies - 1}"
        tell("studies", [blackcamo, "studies", "--storage", str(many)])
        tell("front", [blackcamo, "front", last, "--storage", str(many)])
        tell("begin a study", [sys.executable, "-c", OPEN, str(many), "new"])
        tell("go on with one", [sys.executable, "-c", OPEN, str(many), last])
        print(f"bounds: {LIMIT_S:g} s, {LIMIT_MB:g} MB")


def searched(args: argparse.Namespace, folder: Path, journal: Path) -> str:
    """The name of the study of a search."""
    result = run.search(
        args.photo,
        budget=args.budget,
        scorer=args.scorer,
        styles=args.style and [args.style],
        target=1.0,
        out=folder / "out",
        storage=str(journal),
        no_pictures=True,
        device="cpu",
    )
    assert result.study is not None
    return result.study


def repeat(source: Study, journal: Path, name: str, trials: int) -> None:
    """Write the batches of a study over and over until another one has so many trials."""
    spaces: dict[str, Ranges] = defaultdict(Ranges)
    for trial in source.store.optuna.get_all_trials(source.id, deepcopy=False):
        own = spaces[trial.params["style"]].ranges
        for param, ends in trial.distributions.items():
            if isinstance(ends, FloatDistribution):
                own[param] = ends.low, ends.high
    attributes = {k: v for k, v in source.attributes.items() if k not in ("ledger", "schema")}
    styles = cast("dict[str, StyleSpace]", spaces)
    with Study.open(
        journal, name, styles, higher_is_better=True, attributes=attributes
    ) as study:  # fmt: skip
        left = trials
        for index, batch in enumerate(itertools.cycle(source.batches())):
            write(study, index, batch, trials - left)
            left -= len(batch.numbers)
            if left <= 0:
                return


def write(study: Study, index: int, batch: Batch, before: int) -> None:
    """Write one batch as a search does."""
    ledger = {"search": before + len(batch.numbers), "total": before + len(batch.numbers)}
    params = [evaluation.params for evaluation in batch.evaluations]
    numbers = study.begin(index, batch.proposals, params)
    study.sending(ledger)
    study.finish(numbers, batch.evaluations, ledger=ledger)


def tell(what: str, command: list[str]) -> None:
    """Print the time and memory that a command takes."""
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, *command], capture_output=True, text=True, check=True
    )
    clock, processor, mib = map(float, measured.stdout.split())
    print(f"  {what:15s} clock {clock:5.2f} s   processor {processor:5.2f} s   {mib:4.0f} MiB")


if __name__ == "__main__":
    main()
