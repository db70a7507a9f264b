"""Vivid."""

from __future__ import annotations

from blackcamo.styles.fitting import clarity, colour, contrast, exposure, levels, white_balance
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    return {
        **levels(facts),
        "temperature_k": white_balance(facts, 6400)["temperature_k"],
        **exposure(facts, 0.07),
        **contrast(facts, 16),
        **colour(facts, saturation=4, vibrance=18),
        **clarity(facts, 18),
    }


STYLE = Style(
    name="vivid",
    sentence="Strong contrast and rich colours.",
    free=(
        Free("exposure_ev", -0.15, 0.4, 0.07),
        Free("highlights_percent", -5, 3, -2),
        Free("shadows_percent", -4, 2, 0),
        Free("contrast_percent", 6, 28, 16),
        Free("saturation_percent", 1, 16, 4),
        Free("vibrance_percent", 3, 42, 18),
        Free("temperature_k", 6000, 7000, 6400),
        Free("clarity_percent", 4, 34, 18),
    ),
    fixed={"black_point_percent": 2, "white_point_percent": 3},
    liked=0.62,
    adapt=_adapt,
)
