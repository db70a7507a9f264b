"""Noir."""

from __future__ import annotations

from blackcamo.styles.fitting import clarity, levels
from blackcamo.styles.mixing import colour_filter, colour_matters, shows_people
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    return {
        **levels(facts),
        # Dark, but a night is dark already, and faces are to be seen.
        "exposure_ev": (0.008 if shows_people(facts) else 0.016) * (38 - facts.lightness),
        **clarity(facts, 30),
        **colour_filter(facts),
    }


STYLE = Style(
    name="noir",
    sentence="Hard black-and-white with deep shadows, dark corners and a trace of grain.",
    free=(
        Free("mono_red_percent", 12, 78, 40),
        Free("mono_blue_percent", 0, 25, 5),
        Free("contrast_percent", 14, 38, 25),
        Free("exposure_ev", -0.45, 0.2, -0.1),
        Free("curve_master_shadows_percent", -5, 1, -2),
        Free("curve_master_midtones_percent", -5, 3, -1),
        Free("clarity_percent", 5, 55, 30),
        Free("vignette_percent", 8, 40, 24),
        Free("grain_percent", 0, 0.8, 0.3),
    ),
    fixed={
        "mono_percent": 100,
        "black_point_percent": 2,
        "white_point_percent": 2,
        "grain_coarseness_percent": 10,
    },
    adapt=_adapt,
    unsuited=colour_matters,
)
