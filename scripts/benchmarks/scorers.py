"""KonCept512 on every engine beside plain torch at batch 1: on one core and on all, interleaved.

Equal answers are asserted before anything is timed. Without installed weights stand-ins take
their place, which cost the same. Each set of cores has a process of its own, pinned to it; they
take turns, so that whatever else the machine does falls on every row alike.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # the stand-in weights are those of the tests

SIZE = (384, 512)
EAGER = "torch, eager"
ENGINES = ("torch", "openvino", "onnxruntime")
GPU_BATCHES = (1, 4, 16, 64)
FLAGS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16", "bf16")
PACKAGES = ("torch", "openvino", "onnxruntime", "numpy")
TOLERANCE = 1e-3
Run = Callable[[Sequence[Any]], Any]


@dataclass
class Row:
    """One way to run the network: in a search, and where numbers are reported."""

    name: str
    precision: str
    run: Run
    reference: Run


def photos(count: int) -> list[Any]:
    """Photos at 512x384, or stand-ins where there are none."""
    from PIL import Image

    from blackcamo.scorers.koncept512 import fit
    from tests.koncept512_standin import picture

    folder = Path(os.environ.get("BLACKCAMO_DATA", ROOT.parent / "shared")) / "photos"
    files = sorted(folder.rglob("*.jpg"))[:count]
    found = [fit(np.asarray(Image.open(file).convert("RGB"))) for file in files]
    return found or [picture(seed, *SIZE) for seed in range(count)]


def network() -> Any:
    """KonCept512 with the installed weights, or with stand-ins."""
    from blackcamo import weights
    from blackcamo.nets.inception_resnet_v2 import KonCept512
    from blackcamo.scorers.koncept512 import network_of
    from tests.koncept512_standin import state_dict

    if weights.installed("koncept512"):
        return network_of(weights.load("koncept512"))[0].requires_grad_(False)
    model = KonCept512(pooling="top_left_8x8", head_eps=1e-5).requires_grad_(False).eval()
    model.load_state_dict(state_dict({k: v.shape for k, v in model.state_dict().items()}))
    return model


def eager(model: Any, device: str) -> Row:
    """The network as anyone would call it: fp32, one picture at a time."""
    import torch

    model = model.to(device)

    def run(images: Sequence[Any]) -> Any:
        scores = []
        with torch.inference_mode():
            for image in images:
                rgb = torch.tensor(image, device=device).permute(2, 0, 1)[None] / 127.5 - 1.0
                scores.append(model(rgb).item())
        return np.array(scores)

    return Row(EAGER, "fp32", run, run)


def row(name: str, engine: Any) -> Row:
    """An engine of blackcamo's."""
    return Row(
        name,
        engine.precision,
        lambda images: engine.run(images).ravel(),
        lambda images: engine.run(images, reference=True).ravel(),
    )


def rows(names: Sequence[str], device: str) -> list[Row]:
    """Plain torch, and the engines asked for; on a GPU torch at several batches."""
    from blackcamo.engines import build
    from blackcamo.engines.torch import TorchEngine
    from blackcamo.scorers.koncept512 import stages

    if device != "cpu":
        engines = {n: TorchEngine(stages(network()), device=device, batch=n) for n in GPU_BATCHES}
        batches = [row(f"torch, batch {n}", engine) for n, engine in engines.items()]
        return [eager(network(), device), *batches]
    built = [(name, build(stages(network()), size=SIZE, engine=name, device=device))
             for name in names]  # fmt: skip
    return [eager(network(), device), *(row(name, engine) for name, engine in built)]


def serve(
    pipe: Connection, cores: Sequence[int], names: Sequence[str], device: str, count: int
) -> None:
    """Build, compare, then time what is asked for until nothing more is."""
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # as the command line has it; it also is fairer
    if cores:
        os.sched_setaffinity(0, cores)
        os.environ["OMP_NUM_THREADS"] = str(len(cores))
    import torch

    known = {r.name: r for r in rows(names, device)}
    images = photos(count)
    torch.manual_seed(0)
    right = known[EAGER].reference(images)
    answers = {}
    for name, r in known.items():
        off = np.abs(r.reference(images[:2]) - right[:2]).max()
        assert off <= TOLERANCE, f"{name} is {off:.2g} off in fp32"
        drift = r.run(images) - right
        answers[name] = (r.precision, np.abs(drift).max(), spearman(right + drift, right))
    pipe.send(answers)
    while (asked := pipe.recv()) is not None:
        name, images_timed = asked
        batch = (images * images_timed)[:images_timed]
        start = time.perf_counter()
        known[name].run(batch)
        pipe.send(time.perf_counter() - start)


def spearman(a: Any, b: Any) -> float:
    """Rank correlation of numbers without ties."""
    ranks = np.stack([np.argsort(np.argsort(values)) for values in (a, b)])
    return float(np.corrcoef(ranks)[0, 1])


def places() -> dict[str, tuple[list[int], str]]:
    """What to run on: label -> cores to be pinned to (none: not pinned), torch device."""
    import torch

    found: dict[str, tuple[list[int], str]] = {}
    if hasattr(os, "sched_getaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        found["1 core"] = (cores[:1], "cpu")
        if len(cores) > 1:
            found[f"{len(cores)} cores"] = (cores, "cpu")
    else:
        found["all cores"] = ([], "cpu")
    if torch.cuda.is_available():
        found[torch.cuda.get_device_name()] = ([], "cuda")
    return found


def machine() -> str:
    """Processor, the flags that matter here, and versions."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    facts = dict(line.split(":", 1) for line in reversed(lines) if ":" in line)
    facts = {key.strip(): value.strip() for key, value in facts.items()}
    words = (facts.get("flags") or facts.get("Features") or "").split()
    flags = [flag for flag in FLAGS if flag in words]
    model = facts.get("model name") or platform.processor() or platform.machine()
    return f"{model} ({', '.join(flags) or 'no flags known'}); " + ", ".join(
        f"{package} {version(package)}" for package in PACKAGES
    )


def main() -> None:
    """Time all rows in turn and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--images", type=int, default=4, help="per call; on a GPU 64")
    parser.add_argument("--photos", type=int, default=24, help="for drift and rank correlation")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    args = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    pipes, answers, processes = {}, {}, []
    for place, (cores, device) in places().items():
        pipes[place], theirs = context.Pipe()
        job = (theirs, cores, args.engines, device, args.photos)
        processes.append(context.Process(target=serve, args=job, daemon=True))
        processes[-1].start()
        answers[place] = pipes[place].recv()
    counts = {place: args.images if "core" in place else max(GPU_BATCHES) for place in pipes}
    taken: dict[tuple[str, str], list[float]] = {}
    for _ in range(args.rounds):
        for place, pipe in pipes.items():
            for name in answers[place]:
                pipe.send((name, counts[place]))
                taken.setdefault((place, name), []).append(pipe.recv() / counts[place])
    for pipe, process in zip(pipes.values(), processes, strict=True):
        pipe.send(None)
        process.join()
    print(machine())
    print(f"{'on':12s} {'engine':16s} {'':5s} {'ms/image':>9s} {'images/s':>9s} {'x eager':>8s} "
          f"{'drift':>7s} {'rank corr.':>10s}")  # fmt: skip
    for (place, name), seconds in taken.items():
        precision, drift, correlation = answers[place][name]
        median = statistics.median(seconds)
        faster = statistics.median(a / b for a, b in zip(taken[place, EAGER], seconds, strict=True))
        print(f"{place:12s} {name:16s} {precision:5s} {1000 * median:9.1f} {1 / median:9.2f} "
              f"{faster:8.2f} {drift:7.4f} {correlation:10.4f}")  # fmt: skip


if __name__ == "__main__":
    main()
