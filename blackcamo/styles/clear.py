"""Clear."""

from __future__ import annotations

from blackcamo.styles.fitting import clarity, colour, contrast, exposure, levels, white_balance
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts


def _adapt(facts: PhotoFacts) -> dict[str, float]:
    return {
        **levels(facts),
        "temperature_k": white_balance(facts, 6450)["temperature_k"],
        **exposure(facts),
        **contrast(facts, 11),
        **colour(facts, vibrance=4),
        **clarity(facts, 34),
    }


STYLE = Style(
    name="clear",
    sentence="Crisp and clear: local contrast and fine detail, with colours as they are.",
    free=(
        Free("black_point_percent", 0, 7, 2),
        Free("white_point_percent", 0, 11, 3),
        Free("exposure_ev", -0.12, 0.4, 0),
        Free("contrast_percent", 6, 24, 11),
        Free("vibrance_percent", 0, 14, 4),
        Free("temperature_k", 5950, 6950, 6450),
        Free("clarity_percent", 14, 65, 34),
        Free("sharpness_percent", 4, 30, 14),
    ),
    liked=0.73,
    adapt=_adapt,
)
