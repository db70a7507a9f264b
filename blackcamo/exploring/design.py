"""The looks that are shown: styles at strengths, their free parameters spread over their ranges."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from blackcamo.errors import OptionError
from blackcamo.types import UNCHANGED, Style

Key: TypeAlias = tuple[str, int]
"""A look by its style and its number in that, from 1; :data:`ORIGINAL` is the photo itself."""
ORIGINAL: Key = (UNCHANGED, 0)
LEAST_STRENGTH = 0.2
"""Weaker looks can hardly be told from the photo."""
MOST_POINTS = 4096
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Look:
    """One look of a design.

    Args:
        style: its name.
        number: which of the style's looks it is, from 1.
        strength: how far all of it goes, :data:`LEAST_STRENGTH` to 1.
        values: free parameter -> value at full strength, in the parameter's own unit.
        shares: free parameter -> where that is in its range, 0 (low end) to 1.
    """

    style: str
    number: int
    strength: float
    values: Mapping[str, float]
    shares: Mapping[str, float]

    @property
    def key(self) -> Key:
        """The key of the look."""
        return self.style, self.number


@dataclass(frozen=True)
class Design:
    """The looks, style by style, the same for every photo and scorer.

    Args:
        looks: as many of each style.
        ranges: style -> free parameter -> the ends of its range.
        fixed: style -> what it sets besides, before it is fitted to a photo.
    """

    looks: tuple[Look, ...]
    ranges: Mapping[str, Mapping[str, tuple[float, float]]]
    fixed: Mapping[str, Mapping[str, float]]

    @property
    def styles(self) -> tuple[str, ...]:
        """The names of the styles, in their order."""
        return tuple(self.ranges)

    def params(self, look: Look, neutral: Mapping[str, float]) -> dict[str, float]:
        """The parameters of a look, at its strength, where nothing is fitted to a photo.

        Args:
            neutral: value of every parameter that changes nothing, of which modifiers are no part.
        """
        full = {**self.fixed[look.style], **look.values}
        return {
            name: none + look.strength * (full.get(name, none) - none)
            for name, none in neutral.items()
        }

    def of(self, style: str) -> tuple[Look, ...]:
        """A style's looks."""
        return tuple(look for look in self.looks if look.style == style)


def make_design(styles: Sequence[Style], points: int, *, seed: int = 0) -> Design:
    """So many looks of each style, over strength and all that it frees.

    They are the first points of a scrambled Sobol sequence: with 2^k of them each parameter, and
    the strength, has one in every 2^k-th of its range, and with more of them those that were there
    before stay as they were.

    Source: Sobol (1967); Owen, "Randomly permuted (t,m,s)-nets and (t,s)-sequences" (1995), as
    ``scipy.stats.qmc`` has them.

    Args:
        styles: the styles, each once.
        points: looks of each, 1 to :data:`MOST_POINTS`.
        seed: scrambles the sequences, 0 or more.

    Raises:
        OptionError: the points or the seed are out of range.
    """
    if not 1 <= points <= MOST_POINTS:
        raise OptionError(f"points is {points}; it must be between 1 and {MOST_POINTS}")
    if seed < 0:
        raise OptionError(f"seed is {seed}; it must be 0 or more")
    looks = [look for style in styles for look in _looks(style, points, seed)]
    ranges = {s.name: {f.name: (float(f.low), float(f.high)) for f in s.free} for s in styles}
    return Design(tuple(looks), ranges, {s.name: dict(s.fixed) for s in styles})


def _looks(style: Style, points: int, seed: int) -> list[Look]:
    # It takes half a second to import, which commands that explore nothing have no need of.
    from scipy.stats import qmc

    # Each style has a sequence of its own, whichever others are explored.
    source = np.random.default_rng([seed, zlib.crc32(style.name.encode())])
    sequence = qmc.Sobol(1 + len(style.free), scramble=True, seed=source)
    drawn = sequence.random_base2((points - 1).bit_length())[:points]
    return [_look(style, number, row) for number, row in enumerate(drawn.tolist(), start=1)]


def _look(style: Style, number: int, drawn: Sequence[float]) -> Look:
    first, *rest = (round(x, _DIGITS) for x in drawn)
    shares = dict(zip((f.name for f in style.free), rest, strict=True))
    return Look(
        style=style.name,
        number=number,
        strength=round(LEAST_STRENGTH + first * (1 - LEAST_STRENGTH), _DIGITS),
        shares=shares,
        values={f.name: f.low + shares[f.name] * (f.high - f.low) for f in style.free},
    )
