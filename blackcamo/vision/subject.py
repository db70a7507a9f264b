"""What a photo is of: the one thing that is in focus or stands out, if there is one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from blackcamo.types import Pixels
from blackcamo.vision.defocus import WORK_PX, Plane, in_focus, shrunk
from blackcamo.vision.faces import Face, find_faces

Mask = NDArray[np.bool_]

_LEAST_PX = 48
"""Photos with a shorter side have no details to tell a subject by."""
_CLEAR = 0.5
"""Confidence from which a subject is one."""
_SALIENCY_PX = 96
"""Long side of the map of what stands out, which is of whole things."""
_SMALLEST, _LARGEST = 0.012, 0.5
"""Shares of the photo's area that a subject takes."""
_MARGIN = 1.12
"""The ellipse reaches beyond the mask, which ends at the last edge that was found."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of a photo, as the ellipse that holds it.

    Args:
        focus_x, focus_y: its centre, fractions of the sides.
        size: half its height, relative to the long side.
        roundness: its height to its width: 1 round, more upright, less lying.
        confidence: 0 to 1, how sure it is that this is the subject, and all of it.
        isolation: 0 to 1, the share of the photo's sharp detail that it holds: near 1 its
            surroundings are plain or out of focus already.
        faces: how many faces were found in the photo.
    """

    focus_x: float
    focus_y: float
    size: float
    roundness: float
    confidence: float
    isolation: float = 0.0
    faces: int = 0


def find_subject(pixels: Pixels) -> Subject | None:
    """The subject of a photo (H, W, 3), None where it has no clear one.

    Three witnesses: what is in focus before a blurred or plain ground, what stands out of all that
    reaches the frame, and faces. A landscape, a texture or a street has none of them, or they
    point at pieces all over the photo.
    """
    if min(pixels.shape[:2]) < _LEAST_PX:
        return None
    small = shrunk(np.asarray(pixels, np.float32) / np.float32(255), WORK_PX)
    sharp = in_focus(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32))
    faces = find_faces(pixels)
    focused, standing_out = _focused(sharp), _standing_out(small)
    witnesses = [
        (_persons(faces, sharp.shape), 0.75),
        (focused, 0.9),
        (standing_out, 0.8),
    ]
    found = [
        replace(subject, confidence=subject.confidence * trust, faces=len(faces))
        for mask, trust in witnesses
        if mask is not None and (subject := _ellipse(mask, sharp)) is not None
    ]
    best = max(found, key=lambda subject: subject.confidence, default=None)
    return best if best is not None and best.confidence >= _CLEAR else None


def _focused(sharp: Plane) -> Mask | None:
    """Where sharp detail is dense, if it is so in one place."""
    density = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 0.025 * max(sharp.shape)), np.float32)
    return _largest_part(density > 0.25 * np.percentile(density, 98), density)


def _standing_out(small: Plane) -> Mask | None:
    """What no path from the frame reaches without passing another colour."""
    tiny = shrunk(small, _SALIENCY_PX)
    channels = cv2.split(cv2.cvtColor(tiny, cv2.COLOR_RGB2LAB))
    lab = np.stack([cv2.medianBlur(channel, 3) for channel in channels], 2, dtype=np.float32)
    barrier = _barrier_distance(lab)
    unlike = _unlike_borders(lab)
    if barrier.max() < _LEAST_BARRIER:
        return None
    saliency = np.asarray(np.sqrt(barrier / barrier.max() * unlike), np.float32)
    level, _ = cv2.threshold(
        np.asarray(saliency * 255, np.uint8), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU
    )
    mask = saliency * 255 > level
    inside, outside = saliency[mask].mean(), saliency[~mask].mean()
    if inside < 2.2 * outside:
        return None
    part = _largest_part(mask, saliency)
    if part is None:
        return None
    size = (small.shape[1], small.shape[0])
    return np.asarray(cv2.resize(part.astype(np.uint8), size), bool)


_LEAST_BARRIER = 40.0
"""Sum of the ranges of L*, a* and b* on the way to the frame; less is a shade of its ground."""


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


def _persons(faces: Sequence[Face], shape: tuple[int, ...]) -> Mask | None:
    """Where the persons are whose faces were found: heads and shoulders, and what is below."""
    height, width = shape[:2]
    mask = np.zeros((height, width), np.uint8)
    for face in faces:
        side = face.size * max(height, width)
        x, y = face.x * width, face.y * height
        for below, wide, high in ((0, 0.8, 1.0), (2.4, 1.5, 2.2)):
            centre = (round(x), round(y + below * side))
            cv2.ellipse(mask, centre, (round(wide * side), round(high * side)), 0, 0, 360, 1, -1)
    return mask > 0 if mask.any() else None


def _largest_part(mask: Mask, value: Plane) -> Mask | None:
    """The connected part of a mask that weighs most, None where others weigh nearly as much."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8))
    if count < 2:
        return None
    weights = np.bincount(labels.ravel(), value.ravel(), count)
    weights[0] = 0
    best = int(weights.argmax())
    if weights[best] < 0.6 * weights.sum():
        return None
    return np.asarray(labels == best)


def _ellipse(mask: Mask, sharp: Plane) -> Subject | None:
    """The ellipse around a mask, and how well it holds what is sharp."""
    height, width = mask.shape
    long_side = max(height, width)
    ys, xs = np.nonzero(mask)
    left, right = np.percentile(xs, (1, 99))
    top, bottom = np.percentile(ys, (1, 99))
    half_w, half_h = (right - left + 1) / 2 * _MARGIN, (bottom - top + 1) / 2 * _MARGIN
    x, y = (left + right + 1) / 2, (top + bottom + 1) / 2
    columns, rows = np.arange(width) + 0.5, np.arange(height)[:, None] + 0.5
    inside = np.hypot((columns - x) / half_w, (rows - y) / half_h) <= 1
    area = float(inside.mean())
    if not _SMALLEST <= area <= _LARGEST:
        return None
    isolation = float(sharp[inside].sum() / max(float(sharp.sum()), 1e-6))
    # Detail that was spread evenly would give the area's share.
    gain = (isolation - area) / (1 - area)
    touching = sum((float(edge.mean()) > 0.5) for edge in (mask[0], mask[:, 0], mask[:, -1]))
    confidence = 1 - math.exp(-2.5 * max(gain, 0))
    if touching:
        confidence *= 0.5
    return Subject(
        x / width, y / height, half_h / long_side, half_h / half_w, confidence, isolation
    )
