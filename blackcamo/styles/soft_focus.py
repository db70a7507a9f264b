"""Soft focus."""

from __future__ import annotations

from blackcamo.types import Free, Style

STYLE = Style(
    name="soft-focus",
    sentence="A soft glow laid over sharp detail, after Michael Orton, with contrast kept.",
    free=(
        Free("glow_percent", 12, 60, 34),
        Free("exposure_ev", -0.1, 0.4, 0.12),
        Free("contrast_percent", 0, 20, 6),
        Free("saturation_percent", -8, 16, 4),
        Free("temperature_k", 6300, 7100, 6650),
        Free("sharpness_percent", -30, 30, 0),
        Free("clarity_percent", -15, 25, 0),
        Free("curve_master_midtones_percent", -3, 4, 0),
        Free("vignette_percent", -6, 16, 0),
    ),
    auto=True,
)
