"""Warm."""

from __future__ import annotations

from blackcamo.styles.fitting import colour, contrast, exposure, levels, warmth
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    return {
        **warmth(facts, 7350),
        **levels(facts),
        **exposure(facts, 0.05),
        **contrast(facts, 10),
        **colour(facts, vibrance=14),
    }


STYLE = Style(
    name="warm",
    sentence="The warm light of an afternoon.",
    free=(
        Free("temperature_k", 6700, 7500, 7100),
        Free("exposure_ev", -0.15, 0.4, 0.05),
        Free("contrast_percent", 4, 22, 10),
        Free("vibrance_percent", 2, 30, 14),
        Free("split_highlights_yellow_percent", 0, 1.0, 0.4),
        Free("split_highlights_red_percent", 0.1, 1.2, 0.4),
        Free("clarity_percent", 0, 16, 6),
        Free("vignette_percent", 0, 14, 4),
    ),
    fixed={"black_point_percent": 2, "white_point_percent": 3},
    adapt=_adapt,
)
