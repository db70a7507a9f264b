"""Where the time of a search with KonCept512 goes: start-up, model, appeal, everything else.

A whole process is measured, from its start to the last file, on a photo of 512x384. Stand-ins take
the place of the weights, which cost the same; they score low, so the direction is turned round
for the search to go its whole way.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from unittest import mock

from blackcamo.engines import openvino

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # the stand-in weights are those of the tests
LIMIT_PERCENT = 10.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--budget", type=int, default=500)
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--fp32", action="store_true", help="as OpenVINO does without bf16")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        hints = {"bf16": "f32"} if args.fp32 else {}
        with mock.patch.dict(openvino._HINTS, hints):
            print(json.dumps(search(args.child, args.budget, args.engine)))
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "BLACKCAMO_HOME": str(home)}
        install_stand_ins(Path(folder), environment)
        command = [sys.executable, __file__, "--child", folder]
        command += ["--budget", str(args.budget), "--engine", args.engine]
        command += ["--fp32"] if args.fp32 else []
        start = time.perf_counter()
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        report(json.loads(done.stdout), time.perf_counter() - start, args.budget)


def install_stand_ins(folder: Path, environment: dict[str, str]) -> None:
    from safetensors.torch import save_file

    from blackcamo.nets.inception_resnet_v2 import KonCept512
    from tests.koncept512_standin import state_dict

    empty = KonCept512(pooling="top_left_8x8", head_eps=1e-5).state_dict()
    file = folder / "stand-in.safetensors"
    save_file(state_dict({name: value.shape for name, value in empty.items()}), file)
    blackcamo = str(Path(sys.executable).parent / "blackcamo")
    subprocess.run(
        [blackcamo, "weights", "install", "koncept512", "--from", str(file)],
        env=environment, check=True, capture_output=True,
    )  # fmt: skip


def search(folder: Path, budget: int, engine: str) -> dict[str, float]:
    """Seconds by step; the model's and the appeal's are those that the search waits for them."""
    import numpy as np
    from PIL import Image
    from stopwatch import candidate, timed

    from blackcamo import plugins, run
    from blackcamo.objective import Objective
    from blackcamo.oracle import Oracle
    from blackcamo.run.photo_search import PhotoSearch
    from blackcamo.types import ScorerOptions

    photo = folder / "photo.png"
    with Image.open(ROOT / "examples" / "photo.jpg") as image:
        picture = image.convert("RGB").resize((512, 384))
        picture.save(photo)
    spent: dict[str, float] = defaultdict(float)
    outer = (
        ("search", PhotoSearch, ("run",)),
        ("model", Oracle, ("ask",)),
        ("prepare", Objective, ("prepare",)),
    )
    with timed(spent, time.perf_counter, outer):
        result = run.search(
            photo,
            budget=budget,
            scorer="koncept512",
            scorer_options=ScorerOptions(engine=engine, higher_is_better=False),
            out=folder / "out",
            storage=str(folder / "studies.journal"),
            device="cpu",
        )
    # What it calls of the others is theirs.
    spent["search"] = sum(spent.values())
    total = result.queries["total"]
    assert total is not None
    assert total <= budget, result.queries
    # Candidates are prepared side by side; the appeal's part of that wait is its part of the work.
    start = time.perf_counter()
    work = candidate(np.asarray(picture), plugins.load("styles", "vivid"), hidden=True)
    spent["measuring"] = time.perf_counter() - start
    judged = (work["damage"] + work["grading"]) / work["all"]
    return {**spent, "appeal": spent["prepare"] * judged}


def report(spent: dict[str, float], total: float, budget: int) -> None:
    total -= spent["measuring"]
    startup = total - spent["search"]
    rest = total - startup - spent["model"] - spent["appeal"]
    print(f"search --budget {budget} --scorer koncept512 on 512x384, {os.cpu_count()} cores")
    rows = {"start-up": startup, "model": spent["model"], "appeal": spent["appeal"], "rest": rest}
    for name, seconds in rows.items():
        print(f"  {name:9s} {seconds:7.1f} s {100 * seconds / total:5.1f} %")
    print(f"  {'all':9s} {total:7.1f} s; bound of the rest {LIMIT_PERCENT:g} %")


if __name__ == "__main__":
    main()
