"""One reader under atheris: inputs that reach new code are kept, and grow others.

    python -m tests.fuzz.harness "look (.cube)" --seconds 300

Ends with 0 where no input was a fault, hung for 10 s or took more than 2 GiB; the last line says
how many were tried. A process can fuzz one reader only.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["blackcamo"]):
    from tests.faults.readers import PICTURES, READERS, Reader, outcome

SEEDS = 32
"""Files that it begins with: a valid one, and damaged ones."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reader", help="its name")
    parser.add_argument("--seconds", type=int, default=300, help="most that it takes")
    parser.add_argument("--runs", type=int, default=-1, help="inputs at most")
    parser.add_argument("--seed", type=int, default=0, help="0: another one each time")
    parser.add_argument("--hang", type=int, default=10, help="seconds; 0: nothing is timed")
    parser.add_argument("--memory", type=int, default=2048, help="MiB; 0: not measured")
    parser.add_argument("--keep", type=Path, help="folder of inputs that are faults")
    args = parser.parse_args()
    reader = next(r for r in (*READERS, *PICTURES) if r.name == args.reader)
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    keep = args.keep or folder
    keep.mkdir(parents=True, exist_ok=True)
    bounds = {
        "max_total_time": args.seconds,
        "timeout": args.hang,
        "runs": args.runs,
        "seed": args.seed,
        "rss_limit_mb": args.memory,
    }
    fuzz(reader, folder, keep, bounds)


def fuzz(reader: Reader, folder: Path, keep: Path, bounds: Mapping[str, int]) -> None:
    """Fuzz a reader within bounds; ends the process.

    Args:
        keep: folder of inputs that are faults.
        bounds: libFuzzer's options.
    """
    valid, path = reader.make(folder), folder / reader.file
    path.parent.mkdir(exist_ok=True)
    corpus = folder / "corpus"
    corpus.mkdir()
    seeds(reader, valid, corpus)

    def one(data: bytes) -> None:
        path.write_bytes(data)
        outcome(reader, path)

    options = [
        *(f"-{name}={value}" for name, value in bounds.items()),
        f"-max_len={2 * len(valid) + 1000}",
        f"-artifact_prefix={keep}/",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], one)
    atheris.Fuzz()


def seeds(reader: Reader, valid: bytes, corpus: Path) -> None:
    """Write the files that fuzzing begins with."""
    (corpus / "valid").write_bytes(valid)
    for number in range(1, SEEDS):
        rng = Random(f"{reader.name}/{number}")
        damaged = rng.choice(reader.mutations)(valid, rng)
        (corpus / str(number)).write_bytes(damaged[: 2 * len(valid) + 1000])


if __name__ == "__main__":
    main()
