"""Small charts as SVG within a page: dots, a line, and where bounds are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

Point = tuple[float, float]

_WIDTH, _HEIGHT = 480, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 14, 42
_TICKS = 4
_MARGIN = 0.04
"""Share of an axis that is kept free at its ends."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of points, as SVG.

    Args:
        title: in a few words.
        x, y: what the axes are.
        points: the dots; those without finite numbers are left out.
        line: joined points.
        marked: one that stands out.
        across: values of y at which a line goes across, by name.
        down: values of x at which a line goes down, by name.
    """

    title: str
    x: str
    y: str
    points: Sequence[Point]
    line: Sequence[Point] = ()
    marked: Point | None = None
    across: Mapping[str, float] = field(default_factory=dict)
    down: Mapping[str, float] = field(default_factory=dict)

    def svg(self) -> str:
        """The chart; its colours are those of the page."""
        points = [p for p in self.points if all(map(math.isfinite, p))]
        if not points:
            return ""
        shown = [*points, *self.line, *([self.marked] if self.marked else ())]
        x = _Axis([*(p[0] for p in shown), *self.down.values()], _LEFT, _WIDTH - _RIGHT)
        y = _Axis([*(p[1] for p in shown), *self.across.values()], _HEIGHT - _BOTTOM, _TOP)
        dots = "".join(f"M{x(a)} {y(b)}h0" for a, b in points)
        parts = [*_grid(x, y), f'<path class="dots" d="{dots}"/>', *self._bounds(x, y)]
        if self.line:
            joined = "L".join(f"{x(a)} {y(b)}" for a, b in self.line)
            parts.append(f'<path class="line" d="M{joined}"/>')
        if self.marked:
            a, b = self.marked
            parts.append(f'<circle class="marked" cx="{x(a)}" cy="{y(b)}" r="5"/>')
        parts.append(_text(self.x, (_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 6, "middle"))
        parts.append(
            f'<text x="12" y="{_HEIGHT / 2:.0f}" text-anchor="middle" '
            f'transform="rotate(-90 12 {_HEIGHT / 2:.0f})">{escape(self.y)}</text>'
        )
        return (
            f'<figure class="chart"><figcaption>{escape(self.title)}</figcaption>'
            f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(self.title)}">'
            f"{''.join(parts)}</svg></figure>"
        )

    def _bounds(self, x: _Axis, y: _Axis) -> Iterator[str]:
        """The named lines across and down."""
        for name, value in self.across.items():
            yield f'<path class="bound" d="M{_LEFT} {y(value)}H{_WIDTH - _RIGHT}"/>'
            yield _text(name, _WIDTH - _RIGHT, float(y(value)) - 4, "end")
        for name, value in self.down.items():
            yield f'<path class="bound" d="M{x(value)} {_TOP}V{_HEIGHT - _BOTTOM}"/>'
            yield _text(name, float(x(value)) + 4, _TOP + 10)


class _Axis:
    """Values to places along one side."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        low, high = min(values), max(values)
        spare = _MARGIN * (high - low) or 1.0
        self.low, self.high = low - spare, high + spare
        self._start, self._end = start, end

    def __call__(self, value: float) -> str:
        share = (value - self.low) / (self.high - self.low)
        return f"{self._start + share * (self._end - self._start):.1f}"

    def ticks(self) -> list[float]:
        """Round values within, about four."""
        step = 10 ** math.floor(math.log10((self.high - self.low) / _TICKS))
        step *= next(m for m in (1, 2, 5, 10) if (self.high - self.low) / (m * step) <= _TICKS + 1)
        first = math.ceil(self.low / step)
        return [n * step for n in range(first, math.floor(self.high / step) + 1)]


def _grid(x: _Axis, y: _Axis) -> list[str]:
    parts = []
    for value in y.ticks():
        parts.append(f'<path class="grid" d="M{_LEFT} {y(value)}H{_WIDTH - _RIGHT}"/>')
        parts.append(_text(f"{value:g}", _LEFT - 6, float(y(value)) + 4, "end"))
    below = _HEIGHT - _BOTTOM + 16
    return [*parts, *(_text(f"{v:g}", float(x(v)), below, "middle") for v in x.ticks())]


def _text(said: str, x: float, y: float, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(said)}</text>'
