"""Faces, by the detector that comes compiled into the package ``dlib-bin``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np

from blackcamo.errors import MissingExtraError
from blackcamo.extras import import_extra
from blackcamo.types import Pixels

_SIDE_PX = 800
"""Long side on which faces are looked for: the detector finds those of 80 pixels and more."""
_SURE, _LIKELY = 0.5, -0.2
"""Its own scale: by the first it takes no knots in wood for faces; where there is one face, what
is above the second is believed to be another."""


@dataclass(frozen=True, slots=True)
class Face:
    """A face: its centre as fractions of the sides, its side relative to the long side."""

    x: float
    y: float
    size: float


def find_faces(pixels: Pixels) -> tuple[Face, ...]:
    """Faces seen from the front, surest first; none without the extra ``faces``.

    Histograms of oriented gradients and a linear classifier per scale: no network, no download.

    Source: N. Dalal, B. Triggs, "Histograms of oriented gradients for human detection", CVPR 2005,
    as trained by D. E. King for dlib.
    """
    detector = _detector()
    if detector is None:
        return ()
    height, width = pixels.shape[:2]
    scale = _SIDE_PX / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    grey = cv2.cvtColor(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    boxes, scores, _ = detector.run(np.ascontiguousarray(grey), 0, _LIKELY)
    if max(scores, default=_LIKELY) < _SURE:
        return ()
    return tuple(
        Face(
            (box.left() + box.right()) / 2 / size[0],
            (box.top() + box.bottom()) / 2 / size[1],
            box.width() / max(size),
        )
        for box in boxes
    )


@cache
def _detector() -> Any:
    try:
        dlib = import_extra("dlib", extra="faces", who="finding faces")
    except MissingExtraError:
        return None
    return dlib.get_frontal_face_detector()
