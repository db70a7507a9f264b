"""Natural."""

from __future__ import annotations

from blackcamo.styles.fitting import clarity, colour, contrast, exposure, levels, white_balance
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    return {
        **levels(facts),
        **exposure(facts),
        **contrast(facts, 9),
        **colour(facts, vibrance=16),
        **clarity(facts, 16),
        **white_balance(facts),
    }


STYLE = Style(
    name="natural",
    sentence="Light, contrast and colour set right, as a one-click enhancement does it.",
    free=(
        Free("black_point_percent", 0, 8, 2),
        Free("white_point_percent", 0, 12, 3),
        Free("exposure_ev", -0.12, 0.38, 0.05),
        Free("contrast_percent", 3, 16, 9),
        Free("vibrance_percent", 3, 32, 16),
        Free("temperature_k", 6100, 7100, 6500),
        Free("tint_duv", -0.002, 0.002, 0),
        Free("clarity_percent", 6, 32, 16),
        Free("sharpness_percent", 0, 20, 6),
    ),
    liked=0.69,
    adapt=_adapt,
)
