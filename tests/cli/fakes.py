"""A scorer for tests of the command line, named as python:tests.cli.fakes:plainness."""

from __future__ import annotations

from collections.abc import Sequence

from blackcamo.types import Pixels


def plainness(images: Sequence[Pixels]) -> list[float]:
    """High for what has little contrast, which nearly every style adds, and is not dark."""
    return [_of(float(image.mean()) / 2.55, float(image.mean(2).std()) / 2.55) for image in images]


def _of(level: float, contrast: float) -> float:
    return min(max(50 + 5 * (21.5 - contrast) - 2 * max(45 - level, 0), 0.0), 100.0)
