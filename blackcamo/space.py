"""FilterSpace: named physical parameters <-> vectors in [-1, 1], 0 = neutral."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from blackcamo.errors import OptionError
from blackcamo.plugins import unknown
from blackcamo.types import Filter, LookFilter, Param

Vectors = NDArray[np.float64]
MOST_STRENGTH = 1.5
"""What is liked ends not far beyond what was found to be."""
_TOLD = ("help", "falls", "rises", "visible")


class FilterSpace:
    """The search space that a chain of filters spans.

    A coordinate v >= 0 goes linearly from the neutral value to the upper bound, v < 0 to the
    lower one; where one side is missing (a strength that starts at 0) the sign of v is ignored,
    so that no half of the space is wasted. Values of a stepped parameter snap to its grid.

    Args:
        filters: the families, in the order in which they are applied; parameter names must be
            unique across them.

    Raises:
        OptionError: a parameter's bounds, neutral value, step or name contradict each other.
    """

    def __init__(self, filters: Iterable[Filter]) -> None:
        self.filters = tuple(filters)
        self.params: tuple[Param, ...] = tuple(p for f in self.filters for p in f.params)
        self.names: tuple[str, ...] = tuple(p.name for p in self.params)
        self._known = frozenset(self.names)
        _check_params(self.params)
        sizes = [f.lut_size for f in self.filters if isinstance(f, LookFilter)]
        self.lut_size: int = max(sizes, default=33)
        self._low = np.array([p.low for p in self.params], dtype=np.float64)
        self._high = np.array([p.high for p in self.params], dtype=np.float64)
        self._neutral = np.array([p.neutral for p in self.params], dtype=np.float64)

    @property
    def dimension(self) -> int:
        """Number of parameters."""
        return len(self.params)

    @property
    def neutral(self) -> dict[str, float]:
        """The parameters that change nothing."""
        return {p.name: float(p.neutral) for p in self.params}

    @property
    def digest(self) -> str:
        """Hex digest of everything that gives a vector its meaning."""
        described = {
            "filters": [[f.name, [_meaning(p) for p in f.params]] for f in self.filters],
            "lut_size": self.lut_size,
        }
        return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()

    def decode(self, vector: Iterable[float]) -> dict[str, float]:
        """Physical values of one vector (D,); coordinates outside [-1, 1] are clipped to it.

        Raises:
            OptionError: not D finite numbers.
        """
        values = between(vector, self._low, self._neutral, self._high)
        return {p.name: _snap(p, float(x)) for p, x in zip(self.params, values, strict=True)}

    def encode(self, params: Mapping[str, float]) -> Vectors:
        """The vector (D,) that decodes to ``params``; parameters left out are neutral.

        Raises:
            OptionError: an unknown name, or a value out of range.
        """
        full = self.complete(params)
        values = np.array([full[name] for name in self.names], dtype=np.float64)
        up, down = self._high - self._neutral, self._neutral - self._low
        span = np.where(values >= self._neutral, up, down)
        # A side that is missing has no span, and no value but the neutral one lies there.
        vector: Vectors = (values - self._neutral) / np.where(span > 0, span, 1.0)
        return vector

    def scaled(self, params: Mapping[str, float], strength: float) -> dict[str, float]:
        """``params`` so many times as far from neutral, within their ranges.

        Modifiers stay as they are: half an angle is another one and not less of it.

        Raises:
            OptionError: the strength is not between 0 and 1.5, or an unknown name.
        """
        if not 0 <= strength <= MOST_STRENGTH:
            raise OptionError(
                f"strength is {100 * strength:g} %; it must be between 0 and "
                f"{100 * MOST_STRENGTH:g}"
            )
        by_name = {p.name: p for p in self.params}
        for name in params:
            if name not in by_name:
                raise OptionError(unknown("parameter", name, self.names))
        return {
            name: value if by_name[name].modifier else _scaled(by_name[name], value, strength)
            for name, value in params.items()
        }

    def complete(self, params: Mapping[str, float]) -> dict[str, float]:
        """``params`` checked and snapped, with neutral values where one is left out.

        Raises:
            OptionError: an unknown name, or a value that is not a number in its range.
        """
        for name in params:
            if name not in self._known:
                raise OptionError(unknown("parameter", name, self.names))
        full = self.neutral
        for param in self.params:
            value = params.get(param.name, param.neutral)
            # Written so that NaN is refused too.
            if not param.low <= value <= param.high:
                raise OptionError(
                    f"parameter {param.name!r} is {value}; it must be between {param.low:g} "
                    f"and {param.high:g} {param.unit}".rstrip()
                )
            full[param.name] = _snap(param, float(value))
        return full


def between(vector: Iterable[float], low: Vectors, middle: Vectors, high: Vectors) -> Vectors:
    """Values (D,) of a vector in [-1, 1], clipped to it: -1 is ``low``, 0 ``middle``, 1 ``high``.

    Where one side is missing the sign is ignored, so that no half of the space is wasted.

    Raises:
        OptionError: not D finite numbers.
    """
    v = np.asarray(list(vector), dtype=np.float64)
    if v.shape != middle.shape or not np.isfinite(v).all():
        raise OptionError(f"a vector of {len(middle)} finite numbers is needed, got {v!r}")
    v = np.clip(v, -1.0, 1.0)
    up, down = high - middle, middle - low
    v = np.where(down <= 0, np.abs(v), np.where(up <= 0, -np.abs(v), v))
    # The sum may end a rounding step outside.
    values: Vectors = np.clip(middle + np.where(v >= 0, v * up, v * down), low, high)
    return values


def _meaning(param: Param) -> dict[str, object]:
    """The definition of a parameter, without the words for people."""
    return {name: value for name, value in asdict(param).items() if name not in _TOLD}


def _scaled(param: Param, value: float, strength: float) -> float:
    if strength == 1:
        return value
    moved = param.neutral + strength * (value - param.neutral)
    return _snap(param, min(max(moved, param.low), param.high))


def _snap(param: Param, value: float) -> float:
    """The nearest value of the grid."""
    if param.step is None:
        return value
    steps = round((value - param.neutral) / param.step)
    # Rounded so that grid values print, and compare, as the decimals they stand for.
    return min(max(round(param.neutral + steps * param.step, 12), param.low), param.high)


def _check_params(params: Sequence[Param]) -> None:
    twice = [name for name, times in Counter(p.name for p in params).items() if times > 1]
    if twice:
        raise OptionError(f"parameter {twice[0]!r} is declared twice; names must be unique")
    for param in params:
        _check_param(param)


def _check_param(param: Param) -> None:
    bounds = (param.low, param.neutral, param.high)
    if not all(math.isfinite(b) for b in bounds) or not param.low <= param.neutral <= param.high:
        raise OptionError(
            f"parameter {param.name!r} needs low <= neutral <= high, all finite; got {bounds}"
        )
    if param.low == param.high:
        raise OptionError(f"parameter {param.name!r} has an empty range at {param.low}")
    if param.step is not None and not (
        param.step > 0 and _on_grid(param, param.high) and _on_grid(param, param.neutral)
    ):
        raise OptionError(
            f"parameter {param.name!r}: step {param.step} must be positive and its grid from "
            f"{param.low} must meet the neutral value and the upper bound"
        )


def _on_grid(param: Param, value: float) -> bool:
    steps = (value - param.low) / (param.step or 1.0)
    return abs(steps - round(steps)) < 1e-9
