"""Free."""

from __future__ import annotations

from blackcamo.styles.fitting import exposure
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    return exposure(facts)


STYLE = Style(
    name="free",
    sentence="Any curves, crop and small turn that keep the picture's contrast.",
    free=(
        Free("exposure_ev", -0.12, 0.35, 0),
        Free("curve_master_shadows_percent", -5, 0, -2),
        Free("curve_master_midtones_percent", -3, 3, 0),
        Free("curve_master_highlights_percent", 0, 5, 2),
        Free("curve_red_highlights_percent", -1.5, 2.5, 0),
        Free("curve_green_midtones_percent", -1, 1, 0),
        Free("curve_blue_shadows_percent", -2, 2.5, 0),
        Free("curve_blue_highlights_percent", -3, 2, 0),
        Free("crop_percent", 0, 9, 0),
        Free("crop_x_percent", -100, 100, 0),
        Free("crop_y_percent", -100, 100, 0),
        Free("rotation_deg", -1, 1, 0),
    ),
    adapt=_adapt,
)
