"""The order in which filters do their work: geometry, look, spatial, and last what hides."""

from __future__ import annotations

from collections.abc import Iterable

from blackcamo.errors import OptionError
from blackcamo.types import Filter, GeometryFilter, HiddenFilter, LookFilter, SpatialFilter

BUILT_IN = (
    "geometry", "tone", "curves", "film", "colour", "hsl", "mono",
    "depth", "detail", "optics", "grain", "weave", "sampled", "recompression",
)  # fmt: skip
"""Built-in families in the order of their work; others of a kind follow them, by name."""
_KINDS = (GeometryFilter, LookFilter, SpatialFilter)


def in_order(filters: Iterable[Filter]) -> list[Filter]:
    """Filters in the order of their work.

    Raises:
        OptionError: one of them is no filter.
    """
    return sorted(filters, key=_rank)


def _rank(candidate: Filter) -> tuple[int, int, str]:
    kind = next((i for i, kind in enumerate(_KINDS) if isinstance(candidate, kind)), None)
    if kind is None:
        raise OptionError(
            f"{candidate!r} is no filter: it needs name, params and one of frame, "
            "grade with lut_size, or render"
        )
    place = BUILT_IN.index(candidate.name) if candidate.name in BUILT_IN else len(BUILT_IN)
    # What hides comes last, whoever else follows.
    return kind + isinstance(candidate, HiddenFilter), place, candidate.name
