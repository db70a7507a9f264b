"""Styles: looks with a name, what may hide in them, and the vectors that a search moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blackcamo.vision.facts import PhotoFacts


@dataclass(frozen=True, slots=True)
class Free:
    """A parameter that a style frees: the range in which it is liked, and where it starts.

    In the unit of the filter's own parameter, and inside that one's range.
    """

    name: str
    low: float
    high: float
    start: float


@dataclass(frozen=True, slots=True)
class Style:
    """A deliberate look with a name, and the few parameters that it frees.

    Args:
        sentence: what it looks like, one sentence.
        free: 3 to 12 parameters that a search may move.
        fixed: parameters that it sets; those named in neither are neutral.
        liked: share (0-1) of blind looks that found a photo better in it, where it starts.
            ``--style auto`` holds the styles that have one, and prefers them in this order. With
            None it races by name alone, as what many found worse should.
        adapt: values for one photo, of free parameters (where they start) or of fixed ones.
        unsuited: why it does not suit a photo, None where it does.
    """

    name: str
    sentence: str
    free: tuple[Free, ...]
    fixed: Mapping[str, float] = field(default_factory=dict)
    liked: float | None = None
    adapt: Callable[[PhotoFacts], Mapping[str, float]] | None = None
    unsuited: Callable[[PhotoFacts], str | None] | None = None


@dataclass(frozen=True, slots=True)
class Hiding:
    """A way of changing a photo that nobody sees: parameters that may hide in any style.

    The first one is how strong it is: its least value is neutral, and with it nothing hides
    whatever the others are. What ``scales`` does the same to a picture of any size.
    """

    name: str
    free: tuple[Free, ...]
    scales: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """The coordinates of a style's vectors: first its own, then those of each way of hiding.

    Args:
        style: how many are the style's own.
        hidden: name of a way -> how many it has; the first is its strength, and -1 none of it.
    """

    style: int
    hidden: Mapping[str, int] = field(default_factory=dict)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self.style + sum(self.hidden.values())

    def vector(
        self, own: Sequence[float], hiding: Mapping[str, Sequence[float]] | None = None
    ) -> tuple[float, ...]:
        """A vector of the style's own coordinates and those of the ways that hide in it."""
        found, hiding = list(own), hiding or {}
        for way, size in self.hidden.items():
            found += hiding.get(way, (-1.0, *(0.0,) * (size - 1)))
        return tuple(found)

    def own(self, vector: Sequence[float]) -> tuple[float, ...]:
        """The style's own coordinates of a vector."""
        return tuple(vector[: self.style])

    def hiding(self, vector: Sequence[float]) -> dict[str, tuple[float, ...]]:
        """The coordinates of the ways that hide in it; empty where nothing does."""
        found, start = {}, self.style
        for way, size in self.hidden.items():
            part = tuple(vector[start : start + size])
            if part[0] > -1:
                found[way] = part
            start += size
        return found
