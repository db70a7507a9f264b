"""Tilt-shift."""

from __future__ import annotations

from blackcamo.styles.fitting import colour, contrast
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts

_HALF_BAND = 0.12
"""Half the height of the band in focus, relative to the long side."""


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    subject = facts.subject
    # Without a subject the eye rests below the middle, where the ground is.
    middle = 0.55 if subject is None else subject.focus_y
    half = _HALF_BAND if subject is None else max(_HALF_BAND, subject.size)
    return {
        **contrast(facts, 14),
        **colour(facts, saturation=16, vibrance=12),
        "focus_y_percent": 100 * middle,
        "focus_size_percent": 100 * half,
    }


def _unsuited(facts: PhotoFacts) -> str | None:
    from blackcamo.vision.defocus import detail
    from blackcamo.vision.faces import find_faces

    if facts.skin > _SKIN or find_faces(facts.pixels):
        return "persons are too near for a miniature"
    subject = facts.subject
    if subject is None:
        return None if detail(facts.pixels) >= _SCENE else "too near for a miniature"
    return "the subject is taller than the band" if subject.size > 1.5 * _HALF_BAND else None


_SKIN = 0.12
"""Share of a photo that has the colour of skin where persons are near."""
_SCENE = 0.05
"""Share of sharp edges of a scene that is seen from afar."""

STYLE = Style(
    name="tilt-shift",
    sentence="A band in focus and strong colours, as in photos of miniatures.",
    free=(
        Free("defocus_permille", 2.5, 8, 5),
        Free("focus_size_percent", 8, 20, 12),
        Free("focus_transition_percent", 20, 50, 32),
        Free("contrast_percent", 5, 26, 14),
        Free("saturation_percent", 2, 30, 16),
        Free("vibrance_percent", 0, 26, 12),
        Free("clarity_percent", 0, 16, 6),
    ),
    fixed={"focus_y_percent": 55, "focus_roundness_percent": 0},
    adapt=_adapt,
    unsuited=_unsuited,
)
