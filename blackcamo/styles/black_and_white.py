"""Black-and-white."""

from __future__ import annotations

from blackcamo.styles.fitting import clarity, contrast, exposure, levels
from blackcamo.styles.mixing import colour_filter, colour_matters
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    return {
        **levels(facts),
        **exposure(facts),
        **contrast(facts, 13),
        **clarity(facts, 22),
        **colour_filter(facts),
    }


STYLE = Style(
    name="black-and-white",
    sentence="Black-and-white through a colour filter, crisp, with a touch of fine grain.",
    free=(
        Free("mono_red_percent", 12, 72, 30),
        Free("mono_blue_percent", 0, 25, 10),
        Free("contrast_percent", 2, 24, 11),
        Free("exposure_ev", -0.25, 0.25, 0),
        Free("curve_master_shadows_percent", -4, 3, -1),
        Free("curve_master_midtones_percent", -4, 4, 0),
        Free("curve_master_highlights_percent", -3, 4, 1),
        Free("clarity_percent", 0, 45, 20),
        Free("grain_percent", 0, 1.5, 0.6),
        Free("vignette_percent", 0, 18, 0),
    ),
    fixed={
        "mono_percent": 100,
        "black_point_percent": 2,
        "white_point_percent": 2,
        "grain_coarseness_percent": 20,
    },
    auto=True,
    adapt=_adapt,
    unsuited=colour_matters,
)
