"""Portrait."""

from __future__ import annotations

from blackcamo.styles.fitting import colour, contrast
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    subject = facts.subject
    fitted = {**contrast(facts, 8), **colour(facts, vibrance=10)}
    if subject is None:
        return fitted
    # Where the photo has depth of field already, there is more of it, and nothing else is guessed.
    shallow = min(subject.out_of_focus / _SHALLOW, 1)
    return fitted | {
        "defocus_permille": 5 * (1 - shallow),
        "magnify_percent": 20 + 40 * shallow,
        "focus_x_percent": 100 * subject.focus_x,
        "focus_y_percent": 100 * subject.focus_y,
        "focus_size_percent": 100 * subject.size,
        "focus_roundness_percent": 100 * subject.roundness,
    }


def _unsuited(facts: PhotoFacts) -> str | None:
    return "no clear subject" if facts.subject is None else None


_SHALLOW = 0.12
"""Share of a photo out of focus that tells its subject from its surroundings."""

STYLE = Style(
    name="portrait",
    sentence="The surroundings gently out of focus behind the subject, slightly warm.",
    free=(
        Free("defocus_permille", 0, 8, 5),
        Free("magnify_percent", 0, 70, 30),
        Free("focus_transition_percent", 20, 50, 32),
        Free("temperature_k", 6500, 7100, 6650),
        Free("contrast_percent", 1, 18, 8),
        Free("vibrance_percent", 0, 26, 10),
        Free("vignette_percent", 0, 12, 4),
    ),
    fixed={
        "focus_x_percent": 50,
        "focus_y_percent": 50,
        "focus_size_percent": 30,
        "focus_roundness_percent": 100,
    },
    adapt=_adapt,
    unsuited=_unsuited,
)
