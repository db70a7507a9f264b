"""Edits that are bent a little against their photo, as by the correction of a lens.

A bend is a cubic polynomial of the position: (4, 4, 2), of powers of y and x, each from -1 to 1
over the edit, to an offset (x, y) in long sides of the edit. At q an edit shows what a matrix has
at q + offset.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from blackcamo.vision.warp import Projective

Bend: TypeAlias = NDArray[np.float64]
_DEGREE = 3
_LEAST_PLACES = 30
_TRIMS, _TRIMMED = 4, 3.0
"""Times that it is fitted, and medians of the rest from which on a place counts no more."""
MAX_SIDE_PX = 32_766
"""Side of a picture that OpenCV remaps at most."""


def fit_bend(places: NDArray[np.float64]) -> Bend | None:
    """The bend by least squares, without what lies far off; None if there are too few places.

    Args:
        places: (N, 4), position (x, y) from -1 to 1 and offset (x, y) in long sides.
    """
    if len(places) < _LEAST_PLACES:
        return None
    powers = [(i, j) for i in range(_DEGREE + 1) for j in range(_DEGREE + 1 - i)]
    terms = np.stack([places[:, 1] ** i * places[:, 0] ** j for i, j in powers], axis=1)
    kept = np.ones(len(places), bool)
    for _ in range(_TRIMS):
        found = np.linalg.lstsq(terms[kept], places[kept, 2:], rcond=None)[0]
        apart = np.linalg.norm(terms @ found - places[:, 2:], axis=1)
        kept = apart <= _TRIMMED * np.median(apart)
    bend = np.zeros((_DEGREE + 1, _DEGREE + 1, 2))
    for (i, j), offset in zip(powers, found, strict=True):
        bend[i, j] = offset
    return bend


def sample(
    picture: NDArray[Any],
    matrix: Projective,
    bend: Bend | None,
    size: tuple[int, int],
    *,
    rows: slice | None = None,
    columns: slice | None = None,
    interpolation: int = cv2.INTER_CUBIC,
    border: int = cv2.BORDER_CONSTANT,
) -> NDArray[Any]:
    """Part of an edit as its photo shows it.

    Args:
        picture: the photo (H, W) or (H, W, C).
        matrix: position in it of a position in the edit.
        bend: what the matrix does not tell.
        size: of the whole edit (height, width).
        rows: of the edit; None is all.
        columns: the same of columns.
    """
    rows, columns = rows or slice(0, size[0]), columns or slice(0, size[1])
    if bend is None:
        corner = np.array([[1, 0, columns.start], [0, 1, rows.start], [0, 0, 1.0]])
        return np.asarray(
            cv2.warpPerspective(
                picture,
                matrix @ corner,
                (columns.stop - columns.start, rows.stop - rows.start),
                flags=interpolation | cv2.WARP_INVERSE_MAP,
                borderMode=border,
            )
        )
    y, x = (np.arange(s.start, s.stop, dtype=np.float64) for s in (rows, columns))
    offset = np.polynomial.polynomial.polygrid2d(
        (2 * y + 1) / size[0] - 1, (2 * x + 1) / size[1] - 1, bend
    )
    x = x[None, :] + offset[0] * max(size)
    y = y[:, None] + offset[1] * max(size)
    a, b, depth = (row[0] * x + row[1] * y + row[2] for row in matrix)
    return np.asarray(
        cv2.remap(
            picture,
            (a / depth).astype(np.float32),
            (b / depth).astype(np.float32),
            interpolation,
            borderMode=border,
        )
    )
