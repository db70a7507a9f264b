"""Soft focus."""

from __future__ import annotations

from blackcamo.styles.fitting import colour, contrast, exposure, levels
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    return {
        **levels(facts),
        **exposure(facts),
        **contrast(facts, 9),
        **colour(facts, vibrance=12),
    }


STYLE = Style(
    name="soft-focus",
    sentence="A soft glow over sharp detail, as Michael Orton's sandwiched slides have it.",
    free=(
        Free("glow_percent", 18, 70, 42),
        Free("exposure_ev", -0.25, 0.35, 0),
        Free("contrast_percent", 0, 22, 9),
        Free("vibrance_percent", 0, 28, 12),
        Free("temperature_k", 6250, 7100, 6550),
        Free("sharpness_percent", -25, 30, 5),
        Free("clarity_percent", -15, 25, 0),
        Free("vignette_percent", -6, 16, 0),
    ),
    fixed={"black_point_percent": 2, "white_point_percent": 2},
    adapt=_adapt,
)
