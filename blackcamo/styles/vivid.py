"""Vivid."""

from __future__ import annotations

from blackcamo.styles.fitting import clarity, colour, contrast, exposure, levels, white_balance
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    return {
        **levels(facts),
        "temperature_k": white_balance(facts, 6600)["temperature_k"],
        **exposure(facts),
        **contrast(facts, 19),
        **colour(facts, saturation=9, vibrance=22),
        **clarity(facts, 18),
    }


STYLE = Style(
    name="vivid",
    sentence="Strong contrast and rich colours.",
    free=(
        Free("exposure_ev", -0.15, 0.4, 0),
        Free("highlights_percent", -3, 5, 0),
        Free("shadows_percent", -4, 2, 0),
        Free("contrast_percent", 6, 28, 19),
        Free("saturation_percent", 1, 16, 9),
        Free("vibrance_percent", 3, 42, 22),
        Free("temperature_k", 6200, 7300, 6600),
        Free("clarity_percent", 4, 34, 18),
    ),
    fixed={"black_point_percent": 2, "white_point_percent": 3},
    auto=True,
    adapt=_adapt,
)
