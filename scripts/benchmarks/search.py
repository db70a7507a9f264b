"""A whole search by the command line: the build before this work and this one, taking turns.

On the same photos with the same seeds; that the results are as good is looked at first. Ratios
are of pairs that ran one after the other.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from pathlib import Path

from builds import REPOSITORY, Spent, blackcamo, checkout
from PIL import Image

from blackcamo.run import versions

BEFORE = "310242a"
SLACK = 0.05
"""Points of appeal that rounding may cost."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", default=BEFORE, help="the commit to compare with")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--budget", type=int, default=500)
    parser.add_argument("--size", default="512x384")
    parser.add_argument("--photo", type=Path, default=REPOSITORY / "examples" / "photo.jpg")
    parser.add_argument("options", nargs="*", help="further options of search, after --")
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, {versions.versions()}")
    with tempfile.TemporaryDirectory() as name, checkout(args.before, Path(name)) as before:
        folder = Path(name)
        photo = folder / "photo.png"
        width, height = map(int, args.size.split("x"))
        Image.open(args.photo).convert("RGB").resize((width, height)).save(photo)
        pairs: list[tuple[Spent, Spent]] = []
        for seed in range(args.runs):
            # Who goes first changes, as what runs second finds files in the memory.
            order = [("before", before), ("now", REPOSITORY)][:: 1 if seed % 2 else -1]
            spent = {}
            for label, build in order:
                place = folder / f"{label}-{seed}"
                command = ["search", str(photo), "--budget", str(args.budget), "--json"]
                command += ["--seed", str(seed), "--out", str(place / "out"), *args.options]
                spent[label] = blackcamo(build, command, place)
            pairs.append((spent["before"], spent["now"]))
            tell(seed, *pairs[-1])
    report(pairs)


def tell(seed: int, before: Spent, now: Spent) -> None:
    for label, spent in (("before", before), ("now", now)):
        r = spent.result
        print(
            f"  seed {seed} {label:6s} {spent.wall_s:6.1f} s, CPU {spent.cpu_s:6.1f} s, "
            f"{spent.pss_mb:5.0f} MB; score {r['score_after']:.2f}, appeal {r['appeal']:.2f}, "
            f"{'reached' if spent.status == 0 else 'not reached'}",
            flush=True,
        )


def report(pairs: list[tuple[Spent, Spent]]) -> None:
    worse = [
        seed
        for seed, (before, now) in enumerate(pairs)
        if now.status > before.status
        or (
            now.status == before.status == 0
            and now.result["appeal"] < before.result["appeal"] - SLACK
        )
    ]
    print(f"results as good or better: {len(pairs) - len(worse)} of {len(pairs)}")
    for name in ("cpu_s", "wall_s", "pss_mb"):
        ratios = [getattr(now, name) / getattr(before, name) for before, now in pairs]
        least, middle, most = min(ratios), statistics.median(ratios), max(ratios)
        print(f"  {name:7s} ratio {middle:.2f} ({least:.2f} to {most:.2f})")
    assert not worse, f"worse results with seeds {worse}"


if __name__ == "__main__":
    main()
