"""How styles fit themselves to a photo: what most photos need more or less of, by its facts."""

from __future__ import annotations

import math

from blackcamo.vision.facts import PhotoFacts

_K_PER_B, _DUV_PER_A = 130.0, 0.0011
"""Colour temperature, and tint, that moves a mid-grey by about 1 along b*, and along a*."""


def levels(facts: PhotoFacts, share: float = 0.6) -> dict[str, float]:
    """Black and white point: a share of the way to where the photo's own ends lie.

    An encoded level of 0 to 1 is nearly L* in hundredths. Not all the way: mist is to stay mist,
    a night without any light is not to be made day, and a bright sky is not to turn pale.
    """
    lit = (1 - facts.shadows) * _bounded((72 - facts.lightness) / 26, 0.25, 1)
    share *= _sparing(facts, 0.35)
    return {
        "black_point_percent": _bounded(share * (facts.black - 1), 0, 10),
        "white_point_percent": _bounded(share * lit * (99 - facts.white), 0, 12),
    }


def exposure(facts: PhotoFacts, start: float = 0.0) -> dict[str, float]:
    """Stops that lighten faces and a dark photo, and darken a pale one; night stays night."""
    night = max(0.0, 1 - 1.5 * facts.shadows)
    need = 0.012 * night * max(46 - facts.lightness, 0) - 0.006 * max(facts.lightness - 66, 0)
    if facts.lightness < 62:
        need += 0.1 * (1 - _sparing(facts, 1))
    return {"exposure_ev": start + need}


def contrast(facts: PhotoFacts, start: float) -> dict[str, float]:
    """Contrast: more for a flat photo, less for one whose tones are wide apart already."""
    flat = _bounded(1 + (23 - facts.contrast) / 16, 0.4, 1.4)
    return {"contrast_percent": start * flat * _sparing(facts, 0.4)}


def colour(facts: PhotoFacts, **starts: float) -> dict[str, float]:
    """Saturations in percent: less where colour is strong or a fault, on faces, where all is grey.

    A fault is a cast of greys towards blue, green or magenta; warm light is none.
    """
    strong = _bounded(1 + (36 - facts.strong_chroma) / 32, 0.15, 1.3)
    skin = _sparing(facts, 0.7)
    grey = _bounded(facts.strong_chroma / 12, 0, 1)
    true = 1 - 0.6 * _bounded(math.hypot(facts.cast_a, min(facts.cast_b, 0)) / 8 - 0.3, 0, 1)
    return {
        f"{name}_percent": start * strong * skin * grey * true for name, start in starts.items()
    }


def clarity(facts: PhotoFacts, start: float) -> dict[str, float]:
    """Local contrast: less on faces, and where tones are wide apart already."""
    flat = _bounded(1 + (23 - facts.contrast) / 25, 0.6, 1.3)
    return {"clarity_percent": start * flat * _sparing(facts, 0.5)}


def white_balance(facts: PhotoFacts, temperature_k: float = 6500.0) -> dict[str, float]:
    """Temperature and tint that take half of a cast away; of warm light, which is liked, less."""
    red, yellow = facts.cast_a - 1, facts.cast_b - 3
    share = 0.25 if yellow > 0 else 0.5
    return {
        "temperature_k": temperature_k - share * yellow * _K_PER_B,
        "tint_duv": -0.5 * _DUV_PER_A * red,
    }


def warmth(facts: PhotoFacts, temperature_k: float) -> dict[str, float]:
    """Temperature of a warm look: less of it where the light is warm already."""
    warm = _bounded(facts.cast_b / 14, 0, 0.7)
    return {"temperature_k": 6500 + (temperature_k - 6500) * (1 - warm)}


def _sparing(facts: PhotoFacts, most: float) -> float:
    """The factor on what would turn faces orange or rough: 1 - ``most`` where there is skin."""
    return 1 - most * min(facts.skin / 0.3, 1)


def _bounded(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
