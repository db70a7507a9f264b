"""What judging a candidate costs: the measures of appeal, and SSIMULACRA2 against its package.

Scores are compared first; then all take turns on the same candidates, on one thread each.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
import ssimulacra2 as package
import torch
from PIL import Image

from blackcamo import plugins
from blackcamo.appeal import critic
from blackcamo.channel import Channel
from blackcamo.filters import load_chain
from blackcamo.run import versions
from blackcamo.styles.hidden import WAYS
from blackcamo.styles.space import StyleSpace
from blackcamo.types import Appeal, Style, Views
from blackcamo.vision.arrays import to_pixels, to_rgb
from blackcamo.vision.colourspace import srgb_to_linear
from blackcamo.vision.facts import facts
from blackcamo.vision.ssimulacra2 import ssimulacra2

LIMIT_MS = 25.0
TOLERANCE = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=24)
    args = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    photo = Image.open(Path(__file__).parents[2] / "examples" / "photo.jpg").convert("RGB")
    pixels = np.asarray(photo.resize((512, 384), Image.Resampling.LANCZOS))
    views = candidates(to_rgb(pixels), args.candidates)
    measures: dict[str, Appeal] = {"critic": critic.create()}
    spent = defaultdict[str, list[float]](list)
    with torch.inference_mode(), tempfile.TemporaryDirectory() as folder:
        for measure in measures.values():
            measure(views[0], "enhance")
        for view in views:
            for name, measure in measures.items():
                start = time.thread_time()
                measure(view, "enhance")
                spent[name].append(time.thread_time() - start)
            ours, ours_s = timed_ours(view)
            theirs, theirs_s = timed_package(view, Path(folder))
            assert abs(ours - theirs) <= TOLERANCE, (ours, theirs)
            spent["ssimulacra2, ours"].append(ours_s)
            spent["ssimulacra2, package"].append(theirs_s)
    report(spent)


def candidates(photo: torch.Tensor, count: int) -> list[Views]:
    chain, channel = load_chain(), Channel()
    style: Style = plugins.load("styles", "vivid")
    space = StyleSpace(style, facts(to_pixels(photo)), chain.space, hidden=WAYS)
    rng = np.random.default_rng(0)
    views = []
    for _ in range(count):
        params = space.decode(rng.normal(0, 0.3, space.dimension))
        with torch.inference_mode():
            (r,) = chain.render(photo, [params])
            styled, delivered = (
                to_rgb(channel.send(to_pixels(rgb))[1])[None] for rgb in (r.styled, r.filtered)
            )
        views.append(
            Views(photo[None], r.aligned[None], r.graded[None], styled, delivered, (r.frame,))
        )
    return views


def timed_ours(view: Views) -> tuple[float, float]:
    start = time.thread_time()
    ours = [srgb_to_linear(rgb) for rgb in (view.styled_delivered, view.delivered)]
    return float(ssimulacra2(*ours)), time.thread_time() - start


def timed_package(view: Views, folder: Path) -> tuple[float, float]:
    files = [folder / "a.png", folder / "b.png"]
    for file, rgb in zip(files, (view.styled_delivered, view.delivered), strict=True):
        Image.fromarray(to_pixels(rgb[0])).save(file)
    start = time.thread_time()
    score = package.compute_ssimulacra2(*map(str, files))
    return float(score), time.thread_time() - start


def report(spent: dict[str, list[float]]) -> None:
    print(f"{os.cpu_count()} cores, {versions.versions()}")
    for name, seconds in spent.items():
        median = 1000 * statistics.median(seconds)
        bound = f"; bound {LIMIT_MS:g} ms" if name == "critic" else ""
        print(f"  {name:21s} {median:7.1f} ms a candidate of 512x384 on one thread{bound}")
    ratios = [
        theirs / ours
        for ours, theirs in zip(
            spent["ssimulacra2, ours"], spent["ssimulacra2, package"], strict=True
        )
    ]
    print(f"  ours is {statistics.median(ratios):.1f} times as fast as the package")


if __name__ == "__main__":
    main()
