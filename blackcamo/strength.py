"""How strong a candidate may be: as strong as people accept, where its vector asks for more.

A strength is how far filters of one kind go together, see ``FilterSpace``; a share is what is
left of it.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from blackcamo.types import Appraisal, Falloff, Kind

Vector: TypeAlias = NDArray[np.float64]
Coordinates: TypeAlias = Mapping[Kind, Vector]
"""Coordinates of a candidate's filters by their kind; their norm is its strength."""
Shares: TypeAlias = Mapping[Kind, float]
"""What is left of the strength of each kind (0-1); 1 for those left out."""

_ABOVE_FLOOR = 1.0
"""Points above the floor that are aimed at."""
_SLACK = 4.0
"""Points above the floor from which a weakened candidate is worth another, stronger rendering."""
_MOST_STRENGTHENED = 2.0
_LEAST_FALL = 2.0
"""Points by which appeal has fallen at the point that is aimed at, where the law has it less."""
_REMEMBERED = 512
"""Latest candidates that foresight learns from."""
_LEAST_LEARNT = 4
"""Candidates that were weakened before it says anything."""
_RIDGE = 0.1
_REFITS = 3
_TYPICAL_POWER = 1.5
"""Of falloffs: what strengths are worth under another floor than they were accepted at."""
_AS_GOOD_AS_ALL = 0.9
"""A share from which a candidate is rendered as strong as it was meant: mostly that is right."""


class Foresight:
    """The strengths at which candidates will be accepted, foretold from those before.

    For each kind the logarithm of that strength is taken for linear in the direction of a
    candidate's coordinates, and fitted by ridge regression to the latest candidates. One that was
    accepted in full only says that no less is: it counts against the fit where less is foretold.
    Under a higher floor less is accepted, as by a falloff of typical power.
    """

    def __init__(self) -> None:
        self._seen: dict[Kind, deque[_Seen]] = defaultdict(lambda: deque(maxlen=_REMEMBERED))
        self._laws: dict[Kind, _Law] = {}

    def see(self, asked: Coordinates, accepted: Coordinates, floor: float) -> None:
        """Take in a candidate as its vector has it, and what it came to under a floor (0-100)."""
        for kind, coordinates in asked.items():
            full, kept = (float(np.linalg.norm(v)) for v in (coordinates, accepted[kind]))
            if kept > 0:
                in_full = kept >= full * (1 - 1e-6)
                relative = math.log(kept) - _room(floor)
                self._seen[kind].append((coordinates / full, relative, in_full))

    def learn(self) -> None:
        """Learn from what was seen."""
        for kind, seen in self._seen.items():
            if sum(not in_full for *_, in_full in seen) >= _LEAST_LEARNT:
                self._laws[kind] = _fitted(seen)
            else:
                self._laws.pop(kind, None)

    def shares(self, asked: Coordinates, floor: float) -> dict[Kind, float]:
        """The shares (0-1) of a candidate's strengths that will probably be accepted."""
        found: dict[Kind, float] = {}
        for kind, coordinates in asked.items():
            full = float(np.linalg.norm(coordinates))
            if full > 0 and kind in self._laws:
                accepted = self._laws[kind].logarithm(coordinates / full) + _room(floor)
                share = math.exp(accepted) / full
                if share < _AS_GOOD_AS_ALL:
                    found[kind] = share
        return found


def _room(floor: float) -> float:
    """Logarithm of the strength that a floor (0-100) leaves, up to a constant."""
    aimed = max(_aimed(floor), 1.0)
    return math.log(math.log(100.0 / aimed)) / _TYPICAL_POWER


_Seen: TypeAlias = tuple[Vector, float, bool]
"""Direction of a candidate's coordinates, logarithm of its strength for the room that there was,
whether that is all of it."""


@dataclass(frozen=True, slots=True)
class _Law:
    """The logarithm of a strength over directions (D,), within what was seen."""

    level: float
    slopes: Vector
    least: float
    most: float

    def logarithm(self, direction: Vector) -> float:
        return min(max(self.level + float(direction @ self.slopes), self.least), self.most)


def _fitted(seen: Iterable[_Seen]) -> _Law:
    directions, logarithms, in_full = map(np.array, zip(*seen, strict=True))
    level, slopes = _ridge(directions[~in_full], logarithms[~in_full])
    for _ in range(_REFITS if in_full.any() else 0):
        foretold = np.maximum(logarithms, level + directions @ slopes)
        level, slopes = _ridge(directions, np.where(in_full, foretold, logarithms))
    return _Law(level, slopes, logarithms.min(), logarithms.max())


def _ridge(x: Vector, y: Vector) -> tuple[float, Vector]:
    """Level and slopes (D,) of y (N,) over x (N, D)."""
    centre, mean = x.mean(0), float(y.mean())
    x = x - centre
    covariance = x.T @ x + _RIDGE * np.eye(x.shape[1])
    slopes = np.asarray(np.linalg.solve(covariance, x.T @ (y - mean)), np.float64)
    return mean - float(centre @ slopes), slopes


def corrected(appraisal: Appraisal, shares: Shares, floor: float) -> dict[Kind, float]:
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
    aimed = _aimed(floor)
    # A floor that nothing changed can reach is aimed for as far as it goes.
    base = max(law.base, aimed + _LEAST_FALL)
    lost = max(math.log(base / max(appeal, 1.0)), 1e-3)
    factor: float = (math.log(base / aimed) / lost) ** (1 / law.power)
    return min(factor, _MOST_STRENGTHENED)


def _aimed(floor: float) -> float:
    return min(floor + _ABOVE_FLOOR, 99.0)
