"""How strong a candidate may be: as strong as people accept, where its vector asks for more.

A strength is how far filters of one kind go together, see ``FilterSpace.strengths``; a share is
what is left of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias, get_args

from blackcamo.types import Appraisal, Falloff, Kind

Strengths: TypeAlias = Mapping[Kind, float]

_ABOVE_FLOOR = 1.0
"""Points above the floor that are aimed at."""
_SLACK = 4.0
"""Points above the floor from which a weakened candidate is worth another, stronger rendering."""
_MOST_STRENGTHENED = 2.0
_LEAST_FALL = 2.0
"""Points by which appeal has fallen at the point that is aimed at, where the law has it less."""
_MOSTLY = 0.75
"""Share of a batch that had to be weakened, for the next to be expected to."""


def usual(asked: Sequence[Strengths], accepted: Sequence[Strengths]) -> dict[Kind, float]:
    """The strengths that a batch mostly was weakened to, of those kinds where it mostly was.

    Args:
        asked: strengths of each candidate as its vector has them.
        accepted: what it came to.
    """
    found: dict[Kind, float] = {}
    for kind in get_args(Kind):
        weakened = [
            left[kind]
            for full, left in zip(asked, accepted, strict=True)
            if 0 < left.get(kind, 0) < full[kind] * (1 - 1e-6)
        ]
        if weakened and len(weakened) >= _MOSTLY * len(asked):
            found[kind] = math.exp(math.fsum(map(math.log, weakened)) / len(weakened))
    return found


def shares(asked: Strengths, accepted: Strengths) -> dict[Kind, float]:
    """The shares (0-1) that leave no more of strengths than is accepted."""
    return {
        kind: min(1.0, accepted.get(kind, math.inf) / value) if value else 1.0
        for kind, value in asked.items()
    }


def corrected(appraisal: Appraisal, shares: Strengths, floor: float) -> dict[Kind, float]:
    """Better shares for those kinds that people mind, or that were weakened far too much.

    Args:
        appraisal: of the candidate with those ``shares`` of its strengths.
        floor: least appeal that is accepted.
    """
    by_kind = appraisal.by_kind or dict.fromkeys(get_args(Kind), appraisal.value)
    return {
        kind: min(1.0, share * _factor(appeal, appraisal.falloff.get(kind, Falloff()), floor))
        for kind, appeal in by_kind.items()
        if appeal < floor or (appeal > floor + _SLACK and shares.get(kind, 1.0) < 1)
        for share in [shares.get(kind, 1.0)]
    }


def _factor(appeal: float, law: Falloff, floor: float) -> float:
    """How much stronger filters may be for an appeal a little above the floor."""
    aimed = min(floor + _ABOVE_FLOOR, 99.0)
    # A floor that nothing changed can reach is aimed for as far as it goes.
    base = max(law.base, aimed + _LEAST_FALL)
    lost = max(math.log(base / max(appeal, 1.0)), 1e-3)
    factor: float = (math.log(base / aimed) / lost) ** (1 / law.power)
    return min(factor, _MOST_STRENGTHENED)
