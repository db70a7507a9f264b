"""How far people agree, beyond what chance would have them agree."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def nominal_alpha(ratings: ArrayLike) -> float | None:
    """Krippendorff's alpha of ratings that are names, not amounts.

    1 is full agreement, 0 that of chance. None where it is not defined: nothing was rated twice,
    or all that was is of one kind.

    Args:
        ratings: (people, things), numbers that stand for kinds; NaN where somebody rated nothing.

    Source: Krippendorff, "Computing Krippendorff's alpha-reliability", 2011, part C.

    >>> nominal_alpha([[1, 2, 3, 3], [1, 2, 3, np.nan]]), nominal_alpha([[1, 1], [1, 1]])
    (1.0, None)
    """
    table = np.asarray(ratings, float)
    kinds = np.unique(table[~np.isnan(table)])
    # How often each thing was called each kind.
    counts = (table[..., None] == kinds).sum(0)
    given = counts.sum(1)
    counts, given = counts[given > 1], given[given > 1]
    total = counts.sum()
    by_chance = total**2 - (counts.sum(0) ** 2).sum()
    if not by_chance:
        return None
    apart = ((given**2 - (counts**2).sum(1)) / (given - 1)).sum()
    return float(1 - apart * (total - 1) / by_chance)
