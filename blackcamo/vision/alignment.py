"""Which part of a photo an edit shows: for edits made elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from blackcamo.errors import PhotoError
from blackcamo.images import MIN_SIDE_PX
from blackcamo.types import Frame, Pixels
from blackcamo.vision.bending import MAX_SIDE_PX, Bend, fit_bend, sample
from blackcamo.vision.registration import Fit, Registration, by_features, whole
from blackcamo.vision.warp import Projective

_LEAST_IN_PLACE = 0.6
"""Share of places that have to be found in place; of two other photos it is a few hundredths."""
_SURE = 0.98
"""Likeness beyond which no other start is tried."""
_ALL_ALIKE = 0.9995
"""Likeness beyond which nothing is bent."""
_BENDS = 3
"""Times that a bend is looked for in what is left over."""
_ASPECTS = 1.25
"""Ratio of two pictures' shapes up to which one may show all of the other, stretched."""
_LARGEST_TURN_DEG = 20.0
_SNAP_PX = 0.35
"""Corners this near to those of whole pixels of the photo may be just there."""
_SIMPLER = 0.001
"""Likeness that a simpler explanation may lack."""
_SHRUNK = 1.02
"""Pixels of the photo to one of the edit from which on they are averaged."""
_INSIDE = 0.9
"""Share of a pixel that has to lie in the photo."""
_EDGE_PX = 2
"""What lies beyond the photo reaches that far into it where it was resampled."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """The part that an edit and its photo both show.

    Args:
        matrix: position in the photo of a position in the edit, see ``vision/registration.py``.
        frame: the edit's own window, whatever lies in it beyond the photo; without what only a
            shear would tell.
        rows: of the edit, those that show the photo.
        columns: the same of columns.
        bend: what the matrix does not tell, see ``vision/bending.py``.
    """

    matrix: Projective
    frame: Frame
    rows: slice
    columns: slice
    bend: Bend | None = None

    def cut(self, photo: Tensor) -> Tensor:
        """The photo (3, H, W) as those rows and columns show it; a view where no pixel changes."""
        size = self.frame.height_px, self.frame.width_px
        matrix = self.matrix
        # Where an edit is smaller it shows averages.
        sides = [
            round(side / scale) if scale > _SHRUNK else side
            for side, scale in zip(photo.shape[-2:], _scales(matrix, *size), strict=True)
        ]
        if sides != [*photo.shape[-2:]]:
            y, x = (new / old for new, old in zip(sides, photo.shape[-2:], strict=True))
            photo = F.interpolate(
                photo[None], sides, mode="bicubic", antialias=True, align_corners=False
            )[0].clamp(0, 1)
            matrix = np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2], [0, 0, 1]]) @ matrix
        moved = matrix / matrix[2, 2] - np.eye(3)
        left, top = np.round(moved[:2, 2]).astype(int)
        moved[:2, 2] -= left, top
        apart = np.abs(moved @ [[0, size[1]], [0, size[0]], [1, 1]]).max()
        if self.bend is None and apart < 1e-6 * max(size):
            rows, columns = (
                slice(s.start + start, s.stop + start)
                for s, start in ((self.rows, top), (self.columns, left))
            )
            return photo[:, rows, columns]
        shown = sample(
            cv2.merge(list(photo.contiguous().numpy())),
            matrix,
            self.bend,
            size,
            rows=self.rows,
            columns=self.columns,
            border=cv2.BORDER_REPLICATE,
        )
        return torch.from_numpy(np.moveaxis(shown, 2, 0).copy()).clamp_(0, 1)


def align(original: Pixels, edited: Pixels) -> Alignment:
    """Find an edit in its photo: as it is, cropped, scaled, turned a little, in perspective.

    Of explanations that are as good the simplest is taken.

    Raises:
        PhotoError: nothing lays the two on each other.
    """
    best: _Explanation | None = None
    for start in _starts(original, edited):
        scale = math.prod(_scales(start, *edited.shape[:2])) ** 0.5
        best = _simplest(_explanations(Registration(original, edited, scale), start, edited), best)
        if best.fit.likeness > _SURE:
            break
    if best is None:
        raise PhotoError(
            "not comparable: no places in it look like places of the photo; name an edit of this "
            "very photo, not mirrored"
        )
    matrix, bend, fit = best
    if fit.in_place < _LEAST_IN_PLACE:
        raise PhotoError(
            f"not comparable: {fit.in_place:.0%} of its places lie where the photo has them, "
            f"{_LEAST_IN_PLACE:.0%} are needed; name an edit of this very photo, not mirrored"
        )
    frame = window(matrix, original.shape[:2], edited.shape[:2])
    if abs(frame.angle_deg) > _LARGEST_TURN_DEG:
        raise PhotoError(
            f"not comparable: turned by {frame.angle_deg:.0f} degrees, "
            f"{_LARGEST_TURN_DEG:.0f} at most are judged; turn it back"
        )
    return Alignment(matrix, frame, *_shown(matrix, bend, original, edited), bend)


class _Explanation(NamedTuple):
    matrix: Projective
    bend: Bend | None
    fit: Fit


def _explanations(
    registration: Registration, start: Projective, edited: Pixels
) -> Iterator[_Explanation]:
    """Models that may explain an edit that lies near a start, simplest first."""
    yield (last := _Explanation(start, None, registration.fit(start)))
    if (refined := registration.refined(start)) is not None:
        for matrix in _plainer(refined, edited):
            yield (last := _Explanation(matrix, None, registration.fit(matrix)))
    if last.fit.likeness > _ALL_ALIKE or max(edited.shape) > MAX_SIDE_PX:
        return
    bend = np.zeros(())
    for _ in range(_BENDS):
        more = fit_bend(last.fit.offsets)
        if more is None:
            return
        bend = bend + more
        yield (last := _Explanation(last.matrix, bend, registration.fit(last.matrix, bend)))


def _simplest(tried: Iterable[_Explanation], best: _Explanation | None) -> _Explanation:
    """The first that is about as good as the best one."""
    found = [*([] if best is None else [best]), *tried]
    likeliest = max(one.fit.likeness for one in found)
    return next(one for one in found if one.fit.likeness >= likeliest - _SIMPLER)


def _starts(original: Pixels, edited: Pixels) -> Iterator[Projective]:
    """Where the edit may lie, roughly."""
    shape = np.divide(*original.shape[:2]) / np.divide(*edited.shape[:2])
    if 1 / _ASPECTS < shape < _ASPECTS:
        yield whole(original, edited)
    if (found := by_features(original, edited)) is not None:
        yield found


def _plainer(matrix: Projective, edited: Pixels) -> Iterator[Projective]:
    """A matrix, after that of a crop on whole pixels, scaled, if it is one but for an error."""
    height, width = edited.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]]) - 0.5
    at = cv2.perspectiveTransform(corners[None], matrix)[0] + 0.5
    left, right = np.round([at[[0, 3], 0].mean(), at[[1, 2], 0].mean()])
    top, bottom = np.round([at[[0, 1], 1].mean(), at[[2, 3], 1].mean()])
    box = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    if np.abs(at - box).max() < _SNAP_PX:
        x, y = (right - left) / width, (bottom - top) / height
        yield np.array([[x, 0, left + (x - 1) / 2], [0, y, top + (y - 1) / 2], [0, 0, 1]])
    yield matrix


def _scales(matrix: Projective, height: int, width: int) -> tuple[float, float]:
    """Pixels of the photo to one of the edit, down and across, in the edit's middle."""
    middle = np.array([(width - 1) / 2, (height - 1) / 2, 1.0])
    x, y, depth = matrix @ middle
    slope = (matrix[:2, :2] - np.outer([x / depth, y / depth], matrix[2, :2])) / depth
    across, down = np.hypot(*slope)
    return float(down), float(across)


def window(matrix: Projective, photo: Sequence[int], edit: Sequence[int]) -> Frame:
    """The window of the photo that a matrix maps an edit to, but for its shear; sizes in pixels."""
    height_px, width_px = edit
    middle = np.array([(width_px - 1) / 2, (height_px - 1) / 2])
    x, y, depth = matrix @ [*middle, 1.0]
    slope = (matrix[:2, :2] - np.outer([x / depth, y / depth], matrix[2, :2])) / depth
    down, across = _scales(matrix, height_px, width_px)
    angle = math.atan2(slope[0, 1] / down - slope[1, 0] / across,
                       slope[0, 0] / across + slope[1, 1] / down)  # fmt: skip
    taper = matrix[2, :2] / depth * np.array([width_px, height_px]) / 2
    return Frame(
        centre_x=float((x / depth + 0.5) / photo[1]),
        centre_y=float((y / depth + 0.5) / photo[0]),
        width=across * width_px / photo[1],
        height=down * height_px / photo[0],
        angle_deg=math.degrees(angle),
        height_px=height_px,
        width_px=width_px,
        keystone_x=float(taper[0]),
        keystone_y=float(taper[1]),
    )


def _shown(
    matrix: Projective, bend: Bend | None, original: Pixels, edited: Pixels
) -> tuple[slice, slice]:
    """Rows and columns of the edit that show nothing but the photo."""
    inside = sample(
        np.full(original.shape[:2], 255, np.uint8),
        matrix,
        bend,
        edited.shape[:2],
        interpolation=cv2.INTER_LINEAR,
    )
    beyond = inside < _INSIDE * 255
    (top, left), (bottom, right) = (0, 0), beyond.shape
    while top < bottom and left < right:
        # The side goes first of which most lies beyond.
        sides = [
            beyond[top, left:right].mean(),
            beyond[bottom - 1, left:right].mean(),
            beyond[top:bottom, left].mean(),
            beyond[top:bottom, right - 1].mean(),
        ]
        worst = int(np.argmax(sides))
        if sides[worst] == 0:
            break
        top, bottom = top + (worst == 0), bottom - (worst == 1)
        left, right = left + (worst == 2), right - (worst == 3)
    top, left = (side + _EDGE_PX * (side > 0) for side in (top, left))
    bottom, right = (
        side - _EDGE_PX * (side < end)
        for side, end in zip((bottom, right), beyond.shape, strict=True)
    )
    if min(bottom - top, right - left) < MIN_SIDE_PX:
        raise PhotoError(
            f"not comparable: {right - left} x {bottom - top} px of it show the photo, "
            f"{MIN_SIDE_PX} are needed on either side; name an edit of this very photo"
        )
    return slice(top, bottom), slice(left, right)
