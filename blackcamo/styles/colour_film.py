"""Colour film."""

from __future__ import annotations

from blackcamo.styles.fitting import colour, exposure, levels
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    return {
        **levels(facts, 0.4),
        **exposure(facts, 0.08),
        **colour(facts, vibrance=8),
    }


STYLE = Style(
    name="colour-film",
    sentence="Rich slide film: pure colours, deep blacks, a touch of warmth in the lights.",
    free=(
        Free("slide_percent", 25, 100, 60),
        Free("cross_percent", 0, 18, 6),
        Free("exposure_ev", -0.12, 0.4, 0.08),
        Free("split_shadows_yellow_percent", -1.4, 0, -0.5),
        Free("split_highlights_yellow_percent", 0, 2, 0.7),
        Free("green_hue_deg", -14, 3, -4),
        Free("blue_hue_deg", -18, 6, -5),
        Free("vibrance_percent", 0, 24, 8),
    ),
    fixed={"black_point_percent": 2, "white_point_percent": 3},
    adapt=_adapt,
)
