"""Teal orange."""

from __future__ import annotations

from blackcamo.styles.fitting import colour, contrast, exposure, levels
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    return {
        **levels(facts, 0.4),
        **exposure(facts),
        **contrast(facts, 14),
        **colour(facts, vibrance=12),
    }


STYLE = Style(
    name="teal-orange",
    sentence="Cool teal shadows under warm orange lights, as in the cinema.",
    free=(
        Free("split_shadows_red_percent", -2.6, -0.5, -1.5),
        Free("split_shadows_yellow_percent", -3.2, -0.5, -1.8),
        Free("split_highlights_red_percent", 0.5, 2.2, 1),
        Free("split_highlights_yellow_percent", 0.6, 3.6, 2.1),
        Free("blue_hue_deg", -30, 0, -14),
        Free("exposure_ev", -0.15, 0.35, 0),
        Free("contrast_percent", 8, 26, 14),
        Free("vibrance_percent", 2, 28, 12),
    ),
    fixed={"black_point_percent": 2, "white_point_percent": 3},
    adapt=_adapt,
)
