"""Cyanotype."""

from __future__ import annotations

from blackcamo.styles.mixing import colour_matters
from blackcamo.types import Free, Style

STYLE = Style(
    name="cyanotype",
    sentence="A blueprint on white paper: Prussian blue shadows under clear lights.",
    free=(
        Free("toning_percent", 5, 11, 8),
        Free("toning_hue_deg", -115, -90, -103),
        Free("toning_lights_percent", 0, 45, 15),
        Free("toning_ink_percent", 40, 220, 140),
        Free("mono_red_percent", 0, 45, 15),
        Free("contrast_percent", 0, 26, 14),
        Free("exposure_ev", -0.25, 0.3, 0.05),
        Free("clarity_percent", 0, 45, 20),
        Free("vignette_percent", -5, 15, 0),
        Free("grain_percent", 0, 1.4, 0.3),
    ),
    fixed={"mono_percent": 100, "mono_blue_percent": 25, "grain_coarseness_percent": 30},
    unsuited=colour_matters,
)
