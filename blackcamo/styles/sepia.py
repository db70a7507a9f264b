"""Sepia."""

from __future__ import annotations

from blackcamo.styles.fitting import clarity, contrast, exposure, levels
from blackcamo.styles.mixing import NO_FILTER, colour_matters
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    return {
        **levels(facts),
        **exposure(facts),
        **contrast(facts, 12),
        **clarity(facts, 20),
    }


STYLE = Style(
    name="sepia",
    sentence="A print toned warm brown, with full contrast.",
    free=(
        Free("toning_percent", 3, 10, 6.5),
        Free("toning_hue_deg", 55, 85, 70),
        Free("toning_lights_percent", 25, 85, 60),
        Free("mono_red_percent", 15, 60, NO_FILTER[0]),
        Free("contrast_percent", 0, 22, 10),
        Free("exposure_ev", -0.25, 0.25, 0),
        Free("curve_master_midtones_percent", -4, 4, 0),
        Free("clarity_percent", 0, 45, 20),
        Free("vignette_percent", 0, 25, 8),
        Free("grain_percent", 0, 1.4, 0.4),
    ),
    fixed={
        "mono_percent": 100,
        "black_point_percent": 2,
        "white_point_percent": 2,
        "mono_blue_percent": NO_FILTER[1],
        "grain_coarseness_percent": 20,
    },
    auto=True,
    adapt=_adapt,
    unsuited=colour_matters,
)
