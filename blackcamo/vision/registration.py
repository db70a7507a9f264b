"""Where in a photo an edit lies, to a fraction of a pixel, and how sure that is.

Pictures are compared by their structure, a band of middle fineness, which survives looks. Matrices
(3, 3) give the position in the photo, in pixels, of a position in the edit, both from the centre of
the first pixel.

Source: features by E. Rublee et al., "ORB: an efficient alternative to SIFT or SURF", ICCV 2011;
the homography by D. Barath et al., "MAGSAC++, a fast, reliable and accurate robust estimator",
CVPR 2020; the refinement by G. Evangelidis, E. Psarakis, "Parametric image alignment using enhanced
correlation coefficient maximization", IEEE TPAMI 30 (10), 2008. All as OpenCV has them.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from blackcamo.types import Pixels
from blackcamo.vision.bending import Bend, sample
from blackcamo.vision.warp import Projective

_MATCHED_PX, _REFINED_PX = 1024, 2048
"""Long sides at which features are looked for, and at which their match is refined."""
_FEATURES = 3000
_RATIO = 0.75
"""A match must be that much closer than the second best. Source: Lowe, IJCV 60 (2), 2004."""
_LEAST_MATCHES = 12
_ERROR_PX = 3.0
"""How far matches may miss each other at the size that is matched."""
_FINE, _WIDE_PX = 1.0, 6.0
"""Widths of the blurs between which structure lies."""
_MARGIN_PX = 12
"""How far the edge of a photo reaches into its structure."""
_PLACES, _PLACE = 160, 1 / 20
"""Places of the edit that are looked for in the photo, and their side, of the long one."""
_NEAR = 1 / 4
"""How far around itself a place is looked for, of its side."""
_IN_PLACE_PX, _NO_WORSE = 0.75, 0.94
_SURE = 0.85
"""Correlation at which it is clear where a place lies."""
_FLAT, _CLEAR = 0.5, 2.0
"""Deviation of structure, in levels, under which a place shows nothing, and from which on a codec
moves nothing there."""

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Fit:
    """How well two pictures lie on each other, by places of the edit that show something.

    ``likeness`` is the mean correlation of structure there, 1 at most, where more shows counting
    more; ``in_place`` the share of them that are found where they should be and nowhere beside;
    ``offsets`` (N, 4) position and offset of those that are found for sure, as
    ``vision/bending.py`` has them.
    """

    likeness: float
    in_place: float
    offsets: NDArray[np.float64]


class Registration:
    """A photo and an edit at the sizes at which they are compared.

    Args:
        original: the photo.
        edited: the edit.
        scale: pixels of the photo to one of the edit, about.
    """

    def __init__(self, original: Pixels, edited: Pixels, scale: float) -> None:
        theirs = min(1.0, scale, _REFINED_PX / max(edited.shape[:2]))
        self._ours, self._to_ours = _reduced(original, min(1.0, theirs / scale))
        self._theirs, self._to_theirs = _reduced(edited, theirs)

    def refined(self, matrix: Projective) -> Projective | None:
        """The matrix of most correlation, from near by; None if the search does not converge."""
        found = self._to_ours @ matrix @ np.linalg.inv(self._to_theirs)
        ours, theirs = _evened(self._ours), _evened(self._theirs)
        parameters = cv2.ECCParameters()
        parameters.motionType = cv2.MOTION_HOMOGRAPHY
        try:
            for _ in range(2):
                # Beyond the photo the edit shows something else: black corners, a frame.
                shared = self._shared(found)
                _, found = cv2.findTransformECCMultiScale(
                    theirs, ours, found.astype(np.float32), parameters, shared
                )
                if not np.isfinite(found).all():
                    return None
        except cv2.error:
            return None
        full = np.linalg.inv(self._to_ours) @ found.astype(np.float64) @ self._to_theirs
        return np.asarray(full / full[2, 2], np.float64)

    def fit(self, matrix: Projective, bend: Bend | None = None) -> Fit:
        """How well a matrix and a bend lay them on each other."""
        found = self._to_ours @ matrix @ np.linalg.inv(self._to_theirs)
        height, width = size = self._theirs.shape
        shown = np.asarray(sample(self._ours, found, bend, size), np.float32)
        inside = self._shared(found)
        side = int(np.clip(max(height, width) * _PLACE, 12, 64))
        near = max(3, round(side * _NEAR))
        places = []
        for top in range(near, height - side - near + 1, side):
            for left in range(near, width - side - near + 1, side):
                rows, columns = slice(top, top + side), slice(left, left + side)
                strength = float(shown[rows, columns].std())
                if inside[rows, columns].all() and strength > _FLAT:
                    places.append((strength, top, left))
        # What is flat says nothing of where it lies.
        places = sorted(places, reverse=True)[:_PLACES]
        likeness, in_place, off = [], 0, []
        for strength, top, left in places:
            part = self._theirs[top : top + side, left : left + side]
            if part.std() < _FLAT / 4:
                likeness.append(0.0)
                continue
            around = shown[top - near : top + side + near, left - near : left + side + near]
            alike = np.asarray(cv2.matchTemplate(around, part, cv2.TM_CCOEFF_NORMED), np.float32)
            likeness.append(float(alike[near, near]))
            best = float(alike.max())
            offset = np.array(_peak(alike, near))
            near_by = bool(np.linalg.norm(offset) < _IN_PLACE_PX)
            in_place += near_by or likeness[-1] > _NO_WORSE * best
            if best > _SURE and strength > _CLEAR:
                middle = np.array([left, top]) + side / 2
                off.append([*(middle / [width, height] * 2 - 1), *(offset / max(size))])
        if not likeness:
            return Fit(1.0, 1.0, np.empty((0, 4)))  # nothing speaks against it
        strengths = [strength for strength, _, _ in places]
        alike_in_all = float(np.average(likeness, weights=strengths))
        return Fit(alike_in_all, in_place / len(places), np.array(off).reshape(-1, 4))

    def _shared(self, matrix: Projective) -> NDArray[np.uint8]:
        """Where the edit shows the photo, by a matrix of the reduced sizes: 255, else 0."""
        inner = np.zeros(self._ours.shape, np.uint8)
        inner[_MARGIN_PX:-_MARGIN_PX, _MARGIN_PX:-_MARGIN_PX] = 255
        return np.asarray(
            cv2.warpPerspective(
                inner,
                matrix,
                self._theirs.shape[::-1],
                flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
            ),
            np.uint8,
        )


def by_features(original: Pixels, edited: Pixels) -> Projective | None:
    """A homography by places that look alike, wherever they are; None if there are too few."""
    cv2.setRNGSeed(0)
    found = []
    for pixels in (original, edited):
        scale = min(1.0, _MATCHED_PX / max(pixels.shape[:2]))
        grey, to_small = _grey(pixels, scale)
        even = cv2.createCLAHE(2.0, (8, 8)).apply(grey)
        points, words = cv2.ORB.create(nfeatures=_FEATURES).detectAndCompute(even, None)
        found.append((points, words, to_small))
    (our_points, our_words, to_ours), (their_points, their_words, to_theirs) = found
    matches = _matches(their_words, our_words)
    if len(matches) < _LEAST_MATCHES:
        return None
    source = np.array([their_points[m.queryIdx].pt for m in matches])
    target = np.array([our_points[m.trainIdx].pt for m in matches])
    matrix, agreeing = cv2.findHomography(source, target, cv2.USAC_MAGSAC, _ERROR_PX)
    if matrix is None or int(agreeing.sum()) < _LEAST_MATCHES:
        return None
    full = np.linalg.inv(to_ours) @ matrix @ to_theirs
    return np.asarray(full / full[2, 2], np.float64)


def _matches(
    words: cv2.typing.MatLike | None, others: cv2.typing.MatLike | None
) -> list[cv2.DMatch]:
    """For each descriptor (N, 32) the most similar other one, where it is clearly that."""
    if words is None or others is None or len(others) < 2:
        return []
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(words, others, k=2)
    return [m[0] for m in pairs if len(m) == 2 and m[0].distance < _RATIO * m[1].distance]


def whole(original: Pixels, edited: Pixels) -> Projective:
    """The matrix of an edit that shows the whole photo, at any size."""
    return _scaling(edited.shape[:2], original.shape[:2])


def _scaling(size: tuple[int, int], to: tuple[int, int]) -> Projective:
    """Positions at another size (height, width); edges meet, centres of pixels do not."""
    y, x = to[0] / size[0], to[1] / size[1]
    return np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2], [0, 0, 1]])


def _grey(pixels: Pixels, scale: float) -> tuple[NDArray[np.uint8], Projective]:
    height, width = pixels.shape[:2]
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    if size != (height, width):
        grey = cv2.resize(grey, size[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(grey, np.uint8), _scaling((height, width), size)


def _reduced(pixels: Pixels, scale: float) -> tuple[Plane, Projective]:
    """Structure of a picture at a scale, and the matrix to positions there."""
    grey, to_small = _grey(pixels, scale)
    levels = grey.astype(np.float32)
    band = cv2.GaussianBlur(levels, (0, 0), _FINE) - cv2.GaussianBlur(levels, (0, 0), _WIDE_PX)
    return np.asarray(band, np.float32), to_small


def _evened(band: Plane) -> Plane:
    """Structure as strong everywhere, so that no one place decides."""
    strength = cv2.GaussianBlur(band * band, (0, 0), 2 * _WIDE_PX)
    return np.asarray(band / (np.sqrt(strength) + _CLEAR), np.float32)


def _peak(alike: Plane, middle: int) -> tuple[float, float]:
    """How far from the middle the peak of a correlation lies, (x, y), by a parabola through it."""
    y, x = (int(at) for at in np.unravel_index(int(alike.argmax()), alike.shape))
    offset = []
    for at, line in ((x, alike[y]), (y, alike[:, x])):
        beside = 0.0
        if 0 < at < len(line) - 1:
            low, top, high = (float(v) for v in line[at - 1 : at + 2])
            bend = low - 2 * top + high
            beside = (low - high) / (2 * bend) if bend < 0 else 0.0
        offset.append(at + beside - middle)
    return offset[0], offset[1]
