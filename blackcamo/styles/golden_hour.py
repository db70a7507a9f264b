"""Golden hour."""

from __future__ import annotations

from blackcamo.styles.fitting import colour, contrast, exposure, levels, warmth
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    return {
        **warmth(facts, 7800),
        **levels(facts, 0.4),
        **exposure(facts),
        **contrast(facts, 10),
        **colour(facts, vibrance=12),
    }


STYLE = Style(
    name="golden-hour",
    sentence="The low golden sun before evening.",
    free=(
        Free("temperature_k", 7000, 8300, 7800),
        Free("split_highlights_red_percent", 0.5, 2, 0.9),
        Free("split_highlights_yellow_percent", 0.8, 3.6, 1.8),
        Free("green_hue_deg", -16, 0, -7),
        Free("exposure_ev", -0.15, 0.3, 0),
        Free("contrast_percent", 4, 22, 10),
        Free("vibrance_percent", 2, 28, 12),
        Free("vignette_percent", 0, 20, 8),
    ),
    fixed={"black_point_percent": 2, "white_point_percent": 3},
    adapt=_adapt,
)
