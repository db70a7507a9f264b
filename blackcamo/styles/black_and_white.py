"""Black-and-white."""

from __future__ import annotations

from blackcamo.styles.fitting import clarity, contrast, exposure, levels
from blackcamo.styles.mixing import colour_filter, colour_matters, shows_people
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    return {
        **levels(facts, 0.8),
        **exposure(facts, 0.12 if shows_people(facts) else 0),
        **contrast(facts, 13),
        **clarity(facts, 22),
        **colour_filter(facts),
    }


STYLE = Style(
    name="black-and-white",
    sentence="Black-and-white through a colour filter, crisp, with a touch of fine grain.",
    free=(
        Free("mono_red_percent", 8, 75, 30),
        Free("mono_blue_percent", 0, 30, 10),
        Free("contrast_percent", 2, 28, 13),
        Free("exposure_ev", -0.3, 0.35, 0),
        Free("curve_master_shadows_percent", -5, 4, -1),
        Free("curve_master_midtones_percent", -5, 5, 0),
        Free("clarity_percent", 0, 55, 22),
        Free("vignette_percent", 0, 22, 0),
        Free("grain_percent", 0, 0.7, 0.3),
    ),
    fixed={
        "mono_percent": 100,
        "black_point_percent": 2,
        "white_point_percent": 2,
        "grain_coarseness_percent": 20,
    },
    liked=0.35,
    adapt=_adapt,
    unsuited=colour_matters,
)
