"""Silver."""

from __future__ import annotations

from blackcamo.styles.mixing import colour_filter, colour_matters
from blackcamo.types import Free, Style

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
        "toning_percent": 1.2,
        "toning_hue_deg": 10,
        "toning_lights_percent": 15,
        "grain_coarseness_percent": 0,
    },
    auto=True,
    adapt=colour_filter,
    unsuited=colour_matters,
)
