"""Silver."""

from __future__ import annotations

from blackcamo.styles.fitting import clarity, contrast, levels
from blackcamo.styles.mixing import colour_filter, colour_matters
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    return {
        **levels(facts),
        **contrast(facts, 10),
        **clarity(facts, 50),
        **colour_filter(facts),
    }


STYLE = Style(
    name="silver",
    sentence="A fine-art print: clear, luminous black-and-white with a hint of selenium.",
    free=(
        Free("mono_red_percent", 12, 72, 30),
        Free("mono_blue_percent", 0, 25, 10),
        Free("contrast_percent", 0, 20, 8),
        Free("shadows_percent", -4, 6, 1),
        Free("highlights_percent", -5, 4, 0),
        Free("curve_master_midtones_percent", -4, 4, 1),
        Free("clarity_percent", 20, 75, 45),
        Free("sharpness_percent", 0, 40, 15),
        Free("grain_percent", 0, 1.2, 0.4),
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
    auto=True,
    adapt=_adapt,
    unsuited=colour_matters,
)
