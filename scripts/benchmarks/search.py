"""500 queries on a 512x384 photo with a scorer that costs nothing, and where the time goes.

The same search runs several times and must deliver the same bytes each time. Start-up (imports,
processes that render, first calls) is paid by a short search before. Three spaces are measured:
the first one, of 37 parameters, with the first appeal, which the bound was set for; the same
families with what they have learned since; and what a search has by default.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import torch
from PIL import Image
from stopwatch import Steps, candidate, timed

from blackcamo import plugins, run
from blackcamo.filters import Chain, load_chain
from blackcamo.objective import Objective
from blackcamo.run import setup, versions
from blackcamo.run.delivery import Delivery
from blackcamo.strategies import Strategy
from blackcamo.study import Study
from blackcamo.testing import CountingScorer
from blackcamo.types import Params

LIMIT_S = 12.0
FIRST: dict[str, set[str]] = {
    "geometry": {
        "crop_percent", "crop_x_percent", "crop_y_percent", "rotation_deg", "zoom_percent",
    },
    "tone": set(),
    "curves": set(),
    "colour": set(),
    "optics": {"vignette_percent", "glow_percent"},
    "detail": {"sharpness_percent", "sharpness_radius_permille"},
    "texture": {"grain_percent", "grain_coarseness_percent"},
}  # fmt: skip
"""Families of the first space and the parameters that they had; an empty set is all of them."""
WARM_UP = 100
STEPS: Steps = (
    ("candidates", Objective, ("prepare", "evaluate")),
    ("strategy", Strategy, ("__init__", "ask", "tell")),
    ("study", Study, ("begin", "finish", "sending", "keep", "annotate", "batches")),
    ("verification", Objective, ("deliver", "baseline")),
    ("files", Delivery, ("write",)),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--budget", type=int, default=500)
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, {versions.versions()}")
    photo = Path(__file__).parents[2] / "examples" / "photo.jpg"
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "photo.png"
        picture = Image.open(photo).convert("RGB").resize((512, 384))
        picture.save(small)
        spaces: tuple[tuple[str, Callable[..., Chain], str], ...] = (
            ("first", first_chain, "visible"),
            ("first families'", families_chain, "visible"),
            ("default", load_chain, "critic"),
        )
        for name, chain, appeal in spaces:
            with mock.patch.object(setup, "load_chain", chain):
                measure(name, small, Path(folder) / name, args.budget, args.runs, appeal)
            print("  one candidate, milliseconds of one thread:")
            for step, spent_ms in candidate(np.asarray(picture), chain(), appeal).items():
                print(f"  {step:14s} {spent_ms:6.2f} ms")


def families_chain(names: object = None, **options: Any) -> Chain:
    """The chain of the first families as they are today, whatever is named."""
    del names
    return load_chain(tuple(FIRST), **options)


def first_chain(names: object = None, *, look: object = None, **options: Any) -> Chain:
    """The chain of the first space, whatever is named."""
    del names, look
    families = [narrowed(plugins.load("filters", name), kept) for name, kept in FIRST.items()]
    chain = Chain(families, **options)
    assert chain.space.dimension == 37
    return chain


def narrowed(family: Callable[[], Any], kept: set[str]) -> Any:
    """A filter with some of its parameters, the others neutral."""
    whole: Any = family()
    neutral = {p.name: p.neutral for p in whole.params if kept and p.name not in kept}
    if not neutral:
        return whole

    def frame(_: Any, params: dict[str, float], height_px: int, width_px: int) -> Any:
        return whole.frame({**params, **neutral}, height_px, width_px)

    def render(_: Any, rgb: torch.Tensor, params: Params, seed: int) -> Any:
        left_out = {name: torch.full((len(rgb),), value) for name, value in neutral.items()}
        return whole.render(rgb, {**params, **left_out}, seed)

    method = frame if hasattr(whole, "frame") else render
    params = tuple(p for p in whole.params if p.name not in neutral)
    attributes = {"name": whole.name, "params": params, method.__name__: method}
    return type("Narrowed", (), attributes)()


def measure(name: str, photo: Path, folder: Path, budget: int, runs: int, appeal: str) -> None:
    options = {"appeal": appeal}
    scorer = CountingScorer(lambda image: 90.0 + float(np.float32(image[::16, ::16].mean())))
    seconds, spent = [], defaultdict[str, float](float)
    delivered = set()
    with mock.patch.object(setup, "load_scorer", return_value=scorer):
        search(photo, folder / "warm-up", WARM_UP, options)
        for index in range(runs):
            with timed(spent, time.perf_counter, STEPS):
                start = time.perf_counter()
                result = search(photo, folder / str(index), budget, options)
                seconds.append(time.perf_counter() - start)
            assert result.output is not None
            delivered.add(result.output.read_bytes())
            asked = (result.queries["total"], result.queries["cache_hits"])
            assert budget - 4 <= sum(map(int, asked)), result.queries  # type: ignore[arg-type]
    assert len(delivered) == 1, "the same search delivered different bytes"
    report(name, seconds, spent, budget)


def search(photo: Path, out: Path, budget: int, options: dict[str, Any]) -> run.SearchResult:
    storage = str(out / "studies.journal")
    return run.search(photo, budget=budget, out=out, storage=storage, device="cpu", **options)


def report(name: str, seconds: list[float], spent: dict[str, float], budget: int) -> None:
    median = statistics.median(seconds)
    bound = f"; bound {LIMIT_S:g} s" if name.startswith("first") else ""
    print(
        f"{name} space and appeal: {budget} queries on 512x384 in {median:.1f} s, median of "
        f"{len(seconds)} ({min(seconds):.1f} to {max(seconds):.1f}){bound}"
    )
    total = sum(seconds)
    for step, value in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"  {step:14s} {value / len(seconds):6.2f} s {100 * value / total:5.1f} %")
    print(f"  {'other':14s} {(total - sum(spent.values())) / len(seconds):6.2f} s")


if __name__ == "__main__":
    main()
