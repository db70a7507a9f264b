"""pyiqa's no-reference models as scorers for blackcamo: ``pyiqa:musiq``, ``pyiqa:brisque``, ...

Scores, range and direction are pyiqa's own; the threshold lies in the middle of the range unless
the user gives another. pyiqa loads a model's weights itself, and downloads them when they are
first used.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pyiqa  # type: ignore[import-not-found, import-untyped, unused-ignore]
import torch

from blackcamo.devices import resolve_device
from blackcamo.errors import OptionError, ScorerError
from blackcamo.plugins import unknown
from blackcamo.scorers.base import check_extra, choose, declare, score_scorable, sha256
from blackcamo.types import Pixels, ScorerInfo, ScorerOptions

__all__ = ["Pyiqa", "parse_range"]


class Pyiqa:
    """The scorer ``pyiqa:NAME``; NAME is one of ``pyiqa.list_models("NR")``."""

    def __init__(self, argument: str, options: ScorerOptions) -> None:
        check_extra("pyiqa", options)
        choose("engine", options.engine, ["auto", "torch"])
        models = pyiqa.list_models(metric_mode="NR")
        if argument not in models:
            raise OptionError(unknown("pyiqa model", argument, models))
        self._device = resolve_device(options.device)
        try:
            self._metric: Any = pyiqa.create_metric(argument, device=torch.device(self._device))
        except Exception as error:
            message = " ".join(f"{type(error).__name__}: {error}".split())
            raise ScorerError(f"pyiqa cannot make its model {argument!r}: {message}") from error
        low, high = parse_range(self._metric.score_range or "")
        low = low if options.low is None else options.low
        high = high if options.high is None else options.high
        if not math.isfinite(low + high):
            raise OptionError(
                f"pyiqa gives the range of {argument!r} as {self._metric.score_range!r}; "
                "say low and high yourself"
            )
        self.info = declare(
            ScorerInfo(
                name=f"pyiqa:{argument}",
                low=low,
                high=high,
                threshold=(low + high) / 2,
                higher_is_better=not self._metric.lower_better,
                digest=sha256(argument.encode(), pyiqa.__version__.encode()),
                engine="torch",
            ),
            options,
        )

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> Sequence[float]:
        """One number per picture, each scored alone; NaN for one that the model cannot score."""
        return score_scorable(images, lambda good: [self._score(image) for image in good])

    def _score(self, pixels: Pixels) -> float:
        rgb = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float() / 255
        try:
            return float(self._metric(rgb.to(self._device)))
        except (RuntimeError, ValueError, AssertionError, IndexError):
            # Many models refuse pictures below some size in one of these ways.
            return math.nan


def parse_range(text: str) -> tuple[float, float]:
    """pyiqa's ``score_range`` as numbers, NaN where an end is open.

    >>> parse_range("~0, ~100"), parse_range("0, ~")
    ((0.0, 100.0), (0.0, nan))
    """
    ends = [end.strip().removeprefix("~") for end in text.split(",")]
    if len(ends) != 2:
        return math.nan, math.nan
    low, high = (float(end) if end else math.nan for end in ends)
    return low, high
