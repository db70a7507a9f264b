"""Where a critical viewer looks at 100 %: the same place in a photo and its camouflage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from blackcamo.types import Pixels
from blackcamo.vision.arrays import to_rgb
from blackcamo.vision.display import linear_light
from blackcamo.vision.flip import appearance, flip
from blackcamo.vision.saliency import spectral_residual

WIDTH_PX, HEIGHT_PX = 352, 264
"""Size of a crop; a phone's screen is 360 pixels wide and more."""
SALIENT, SMOOTH, DIFFERENT = (
    "Where the eye goes first",
    "The smoothest area",
    "The largest difference",
)

_OVERLAP = 0.25
"""Share of a crop that another one may show already."""
_ACTIVITY_SIGMA_PX = 4.0
_DARK, _LIGHT = 0.01, 0.9
"""Linear light outside which a smooth area is all black or white and shows nothing."""

Map = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle of a picture, in its own pixels, and why it is looked at."""

    why: str
    left_px: int
    top_px: int
    width_px: int
    height_px: int

    def cut(self, pixels: Pixels) -> Pixels:
        """The place in a picture (H, W, 3)."""
        return pixels[
            self.top_px : self.top_px + self.height_px, self.left_px : self.left_px + self.width_px
        ]


def find_places(before: Pixels, after: Pixels) -> tuple[Place, ...]:
    """Up to three places that hardly overlap; fewer in a picture that is little larger than one.

    Args:
        before: the photo (H, W, 3) in the frame of its camouflage.
        after: the camouflage, of the same size.
    """
    height, width = before.shape[:2]
    crop_h, crop_w = min(height, HEIGHT_PX), min(width, WIDTH_PX)
    found: list[Place] = []
    for why, worth in _maps(before, after):
        # The maps are as fine as a screen shows the whole picture.
        scale_y, scale_x = worth.shape[0] / height, worth.shape[1] / width
        window = max(1, round(crop_h * scale_y)), max(1, round(crop_w * scale_x))
        sums = _window_sums(worth, window)
        for other in found:
            corner = other.top_px * scale_y, other.left_px * scale_x
            sums[_overlap(sums.shape, window, corner) > _OVERLAP] = -np.inf
        y, x = np.unravel_index(int(sums.argmax()), sums.shape)
        if sums[y, x] == -np.inf:
            continue
        top, left = (
            min(round(y / scale_y), height - crop_h),
            min(round(x / scale_x), width - crop_w),
        )
        found.append(Place(why, left, top, crop_w, crop_h))
    return tuple(found)


def _maps(before: Pixels, after: Pixels) -> Iterator[tuple[str, Map]]:
    """How much each place is worth a look, (h, w) each, at most 1024 pixels long."""
    photo = to_rgb(before)
    one, other = linear_light(photo[None]), linear_light(to_rgb(after)[None])
    luminance = np.asarray(one[0].mean(0), np.float64)
    size = luminance.shape[1], luminance.shape[0]
    salient = cv2.resize(spectral_residual(photo), size, interpolation=cv2.INTER_LINEAR)
    yield SALIENT, np.asarray(salient, np.float64)
    yield SMOOTH, _smoothness(luminance)
    difference = flip(appearance(one), appearance(other))[0]
    yield DIFFERENT, np.asarray(difference, np.float64)


def _smoothness(luminance: Map) -> Map:
    # Eyes see ratios of light, of which a cube root is near enough.
    lightness = np.cbrt(luminance)
    local = cv2.GaussianBlur(lightness, (0, 0), _ACTIVITY_SIGMA_PX)
    activity = cv2.GaussianBlur(np.abs(lightness - local), (0, 0), _ACTIVITY_SIGMA_PX)
    blank = (luminance < _DARK) | (luminance > _LIGHT)
    return np.asarray(-activity - blank, np.float64)


def _window_sums(worth: Map, window: tuple[int, int]) -> Map:
    """Sums over all windows (h, w) of a map, by their upper left corners."""
    h, w = window
    total = cv2.integral(worth)
    return np.asarray(total[h:, w:] - total[:-h, w:] - total[h:, :-w] + total[:-h, :-w])


def _overlap(shape: tuple[int, ...], window: tuple[int, int], corner: tuple[float, float]) -> Map:
    """The share that windows at all corners have in common with the one at ``corner``."""
    along = [
        np.clip(1 - np.abs(np.arange(count) - start) / side, 0, None)
        for count, side, start in zip(shape, window, corner, strict=True)
    ]
    return np.asarray(np.outer(*along), np.float64)
