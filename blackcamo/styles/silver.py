"""Silver."""

from __future__ import annotations

from blackcamo.styles.fitting import clarity, contrast, levels
from blackcamo.styles.mixing import colour_filter, colour_matters, shows_people
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    return {
        **levels(facts, 0.8),
        **contrast(facts, 10),
        **clarity(facts, 42),
        **colour_filter(facts),
        "curve_master_midtones_percent": 3 if shows_people(facts) else 1,
    }


STYLE = Style(
    name="silver",
    sentence="A fine-art print: clear, luminous black-and-white with a hint of selenium.",
    free=(
        Free("mono_red_percent", 12, 72, 30),
        Free("mono_blue_percent", 0, 25, 10),
        Free("contrast_percent", 2, 24, 10),
        Free("shadows_percent", -5, 6, 1),
        Free("curve_master_midtones_percent", -5, 5, 1),
        Free("clarity_percent", 15, 75, 42),
        Free("sharpness_percent", 0, 40, 15),
        Free("grain_percent", 0, 0.5, 0.2),
    ),
    fixed={
        "mono_percent": 100,
        "black_point_percent": 2,
        "white_point_percent": 2,
        "toning_percent": 0.9,
        "toning_hue_deg": 10,
        "toning_lights_percent": 15,
        "grain_coarseness_percent": 0,
    },
    adapt=_adapt,
    unsuited=colour_matters,
)
