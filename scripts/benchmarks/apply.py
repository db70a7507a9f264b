"""How long ``apply --style`` takes on a 512x384 photo on one core, from file to file.

Imports and the first call of each style are paid before; they are those of any command.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

import torch
from PIL import Image

from blackcamo import plugins, run
from blackcamo.run import versions

LIMIT_S = 0.2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    args = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {versions.versions()}")
    photo = Path(__file__).parents[2] / "examples" / "photo.jpg"
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "photo.png"
        Image.open(photo).convert("RGB").resize((512, 384)).save(small)
        for name in plugins.names("styles"):
            clock, processor = [], []
            for _ in range(1 + args.runs):
                begun, worked = time.perf_counter(), time.process_time()
                (result,) = run.apply_style(name, [small], out=Path(folder) / "out", jobs=1)
                clock.append(time.perf_counter() - begun)
                processor.append(time.process_time() - worked)
                assert result.error is None, result.error
            print(
                f"  {name:16s} {statistics.median(clock[1:]):.3f} s median by the clock, "
                f"{statistics.median(processor[1:]):.3f} s of the processor; bound {LIMIT_S:g} s"
            )


if __name__ == "__main__":
    main()
