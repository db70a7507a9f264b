"""What the black-and-white styles share: the colour filter for a photo, and when colour matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from blackcamo.vision.facts import PhotoFacts

Filter = tuple[float, float]
"""Shares of red and of blue, in percent; green is what is left."""

NO_FILTER: Filter = (30, 10)
_FILTERS: tuple[Filter, ...] = (NO_FILTER, (38, 5), (52, 3), (68, 0), (14, 6))
"""None, yellow, orange, red and green, as they are screwed on."""
_ON_SKIN: tuple[Filter, ...] = ((36, 7), (48, 5))
"""Those that flatter faces: green ones show every blemish, red ones take the lips away."""
_SKIN = 0.04
"""Share of skin from which a photo is one of people."""
_WORTH = 1.06
"""How much more a filter has to part than the first, to be used instead."""
_SIDE_PX = 96
_SEPARATION = 0.3
"""Share of the outlines that only colour draws from which black-and-white loses the picture."""
_COLOURFUL = 34.0
"""Sum of strong chroma and of that share in percent from which colour is what a photo shows.

Of eleven photos between 28 and 53 that became black-and-white four were posted by both of two
blind looks; sunsets, seas and labels were not."""
_NIGHT, _COLOURED_LIGHT = 25.0, 45.0
"""Mean L* of a night, and chroma of its strongest lights from which they are what it shows.
"""


def shows_people(facts: PhotoFacts) -> bool:
    """Whether there is so much skin that faces have to look good."""
    return facts.skin > _SKIN


def colour_filter(facts: PhotoFacts) -> dict[str, float]:
    """The filter that keeps neighbouring areas of a photo best apart in grey, as parameters."""
    small = _small(facts)
    linear = np.where(small > 0.04045, ((small + 0.055) / 1.055) ** 2.4, small / 12.92)
    best, *others = _ON_SKIN if shows_people(facts) else _FILTERS
    most = _parted(linear, best) * _WORTH
    for candidate in others:
        parted = _parted(linear, candidate)
        if parted > most:
            best, most = candidate, parted
    return {"mono_red_percent": best[0], "mono_blue_percent": best[1]}


def colour_matters(facts: PhotoFacts) -> str | None:
    """Why a photo should stay in colour; None where it need not."""
    if facts.separation > _SEPARATION:
        return "colour alone parts what is in the picture"
    if facts.strong_chroma + 100 * facts.separation > _COLOURFUL:
        return "colour is the point of the picture"
    if facts.lightness < _NIGHT and _strongest_chroma(_small(facts)) > _COLOURED_LIGHT:
        return "coloured lights are the point of the picture"
    return None


def _small(facts: PhotoFacts) -> NDArray[np.float32]:
    height_px, width_px = facts.pixels.shape[:2]
    scale = min(1.0, _SIDE_PX / max(height_px, width_px))
    size = (max(1, round(width_px * scale)), max(1, round(height_px * scale)))
    small = cv2.resize(facts.pixels, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small / 255, np.float32)


def _parted(linear: NDArray[np.float32], mix: Filter) -> float:
    """Mean difference in lightness across a distance at which areas, not textures, differ."""
    red, blue = mix[0] / 100, mix[1] / 100
    grey = linear @ np.array((red, 1 - red - blue, blue), np.float32)
    # A cube root, as CIELAB's lightness is.
    lightness = cv2.GaussianBlur(np.cbrt(grey), (0, 0), 2.0)
    return float(np.abs(lightness - cv2.GaussianBlur(lightness, (0, 0), 8.0)).mean())


def _strongest_chroma(small: NDArray[np.float32]) -> float:
    """CIELAB chroma that 1 % of the picture lies above."""
    _, a, b = cv2.split(cv2.cvtColor(small, cv2.COLOR_RGB2LAB))
    return float(np.percentile(np.hypot(a, b), 99))
