"""Sepia."""

from __future__ import annotations

from blackcamo.styles.mixing import NO_FILTER, colour_matters
from blackcamo.types import Free, Style

STYLE = Style(
    name="sepia",
    sentence="A print toned warm brown, with full contrast.",
    free=(
        Free("toning_percent", 2, 7, 4),
        Free("toning_hue_deg", 55, 85, 70),
        Free("toning_lights_percent", 20, 80, 50),
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
        "mono_blue_percent": NO_FILTER[1],
        "grain_coarseness_percent": 20,
    },
    auto=True,
    unsuited=colour_matters,
)
