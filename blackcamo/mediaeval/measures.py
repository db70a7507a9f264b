"""The numbers of the task: accuracy, reduction, mean score, the images that a jury looks at."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pvariance

from blackcamo.oracle import is_high_quality
from blackcamo.types import ScorerInfo

QUALIFYING_REDUCTION = 0.5
"""A run has to lower the accuracy by more than this share to be judged by people."""

JURY_IMAGES = 20


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of a run's scores, all as fractions of one.

    ``accuracy`` is the share of the originals that the scorer still calls high quality,
    ``reduction`` how much less that is than the 1 before; ``mean_score`` is of the images that
    have a score, None where there is none.
    """

    accuracy: float
    reduction: float
    mean_score: float | None

    @property
    def qualified(self) -> bool:
        """Whether the run comes before the jury."""
        return self.reduction > QUALIFYING_REDUCTION


def measure(scores: Iterable[float | None], info: ScorerInfo) -> Measures:
    """The measures of a run on the originals that were of high quality.

    Args:
        scores: one per such original, on the scorer's own scale; None where the run has no
            image that could be scored, which protects nothing.

    >>> measure([40, 50, None, 10], ScorerInfo("x", threshold=50)).accuracy
    0.5
    """
    listed = list(scores)
    known = [score for score in listed if score is not None]
    high = sum(score is None or is_high_quality(score, info) for score in listed)
    accuracy = high / len(listed)
    return Measures(accuracy, 1 - accuracy, fmean(known) if known else None)


def jury_images(
    runs: Sequence[Mapping[str, float | None]], *, count: int = JURY_IMAGES
) -> list[str]:
    """The images whose scores differ most across runs, by variance, most first.

    Images that a run lacks cannot be compared and are left out; those of equal variance come in
    the order of their names. One run alone differs from nothing: there are none then.

    Args:
        runs: per run, image -> score.

    >>> jury_images([{"a": 1, "b": 5, "c": 5}, {"a": 2, "b": 9, "c": None}], count=2)
    ['b', 'a']
    """
    if len(runs) < 2:
        return []
    variances: dict[str, float] = {}
    for image in sorted(set().union(*runs)):
        scores = [score for run in runs if (score := run.get(image)) is not None]
        if len(scores) == len(runs):
            # Rounded, so that equal spreads at different levels tie in spite of binary fractions.
            variances[image] = _significant(pvariance(scores))
    return sorted(variances, key=lambda image: -variances[image])[:count]


def _significant(value: float) -> float:
    return float(f"{value:.9e}") if math.isfinite(value) else value
