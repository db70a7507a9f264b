"""Lomo."""

from __future__ import annotations

from blackcamo.styles.fitting import colour, contrast, exposure
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    return {
        **exposure(facts, 0.15),
        **contrast(facts, 20),
        **colour(facts, saturation=12),
    }


STYLE = Style(
    name="lomo",
    sentence="A toy camera's deep colours, crossed hues and dark corners.",
    free=(
        Free("cross_percent", 8, 36, 20),
        Free("contrast_percent", 10, 34, 20),
        Free("saturation_percent", 2, 24, 12),
        Free("exposure_ev", -0.1, 0.5, 0.15),
        Free("temperature_k", 6300, 7100, 6700),
        Free("split_shadows_yellow_percent", -2, 0.4, -0.5),
        Free("clarity_percent", 0, 20, 6),
        Free("vignette_percent", 12, 30, 20),
    ),
    adapt=_adapt,
)
