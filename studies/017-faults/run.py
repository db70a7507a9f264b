"""Damage valid files at random, and count what becomes of them.

Usage: run.py [--only WORD] [--count N] [--pictures N]
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.faults.readers import PICTURES, READERS, Reader, attempt  # noqa: E402

RESULT = Path(__file__).with_name("result.json")


def tried(reader: Reader, count: int) -> dict[str, Any]:
    """Outcomes of ``count`` damaged files: how many, the slowest, memory, and faults in full."""
    outcomes: Counter[str] = Counter()
    faults: list[str] = []
    slowest_s = 0.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data, path = reader.make(folder), folder / reader.file
        path.parent.mkdir(exist_ok=True)
        for number in range(count):
            begun = time.monotonic()
            try:
                outcomes[attempt(reader, path, data, f"{reader.name}/{number}")] += 1
            except Exception:  # noqa: BLE001 - which is what is counted
                outcomes["fault"] += 1
                faults.append(f"{number}: {traceback.format_exc(limit=-3)}")
            slowest_s = max(slowest_s, time.monotonic() - begun)
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {
        "reader": reader.name,
        "tried": count,
        **{kind: outcomes[kind] for kind in ("read", "refused", "fault")},
        "slowest_s": round(slowest_s, 2),
        "peak_mib": peak_mib,
        "faults": faults[:20],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="readers whose name holds this")
    parser.add_argument("--count", type=int, default=2000, help="files of each reader")
    parser.add_argument("--pictures", type=int, default=834, help="of each format of pictures")
    arguments = parser.parse_args()
    counts = [(r, arguments.count) for r in READERS] + [(p, arguments.pictures) for p in PICTURES]
    results = []
    for reader, count in counts:
        if arguments.only in reader.name:
            results.append(tried(reader, count))
            print(*results[-1].values(), flush=True)
    if not arguments.only:
        RESULT.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
