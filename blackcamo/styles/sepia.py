"""Sepia."""

from __future__ import annotations

from blackcamo.styles.fitting import clarity, contrast, exposure, levels
from blackcamo.styles.mixing import NO_FILTER, colour_filter, colour_matters, shows_people
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    return {
        **levels(facts, 0.8),
        **exposure(facts, 0.12 if shows_people(facts) else 0),
        **contrast(facts, 12),
        **clarity(facts, 20),
        **colour_filter(facts),
    }


STYLE = Style(
    name="sepia",
    sentence="A print toned warm brown, with full contrast.",
    free=(
        Free("toning_percent", 2.5, 10, 6.5),
        Free("toning_hue_deg", 55, 85, 70),
        Free("toning_lights_percent", 25, 85, 60),
        Free("mono_red_percent", 15, 60, NO_FILTER[0]),
        Free("contrast_percent", 2, 26, 12),
        Free("exposure_ev", -0.25, 0.25, 0),
        Free("curve_master_midtones_percent", -4, 4, 0),
        Free("clarity_percent", 0, 50, 20),
        Free("vignette_percent", 0, 26, 8),
        Free("grain_percent", 0, 0.6, 0.2),
    ),
    fixed={
        "mono_percent": 100,
        "black_point_percent": 2,
        "white_point_percent": 2,
        "mono_blue_percent": NO_FILTER[1],
        "grain_coarseness_percent": 20,
    },
    adapt=_adapt,
    unsuited=colour_matters,
)
