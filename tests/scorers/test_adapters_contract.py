"""What every scorer promises, kept by each adapter."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from blackcamo.scorers import load_scorer
from blackcamo.testing import ScorerContract
from blackcamo.types import Pixels, Scorer, ScorerOptions
from tests.scorers.service import Service

PROGRAM = """
import sys
from PIL import Image, ImageStat

for path in sys.stdin.read().splitlines():
    print(sum(ImageStat.Stat(Image.open(path)).mean) / 7.65)
"""


def brightness(images: list[Pixels]) -> list[float]:
    for image in images:
        image.sort(axis=0)  # the pictures are the callable's own
    return [float(image.mean()) / 2.55 for image in images]


class TestPython(ScorerContract):
    batch_tolerance = reference_tolerance = 0

    def make_scorer(self) -> Scorer:
        return load_scorer(f"python:{__name__}:brightness")


class TestCommand(ScorerContract):
    batch_tolerance = reference_tolerance = 0
    folder: ClassVar[Path]

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _program(cls, tmp_path_factory: pytest.TempPathFactory) -> None:
        cls.folder = tmp_path_factory.mktemp("adapter")
        (cls.folder / "score.py").write_text(PROGRAM)

    def make_scorer(self) -> Scorer:
        words = shlex.join([sys.executable, str(self.folder / "score.py")])
        return load_scorer(f"command:{words}", ScorerOptions(extra={"batch": "3"}))


class TestHttp(ScorerContract):
    batch_tolerance = reference_tolerance = 0
    url: ClassVar[str]

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _service(cls) -> Iterator[None]:
        with Service() as service:
            cls.url = service.url
            yield

    def make_scorer(self) -> Scorer:
        return load_scorer(self.url, ScorerOptions(extra={"batch": "3"}))


def test_adapters_agree() -> None:
    """PNG, base64 and pipes change no pixel: three ways to the same mean are one number."""
    image = np.random.default_rng(0).integers(0, 256, (37, 53, 3), dtype=np.uint8)
    with Service() as service:
        (there,) = load_scorer(service.url).score([image])
    (here,) = load_scorer(f"python:{__name__}:brightness").score([image])
    assert there == pytest.approx(here, abs=1e-9)
