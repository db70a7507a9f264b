"""How long ``blackcamo --help`` takes, beside an interpreter that does nothing; interleaved."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

LIMIT_S = 0.5


def seconds(command: list[str]) -> tuple[float, str]:
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return time.perf_counter() - start, done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    args = parser.parse_args()
    blackcamo = str(Path(sys.executable).parent / "blackcamo")
    commands = {"python": [sys.executable, "-c", ""], "blackcamo --help": [blackcamo, "--help"]}
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(args.runs):
        for name, command in commands.items():
            spent, said = seconds(command)
            assert name == "python" or "search" in said, said
            taken[name].append(spent)
    for name, values in taken.items():
        print(f"{name:18s} {statistics.median(values):.3f} s median, {min(values):.3f} s least")
    ratios = [b / a for a, b in zip(*taken.values(), strict=True)]
    print(f"ratio {statistics.median(ratios):.1f}; bound {LIMIT_S} s")


if __name__ == "__main__":
    main()
