"""Plug-ins of every kind that print: when they are imported, when they work, when they end."""

from __future__ import annotations

import atexit
import ctypes
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from torch import Tensor

from blackcamo.images import write_bytes
from blackcamo.preset import Preset
from blackcamo.types import (
    Appraisal,
    Export,
    Free,
    Mode,
    Param,
    Params,
    Pixels,
    ScorerInfo,
    ScorerOptions,
    Style,
    Views,
)
from blackcamo.vision.facts import PhotoFacts

NAME = "noisy"
ENTRY_POINTS = {
    "scorers": "Loud",
    "filters": "Clatter",
    "styles": "SHOUT",
    "appeals": "Murmur",
    "exporters": "blare",
}


def noise(what: str) -> None:
    """By Python, past Python, by a C library that keeps it for later, by another process."""
    print(f"print of {what}")  # noqa: T201
    os.write(1, f"write of {what}\n".encode())
    ctypes.CDLL(None).printf(b"printf of %s\n", what.encode())
    subprocess.run(["echo", f"echo of {what}"], check=True)


noise("import")
atexit.register(noise, "exit")


class Loud:
    """Scores by brightness, and says so."""

    def __init__(self, argument: str, options: ScorerOptions) -> None:
        self.info = ScorerInfo(name="loud")
        noise("scorer made")

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> Sequence[float]:
        noise("scorer")
        return [float(image.mean()) / 2.55 for image in images]


class Clatter:
    """Darkens."""

    name = "clatter"
    lut_size = 33
    params = (Param("clatter_percent", 0, 90, 0, "%", "darker"),)

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        noise("filter")
        return rgb * (1 - params["clatter_percent"].view(-1, 1, 1, 1) / 100)


def adapt(facts: PhotoFacts) -> dict[str, float]:
    """As strong as ever."""
    del facts
    noise("style")
    return {}


SHOUT = Style(
    name="shout",
    sentence="Darker and darker.",
    free=(
        Free("clatter_percent", 5, 80, 40),
        Free("exposure_ev", -0.3, 0.3, 0),
        Free("contrast_percent", 0, 20, 5),
    ),
    adapt=adapt,
)


class Murmur:
    """Likes everything."""

    name = "murmur"

    def __call__(self, views: Views, mode: Mode) -> Sequence[Appraisal]:
        noise("appeal")
        return [Appraisal(90.0, {"noise": 90.0})] * len(views.delivered)


def blare(preset: Preset, folder: Path, stem: str) -> Export:
    """An empty file."""
    noise("exporter")
    path = folder / f"{stem}.blare"
    write_bytes(path, b"\n")
    return Export(files=(path,), left_out=(), max_error_levels=None)


def install(folder: Path) -> Path:
    """A folder for PYTHONPATH, in which they are registered as those of a package are."""
    info = folder / "blackcamo_noisy-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: blackcamo-noisy\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "".join(
            f"[blackcamo.{group}]\n{what.lower()} = {__name__}:{what}\n"
            for group, what in ENTRY_POINTS.items()
        )
    )
    return folder
