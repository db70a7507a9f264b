"""Bleach bypass."""

from __future__ import annotations

from blackcamo.styles.fitting import clarity, contrast, exposure
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    return {
        **exposure(facts, 0.2),
        **contrast(facts, 8),
        **clarity(facts, 10),
    }


STYLE = Style(
    name="bleach-bypass",
    sentence="Hard and silvery, with muted colours, as film that kept its silver.",
    free=(
        Free("bleach_percent", 25, 78, 50),
        Free("exposure_ev", -0.05, 0.6, 0.2),
        Free("contrast_percent", 0, 20, 8),
        Free("saturation_percent", -10, 14, 0),
        Free("temperature_k", 6000, 7000, 6400),
        Free("clarity_percent", 0, 26, 10),
        Free("sharpness_percent", 0, 24, 8),
        Free("vignette_percent", 0, 18, 6),
    ),
    adapt=_adapt,
)
