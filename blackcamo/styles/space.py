"""StyleSpace: vectors in [-1, 1] <-> the parameters that a style frees on one photo, 0 = start."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from blackcamo.errors import OptionError
from blackcamo.plugins import unknown
from blackcamo.space import FilterSpace, between
from blackcamo.styles.left_alone import left_alone
from blackcamo.types import Free, Hiding, Lane, Style

if TYPE_CHECKING:
    from blackcamo.vision.facts import PhotoFacts


class StyleSpace:
    """The search space of a style on one photo.

    A vector has the style's own coordinates first, then those of each way of hiding in it. A
    coordinate v >= 0 goes linearly from where the style starts on this photo to the upper bound
    of its range, v < 0 to the lower one; where one side is missing the sign of v is ignored, so
    that no half of the space is wasted. With the strength of a way at -1, none of it is set.

    What the photo does not allow, such as colour where it has none, is left out of both: see
    ``left_alone``.

    Args:
        style: the look.
        hidden: ways of hiding in it; one whose parameters the style names itself is left out.
        facts: what is known of the photo.
        filters: the space of all filters, in which the style's parameters lie.
        off: parameters that are left out, too.

    Raises:
        OptionError: a parameter that no filter has or that is named twice, a value or a range that
            is not inside the filter's.

    Attributes:
        ranges: what each parameter may be, ends included.
        fixed: what the style sets besides, on this photo.
        nothing: the strengths of what hides, as far as they are drawn where it would be minded.
    """

    def __init__(
        self,
        style: Style,
        facts: PhotoFacts,
        filters: FilterSpace,
        *,
        hidden: Sequence[Hiding] = (),
        off: Collection[str] = (),
    ) -> None:
        self.style = style
        self.name = style.name
        self._filters = filters
        off = left_alone(facts, style).union(off)
        named = {f.name for f in style.free} | style.fixed.keys() | off
        self.hidden = tuple(w for w in hidden if not named & {f.name for f in w.free})
        ways = [f for way in self.hidden for f in way.free]
        _check(style, [*style.free, *ways], filters)
        own = tuple(f for f in style.free if f.name not in off)
        adapted = dict(style.adapt(facts)) if style.adapt else {}
        strange = adapted.keys() - {f.name for f in style.free} - style.fixed.keys()
        if strange:
            raise OptionError(
                f"style {style.name!r} adapts {min(strange)!r}, which it neither frees nor fixes"
            )
        free = (*own, *ways)
        self.names: tuple[str, ...] = tuple(f.name for f in free)
        neutral = filters.neutral
        self.nothing = {w.free[0].name: neutral[w.free[0].name] for w in self.hidden}
        self.ranges: dict[str, tuple[float, float]] = {f.name: (f.low, f.high) for f in free}
        for name, none in self.nothing.items():
            low, high = self.ranges[name]
            self.ranges[name] = min(low, none), max(high, none)
        self._low, self._high = (
            np.array([getattr(f, end) for f in free], dtype=np.float64) for end in ("low", "high")
        )
        starts = [float(adapted.get(f.name, f.start)) for f in free]
        self._start = np.clip(np.array(starts, dtype=np.float64), self._low, self._high)
        fixed = {name: v for name, v in style.fixed.items() if name not in off}
        self.fixed = {name: float(adapted.get(name, v)) for name, v in fixed.items()}
        self.lane = Lane(len(own), {w.name: len(w.free) for w in self.hidden})
        # What it adapts or fixes is refused here, and not in the middle of a search.
        filters.complete({**self.fixed, **dict(zip(self.names, self._start.tolist(), strict=True))})

    @property
    def dimension(self) -> int:
        """Number of coordinates of a vector."""
        return len(self.names)

    @property
    def start(self) -> dict[str, float]:
        """The parameters at which the style starts on this photo, nothing hidden."""
        return self.decode(self.lane.vector((0.0,) * self.lane.style))

    @property
    def digest(self) -> str:
        """Hex digest of everything that gives a vector its meaning on this photo."""
        ends = [self._low.tolist(), self._start.tolist(), self._high.tolist()]
        described = [self.name, self.names, ends, self.fixed, self.lane.style, [*self.lane.hidden]]
        return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()

    def decode(self, vector: Iterable[float]) -> dict[str, float]:
        """All parameters that a vector (D,) sets; coordinates outside [-1, 1] are clipped.

        Raises:
            OptionError: not D finite numbers.
        """
        v = list(vector)
        values = between(v, self._low, self._start, self._high)
        free = dict(zip(self.names, values.tolist(), strict=True))
        hiding = self.lane.hiding(v)
        for way in self.hidden:
            if way.name not in hiding:
                for one in way.free:
                    del free[one.name]
        named = {**self.fixed, **free}
        full = self._filters.complete(named)
        return {name: full[name] for name in named}

    def at(self, strength: float) -> dict[str, float]:
        """The start, so many times (0-1.5) as far from neutral; modifiers stay as they are.

        Raises:
            OptionError: the strength is not between 0 and 1.5.
        """
        return self._filters.scaled(self.start, strength)

    def across(self, shares: Mapping[str, float], strength: float = 1.0) -> dict[str, float]:
        """Free parameters at shares (0-1) of their ranges, whatever the style starts at here.

        Those that are not free on this photo are passed over, and those left out stay at the start.

        Args:
            shares: parameter name -> 0 at the low end of its range, 1 at the high one.
            strength: how far all of it goes, as in :meth:`at`.

        Raises:
            OptionError: a share is not between 0 and 1, or the strength not between 0 and 1.5.
        """
        chosen = self.start
        for name, share in shares.items():
            if not 0 <= share <= 1:
                raise OptionError(f"share of {name!r} is {share:g}; it must be between 0 and 1")
            if name in self.ranges:
                low, high = self.ranges[name]
                # The sum may end a rounding step outside.
                chosen[name] = min(max(low + share * (high - low), low), high)
        scaled = self._filters.scaled(chosen, strength)
        full = self._filters.complete(scaled)
        return {name: full[name] for name in scaled}


def towards(anchor: Mapping[str, float], params: Mapping[str, float], t: float) -> dict[str, float]:
    """Parameters between an anchor (t = 0) and others (t = 1); what it does not name stays."""
    return {
        name: value if name not in anchor else anchor[name] + t * (value - anchor[name])
        for name, value in params.items()
    }


def _check(style: Style, free: Sequence[Free], filters: FilterSpace) -> None:
    known = {p.name: p for p in filters.params}
    names = [*(f.name for f in free), *style.fixed]
    for name in names:
        if name not in known:
            raise OptionError(f"style {style.name!r}: {unknown('parameter', name, known)}")
        if names.count(name) > 1:
            raise OptionError(f"style {style.name!r} names {name!r} twice")
    for one in free:
        param = known[one.name]
        if not param.low <= one.low <= one.start <= one.high <= param.high:
            raise OptionError(
                f"style {style.name!r} frees {one.name!r} from {one.low:g} to {one.high:g}, "
                f"start {one.start:g}; its filter allows {param.low:g} to {param.high:g}"
            )
        for end in (one.low, one.high):
            if not math.isclose(filters.complete({one.name: end})[one.name], end):
                raise OptionError(
                    f"style {style.name!r} frees {one.name!r} up to {end:g}, which its steps of "
                    f"{param.step:g} do not meet"
                )
