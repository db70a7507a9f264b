"""How styles fit themselves to a photo: what most photos need more or less of, by its facts."""

from __future__ import annotations

from blackcamo.vision.facts import PhotoFacts

_K_PER_B, _DUV_PER_A = 130.0, 0.0011
"""Colour temperature, and tint, that moves a mid-grey by about 1 along b*, and along a*."""


def levels(facts: PhotoFacts, share: float = 0.6) -> dict[str, float]:
    """Black and white point: a share of the way to where the photo's own ends lie.

    An encoded level of 0 to 1 is nearly L* in hundredths. Not all the way: mist is to stay mist,
    and a night without any light is not to be made day.
    """
    dark = 1 - facts.shadows
    return {
        "black_point_percent": share * max(facts.black - 1, 0),
        "white_point_percent": share * dark * max(99 - facts.white, 0),
    }


def exposure(facts: PhotoFacts, start: float = 0.0) -> dict[str, float]:
    """Stops that lighten a dark photo and darken a pale one; black surroundings stay black."""
    night = max(0.0, 1 - 1.5 * facts.shadows)
    need = 0.012 * night * max(46 - facts.lightness, 0) - 0.006 * max(facts.lightness - 66, 0)
    return {"exposure_ev": start + need}


def contrast(facts: PhotoFacts, start: float) -> dict[str, float]:
    """Contrast: more for a flat photo, less for one whose tones are wide apart already."""
    return {"contrast_percent": start * _bounded(1 + (23 - facts.contrast) / 16, 0.4, 1.4)}


def colour(facts: PhotoFacts, **starts: float) -> dict[str, float]:
    """Saturations in percent: less where colour is strong, where skin shows, where all is grey."""
    strong = _bounded(1 + (36 - facts.strong_chroma) / 32, 0.15, 1.3)
    skin = 1 - 0.5 * min(facts.skin / 0.3, 1)
    grey = _bounded(facts.strong_chroma / 12, 0, 1)
    return {f"{name}_percent": start * strong * skin * grey for name, start in starts.items()}


def clarity(facts: PhotoFacts, start: float) -> dict[str, float]:
    """Local contrast: less on faces, and where tones are wide apart already."""
    skin = 1 - 0.5 * min(facts.skin / 0.3, 1)
    return {"clarity_percent": start * skin * _bounded(1 + (23 - facts.contrast) / 25, 0.6, 1.3)}


def white_balance(facts: PhotoFacts, temperature_k: float = 6500.0) -> dict[str, float]:
    """Temperature and tint that take half of a cast away; of warm light, which is liked, less."""
    red, yellow = facts.cast_a - 1, facts.cast_b - 3
    share = 0.25 if yellow > 0 else 0.5
    return {
        "temperature_k": temperature_k - share * yellow * _K_PER_B,
        "tint_duv": -0.5 * _DUV_PER_A * red,
    }


def _bounded(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
