"""Measurements of a photo, made once, so that a style can fit itself to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from blackcamo.types import Pixels

if TYPE_CHECKING:
    from blackcamo.vision.subject import Subject

Plane = NDArray[np.float32]

_SIDE_PX = 256
"""Long side on which facts are measured; smaller photos are measured as they are."""
_PALE = 14.0
"""CIELAB chroma below which a surface may be grey under tinted light."""
_ENOUGH = 0.05
"""Share of pale mid-tones whose mean is believed in full; that of fewer counts in proportion."""
_ROUNDING, _STRAY = 2, 0.001
"""Levels between two channels of a grey pixel, and share of pixels that may have more, where a
black-and-white photo has passed through a JPEG, a colour profile or a scaling."""
_SKIN_HUE_DEG, _SKIN_CHROMA = (28.0, 72.0), (12.0, 42.0)
"""CIELAB hue and chroma of skin of all shades in daylight, with room for warm light."""
_EDGE = 4.0
"""Difference in CIELAB between neighbours, in a slightly blurred picture, that outlines a thing."""
_MIXES = (
    (0.299, 0.587, 0.114), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0),
    (0.6, 0.4, 0.0), (0.0, 0.5, 0.5),
)  # fmt: skip
"""Shares of red, green and blue in black-and-white: luma, and the filters that people screw on."""


@dataclass(frozen=True)
class PhotoFacts:
    """Tones and colours of one photo, in CIELAB (lightness L* is 0-100).

    Args:
        pixels: the photo itself.
        black: L* that 0.5 % of the photo lies below; white: L* that 0.5 % lies above.
        lightness: mean L*; contrast: its standard deviation.
        shadows: share of L* under 15; lights: share of L* over 92.
        chroma: mean chroma; strong_chroma: chroma that 5 % of the photo lies above.
        cast_a, cast_b: mean a* (red) and b* (yellow) of pale mid-tones, 0 where there are few.
        skin: share of pixels that have the colour of skin.
        separation: share of outlines' contrast that is colour's alone, whichever mix of channels
            a black-and-white picture is made by: 0 none (a grey photo), 1 all.
        grey: whether it has no colour at all, but for what rounding leaves.
        wraps: whether its left edge goes on at its right one, as in a panorama of a full turn.
    """

    pixels: Pixels = field(repr=False, compare=False)
    black: float
    white: float
    lightness: float
    contrast: float
    shadows: float
    lights: float
    chroma: float
    strong_chroma: float
    cast_a: float
    cast_b: float
    skin: float
    separation: float
    grey: bool = False
    wraps: bool = False

    @cached_property
    def subject(self) -> Subject | None:
        """The subject, found when it is first asked for; None where nothing stands out."""
        from blackcamo.vision.subject import find_subject

        return find_subject(self.pixels)


def facts(pixels: Pixels, *, wraps: bool = False) -> PhotoFacts:
    """Measure a photo (H, W, 3), whatever its size or content.

    Args:
        wraps: whether its edges meet, which pixels do not tell.
    """
    small = _shrunk(pixels)
    lab: Plane = np.asarray(
        cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32
    )
    lightness, a, b = lab[..., 0], lab[..., 1], lab[..., 2]
    chroma = np.hypot(a, b)
    black, white = np.percentile(lightness, (0.5, 99.5))
    pale = (chroma < _PALE) & (lightness > 25) & (lightness < 88)
    believed = min(1.0, float(pale.mean()) / _ENOUGH)
    cast_a, cast_b = (believed * float(c[pale].mean()) if believed else 0.0 for c in (a, b))
    return PhotoFacts(
        pixels=pixels,
        black=float(black),
        white=float(white),
        lightness=float(lightness.mean()),
        contrast=float(lightness.std()),
        shadows=float((lightness < 15).mean()),
        lights=float((lightness > 92).mean()),
        chroma=float(chroma.mean()),
        strong_chroma=float(np.percentile(chroma, 95)),
        cast_a=cast_a,
        cast_b=cast_b,
        skin=float(_skin(lightness, a, b, chroma).mean()),
        separation=_separation(small, lab),
        grey=is_grey(pixels),
        wraps=wraps,
    )


def is_grey(pixels: Pixels) -> bool:
    """Whether a photo (H, W, 3) has no colour, but for what rounding leaves."""
    red, green, blue = cv2.split(pixels)
    coloured = np.zeros(red.shape, bool)
    for one, other in ((red, green), (green, blue), (blue, red)):
        coloured |= np.asarray(cv2.absdiff(one, other)) > _ROUNDING
    return float(coloured.mean()) <= _STRAY


def _shrunk(pixels: Pixels) -> Pixels:
    height_px, width_px = pixels.shape[:2]
    scale = _SIDE_PX / max(height_px, width_px)
    if scale >= 1:
        return pixels
    size = (max(1, round(width_px * scale)), max(1, round(height_px * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _skin(lightness: Plane, a: Plane, b: Plane, chroma: Plane) -> NDArray[np.bool_]:
    hue = np.degrees(np.arctan2(b, a))
    (h_low, h_high), (c_low, c_high) = _SKIN_HUE_DEG, _SKIN_CHROMA
    skin: NDArray[np.bool_] = (
        (hue > h_low)
        & (hue < h_high)
        & (chroma > c_low)
        & (chroma < c_high)
        & (lightness > 30)
        & (lightness < 92)
    )
    return skin


def _separation(small: Pixels, lab: Plane) -> float:
    """How much of the difference between neighbours no black-and-white picture shows."""
    outlines = _differences(_blurred(lab))
    weight = np.where(outlines > _EDGE, outlines, 0)
    total = float(weight.sum())
    if not total:
        return 0.0
    kept = 0.0
    for mix in _MIXES:
        # An encoded grey level of 0 to 1 is nearly L* in hundredths.
        grey = _blurred(small.astype(np.float32) @ np.array(mix, np.float32))[..., None]
        seen = _differences(grey * np.float32(100 / 255))
        kept = max(kept, float(np.minimum(seen, weight).sum()))
    return 1 - kept / total


def _blurred(picture: Plane) -> Plane:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.0), np.float32)


def _differences(picture: Plane) -> Plane:
    """Distance of each pixel's colour from its neighbours' to the right and below."""
    right = np.linalg.norm(np.diff(picture, axis=1), axis=2)
    below = np.linalg.norm(np.diff(picture, axis=0), axis=2)
    return np.concatenate((right.ravel(), below.ravel()))
