"""What a photo itself forbids: colour where it has none, and what parts edges that have to meet."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from blackcamo.filters.colour import Colour
from blackcamo.filters.depth import Depth
from blackcamo.filters.doubling import DOUBLING
from blackcamo.filters.geometry import Geometry
from blackcamo.filters.hsl import Hsl
from blackcamo.types import Style

if TYPE_CHECKING:
    from blackcamo.vision.facts import PhotoFacts

_TONING = "toning_percent"
_COLOURS = ("curve_red_", "curve_green_", "curve_blue_", "weave_jnd", "weave_cb_", "weave_cr_")
"""How parameters begin that give greys a colour, beside those of whole families."""
_IDLE = ("cross_percent", "mono_red_percent", "mono_blue_percent")
"""One more of them, and two that do nothing to greys."""
_AT_THE_EDGES = ("vignette_percent", DOUBLING)

_GREY_NOTE = (
    "the photo has no colour, and only what tints and is asked for by name gives it one: "
    "sepia, cyanotype, silver, or a look"
)
_WRAPS_NOTE = (
    "a panorama of a full turn: crop, rotation, vignette and depth of field stay off, "
    "so that its edges meet"
)

_FRAMED_NOTE = "in its frame the panorama's edges no longer meet: it goes out as a plain picture"


def left_alone(facts: PhotoFacts, style: Style | None = None) -> frozenset[str]:
    """The parameters that stay neutral on a photo, whatever it is given.

    Args:
        style: one that does not tint must not tone a grey photo either; None is any, as that of a
            preset, which was asked for as it is.
    """
    off: frozenset[str] = frozenset()
    if facts.grey:
        off |= _colouring()
        if style is not None and not tints(style):
            off |= {_TONING}
    if facts.wraps:
        off |= {p.name for f in (Geometry(), Depth()) for p in f.params} | {*_AT_THE_EDGES}
    return off


def allowed(
    params: Mapping[str, float], facts: PhotoFacts, *, framed: bool = False
) -> tuple[dict[str, float], tuple[str, ...]]:
    """What of these parameters a photo is given, and notes where that is not all.

    Args:
        framed: it goes out in a frame.
    """
    off = left_alone(facts)
    kept = {name: value for name, value in params.items() if name not in off}
    said = len(kept) < len(params) or (facts.wraps and framed)
    return kept, photo_notes(facts, framed=framed) if said else ()


def photo_notes(facts: PhotoFacts, *, framed: bool = False) -> tuple[str, ...]:
    """What a user should know of what stays off; ``framed`` says that it goes out in a frame."""
    said = (
        (facts.grey, _GREY_NOTE),
        (facts.wraps, _WRAPS_NOTE),
        (facts.wraps and framed, _FRAMED_NOTE),
    )
    return tuple(note for so, note in said if so)


def framing() -> frozenset[str]:
    """The parameters that move the picture's frame: crop, turn, magnification, perspective."""
    return frozenset(p.name for p in Geometry().params)


def unsuited(
    style: Style, facts: PhotoFacts, *, named: bool = False, keep_framing: bool = False
) -> str | None:
    """Why a style should not be tried on a photo by itself; None where it may.

    Args:
        named: it was asked for, so it may tint.
        keep_framing: the frame is to stay as it is.
    """
    off = left_alone(facts, style) | (framing() if keep_framing else frozenset())
    lost = sum(free.name in off for free in style.free)
    if 2 * lost > len(style.free):
        if facts.wraps:
            return "most of it would part edges that meet"
        moved = 2 * sum(free.name in framing() for free in style.free) > len(style.free)
        return "it is about the frame" if keep_framing and moved else "it is about colour"
    if facts.grey and tints(style) and not named:
        return "it tints, and the photo has no colour"
    return style.unsuited(facts) if style.unsuited else None


def tints(style: Style) -> bool:
    """Whether a style gives greys a colour on purpose."""
    strengths = {f.name: f.start for f in style.free} | dict(style.fixed)
    return strengths.get(_TONING, 0) > 0


@cache
def _colouring() -> frozenset[str]:
    from blackcamo.filters.loading import built_in

    whole = {p.name for f in (Colour(), Hsl()) for p in f.params}
    parts = {p.name for f in built_in() for p in f.params if p.name.startswith(_COLOURS)}
    return frozenset(whole | parts | {*_IDLE})
