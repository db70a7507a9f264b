"""A scorer for tests of the command line, named as python:tests.cli.fakes:brightness."""

from __future__ import annotations

from collections.abc import Sequence

from blackcamo.types import Pixels


def brightness(images: Sequence[Pixels]) -> list[float]:
    """The mean level in percent: a darker look lowers it a little."""
    return [float(image.mean()) / 2.55 for image in images]
