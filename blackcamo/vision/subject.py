"""The subject of a photo: the one thing that is in focus or stands out, if there is one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from blackcamo.types import Pixels
from blackcamo.vision.defocus import WORK_PX, Plane, blur_map, in_focus, shrunk
from blackcamo.vision.faces import Face, find_faces

Mask = NDArray[np.bool_]

_LEAST_PX = 48
"""Photos with a shorter side have no details to tell a subject by."""
_CLEAR = 0.5
"""Confidence from which a subject is one."""
_SALIENCY_PX = 96
"""Long side of the map of what stands out, which is of whole things."""
_SMALLEST, _LARGEST = 0.012, 0.6
"""Shares of the photo's area that a subject takes."""
_LARGEST_PERSON = 0.75
"""And one with a face, which is known to be all there."""
_WIDEST = 0.92
"""Share of a side: what reaches from one edge of the frame to the other is a scene."""
_MARGIN = 1.2
"""The ellipse reaches beyond the mask, which ends at the last edge that was found."""
_THINNEST = 0.4
"""Least ratio of the ellipse's sides."""
_OUT_OF_FOCUS = 1.4
"""Blur in pixels of ``WORK_PX`` that nobody takes for sharp."""
_SHALLOW = 0.12
"""Share of the photo out of focus from which its depth of field says what it is of."""
_BARRIER, _CONTRAST, _UNLIKE = (20.0, 40.0), (3.0, 6.0), (1.5, 3.0)
"""From no confidence to full: the mean barrier around what stands out, that barrier to the rest's,
and its unlikeness of the frame's colours to the rest's."""
_BLOWN = 96.0
"""Median L* from which what stands out is a light or a window."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of a photo, as the ellipse that holds it.

    Args:
        focus_x, focus_y: its centre, fractions of the sides.
        size: half its height, relative to the long side.
        roundness: its height to its width: 1 round, more upright, less lying.
        confidence: 0 to 1, how sure it is that this is the subject, and all of it.
        out_of_focus: 0 to 1, the share of the photo that is out of focus already.
        faces: how many faces were found in the photo.
    """

    focus_x: float
    focus_y: float
    size: float
    roundness: float
    confidence: float
    out_of_focus: float = 0.0
    faces: int = 0


def find_subject(pixels: Pixels) -> Subject | None:
    """The subject of a photo (H, W, 3), None where it has no clear one.

    Three witnesses: what is in focus before a blurred or plain ground, what stands out of all that
    reaches the frame, and faces, whose bodies must stand out too. A landscape, a texture or a
    street has none of them, or they point at pieces all over the photo.
    """
    if min(pixels.shape[:2]) < _LEAST_PX:
        return None
    small = shrunk(np.asarray(pixels, np.float32) / np.float32(255), WORK_PX)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)
    faces = find_faces(pixels)
    out_of_focus = float((blur_map(grey) > _OUT_OF_FOCUS).mean())
    photo = _Photo(small, in_focus(grey), out_of_focus, len(faces), _persons(faces, grey.shape))
    witnesses = (_subject_in_focus(photo), _subject_standing_out(photo))
    found = [subject for subject in witnesses if subject is not None]
    best = max(found, key=lambda subject: subject.confidence, default=None)
    if best is None or best.confidence < _CLEAR:
        return None
    return replace(best, out_of_focus=out_of_focus, faces=len(faces))


@dataclass(frozen=True, slots=True)
class _Photo:
    """A photo scaled down, its sharp detail, and the mask of persons whose faces were found."""

    small: Plane
    sharp: Plane
    out_of_focus: float
    faces: int
    persons: Mask

    @property
    def largest(self) -> float:
        """Share of the photo's area that a subject may take; no piece of a person is left out."""
        return _LARGEST_PERSON if self.faces else _LARGEST


def _subject_in_focus(photo: _Photo) -> Subject | None:
    """The subject in focus before a blurred or plain ground, with the persons."""
    focused = _focused(photo.sharp)
    if focused is None:
        return None
    # Where the depth of field is shallow the subject may reach any side of the photo.
    widest = 1.0 if photo.faces or photo.out_of_focus >= _SHALLOW else _WIDEST
    subject = _ellipse(focused | photo.persons, widest=widest, largest=photo.largest)
    return subject and replace(subject, confidence=_concentration(focused, photo.sharp))


def _subject_standing_out(photo: _Photo) -> Subject | None:
    """The subject that stands out of all that reaches the frame, with the persons."""
    mask, confidence = _standing_out(photo.small)
    if mask is None:
        return None
    if photo.out_of_focus >= _PARTLY and _concentration(mask, photo.sharp) < _PIECE:
        return None
    if photo.faces == 1 and (photo.persons & mask).any():
        confidence = max(confidence, _FACE)
    widest, beyond = (1.0, False) if photo.faces else (_WIDEST, True)
    subject = _ellipse(mask | photo.persons, widest=widest, largest=photo.largest, beyond=beyond)
    return subject and replace(subject, confidence=confidence)


_FACE = 0.85
"""Confidence in a person whose face was found; of several, some faces may be missed."""
_HEAD, _LEGS = 0.1, 0.4
"""Shares of the height that are added above and below what stands out: hair may have the ground's
colour, legs and stems are thin."""
_PARTLY, _PIECE = 0.03, 0.4
"""Where this share of a photo is out of focus, what stands out and holds less of the detail than
this is a piece of what is in focus."""


def _focused(sharp: Plane) -> Mask | None:
    """Where sharp detail is dense, if it is so in one place."""
    density = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 0.025 * max(sharp.shape)), np.float32)
    return _largest_part(density > 0.25 * np.percentile(density, 98), density)


def _concentration(mask: Mask, sharp: Plane) -> float:
    """Confidence by the share of sharp detail in and around a mask beyond its share of the area."""
    reach = np.ones((2 * (max(mask.shape) // 32) + 1,) * 2, np.uint8)
    around = np.asarray(cv2.dilate(mask.astype(np.uint8), reach), bool)
    area = float(around.mean())
    share = float(sharp[around].sum() / max(float(sharp.sum()), 1e-6))
    return 1 - math.exp(-2.5 * max(share - area, 0) / max(1 - area, 1e-6))


def _standing_out(small: Plane) -> tuple[Mask | None, float]:
    """The mask that no path from the frame reaches within one colour, and its confidence."""
    tiny = shrunk(small, _SALIENCY_PX)
    channels = cv2.split(cv2.cvtColor(tiny, cv2.COLOR_RGB2LAB))
    lab = np.stack([cv2.medianBlur(channel, 3) for channel in channels], 2, dtype=np.float32)
    barrier, unlike = _barrier_distance(lab), _unlike_borders(lab)
    if barrier.max() < _BARRIER[0]:
        return None, 0.0
    saliency = np.asarray(np.sqrt(barrier / barrier.max() * unlike), np.float32)
    level, _ = cv2.threshold(
        np.asarray(saliency * 255, np.uint8), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU
    )
    mask = _largest_part(saliency * 255 > level, saliency)
    if mask is None or np.median(lab[mask, 0]) > _BLOWN:
        return None, 0.0
    confidence = (
        _rise(float(barrier[mask].mean()), *_BARRIER)
        * _rise(float(barrier[mask].mean() / max(barrier[~mask].mean(), 1e-6)), *_CONTRAST)
        * _rise(float(unlike[mask].mean() / max(unlike[~mask].mean(), 1e-6)), *_UNLIKE)
    )
    size = (small.shape[1], small.shape[0])
    return np.asarray(cv2.resize(mask.astype(np.uint8), size), bool), confidence


def _rise(value: float, low: float, high: float) -> float:
    return min(max((value - low) / (high - low), 0), 1)


def _barrier_distance(lab: Plane, rounds: int = 3) -> Plane:
    """The minimum barrier distance of each pixel from the frame, (H, W).

    The barrier of a path is the range of values on it, summed over channels; what is enclosed by
    another colour is far, however near. Rows and columns are swept in turn, which finds nearly
    shortest paths.

    Source: J. Zhang, S. Sclaroff, Z. Lin, X. Shen, B. Price, R. Mech, "Minimum barrier salient
    object detection at 80 FPS", ICCV 2015, algorithm 1.
    """
    distance = np.full(lab.shape[:2], np.inf, np.float32)
    distance[[0, -1]] = distance[:, [0, -1]] = 0
    high, low = lab.copy(), lab.copy()
    down = (distance, high, low, lab)
    across = (distance.T, *(np.swapaxes(plane, 0, 1) for plane in (high, low, lab)))
    for _ in range(rounds):
        for planes in (down, across):
            length = len(planes[0])
            for here in range(1, length):
                _relax(planes, here, here - 1)
            for here in range(length - 2, -1, -1):
                _relax(planes, here, here + 1)
    return distance


def _relax(planes: tuple[Plane, ...], here: int, before: int) -> None:
    """Let the paths of one row go on to the next where that is the lower barrier."""
    distance, high, low, lab = planes
    highest, lowest = np.maximum(high[before], lab[here]), np.minimum(low[before], lab[here])
    barrier = (highest - lowest).sum(-1)
    lower = barrier < distance[here]
    distance[here] = np.where(lower, barrier, distance[here])
    high[here] = np.where(lower[:, None], highest, high[here])
    low[here] = np.where(lower[:, None], lowest, low[here])


def _unlike_borders(lab: Plane) -> Plane:
    """How unlike the colours along the frame each pixel is, 0 to 1: (H, W).

    Each side for itself, and the least alike left out: a subject may touch one.

    Source: as ``_barrier_distance``, section 3.3.
    """
    depth = max(2, max(lab.shape) // 10)
    sides = []
    for strip in (lab[:depth], lab[-depth:], lab[:, :depth], lab[:, -depth:]):
        colours = strip.reshape(-1, 3)
        spread = np.linalg.inv(np.cov(colours.T) + 20 * np.eye(3))
        away = lab - colours.mean(0)
        unlike = np.sqrt(np.einsum("hwi,ij,hwj->hw", away, spread, away))
        sides.append(unlike / max(float(unlike.max()), 1e-6))
    summed = np.sum(sides, 0) - np.max(sides, 0)
    return np.asarray(summed / max(float(summed.max()), 1e-6), np.float32)


def _persons(faces: Sequence[Face], shape: tuple[int, ...]) -> Mask:
    """Where the persons are whose faces were found: heads, and bodies of seven heads."""
    height, width = shape[:2]
    mask = np.zeros((height, width), np.uint8)
    for face in faces:
        side = face.size * max(height, width)
        x, y = face.x * width, face.y * height
        for below, wide, high in ((0, 0.8, 1.0), (3.6, 1.5, 3.4)):
            centre = (round(x), round(y + below * side))
            cv2.ellipse(mask, centre, (round(wide * side), round(high * side)), 0, 0, 360, 1, -1)
    return mask > 0


def _largest_part(mask: Mask, value: Plane) -> Mask | None:
    """The connected part of a mask that weighs most, with others of some weight.

    None where those others weigh nearly as much as it does: they are all over the photo.
    """
    count, labels = cv2.connectedComponents(mask.astype(np.uint8))
    if count < 2:
        return None
    weights = np.bincount(labels.ravel(), value.ravel(), count)
    weights[0] = 0
    if weights.max() < 0.6 * weights.sum():
        return None
    return np.asarray((weights > 0.15 * weights.max())[labels], bool)


def _ellipse(
    mask: Mask, *, widest: float = _WIDEST, largest: float = _LARGEST, beyond: bool = False
) -> Subject | None:
    """The ellipse around a mask, None where it is no subject's: too small or large, or a scene's.

    Args:
        widest: share of a side of the photo beyond which it is a scene's.
        largest: share of the photo's area that a subject may take.
        beyond: adds to its height what masks of what stands out leave out.
    """
    height, width = mask.shape
    ys, xs = np.nonzero(mask)
    left, right = np.percentile(xs, (1, 99))
    top, bottom = np.percentile(ys, (1, 99))
    if right - left + 1 > widest * width or bottom - top + 1 > widest * height:
        return None
    if beyond:
        tall = bottom - top
        top, bottom = max(top - _HEAD * tall, 0), min(bottom + _LEGS * tall, height - 1)
    half_w, half_h = (float(b - a + 1) / 2 for a, b in ((left, right), (top, bottom)))
    half_w, half_h = max(half_w, _THINNEST * half_h), max(half_h, _THINNEST * half_w)
    subject = Subject(
        focus_x=float(left + right + 1) / 2 / width,
        focus_y=float(top + bottom + 1) / 2 / height,
        size=half_h * _MARGIN / max(height, width),
        roundness=half_h / half_w,
        confidence=0.0,
    )
    x = np.arange(width) + 0.5 - subject.focus_x * width
    y = np.arange(height) + 0.5 - subject.focus_y * height
    inside = np.hypot(x * subject.roundness, y[:, None]) <= subject.size * max(height, width)
    return subject if _SMALLEST <= inside.mean() <= largest else None
