"""Cyanotype."""

from __future__ import annotations

from blackcamo.styles.fitting import clarity, contrast, exposure, levels
from blackcamo.styles.mixing import colour_matters, shows_people
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    return {
        **levels(facts, 1),
        **exposure(facts, 0.05),
        **contrast(facts, 22),
        **clarity(facts, 20),
        # The salts see no red; faces need some.
        "mono_red_percent": 40 if shows_people(facts) else 15,
    }


STYLE = Style(
    name="cyanotype",
    sentence="A blueprint on white paper: Prussian blue shadows under clear lights.",
    free=(
        Free("toning_percent", 9, 16, 13),
        Free("toning_hue_deg", -120, -97, -109),
        Free("toning_lights_percent", 0, 45, 15),
        Free("toning_ink_percent", 30, 160, 95),
        Free("mono_red_percent", 0, 50, 15),
        Free("contrast_percent", 8, 34, 22),
        Free("exposure_ev", -0.25, 0.3, 0.05),
        Free("clarity_percent", 0, 45, 20),
        Free("vignette_percent", -5, 15, 0),
        Free("grain_percent", 0, 0.6, 0.2),
    ),
    fixed={
        "mono_percent": 100,
        "black_point_percent": 2,
        "white_point_percent": 2,
        "mono_blue_percent": 25,
        "grain_coarseness_percent": 30,
    },
    adapt=_adapt,
    unsuited=colour_matters,
)
