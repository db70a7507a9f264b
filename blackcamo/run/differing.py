"""Which of several pictures look clearly different."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from blackcamo.types import Pixels

MOST, _ENOUGH = 6, 4
"""Results on a page at most, and what is filled up with what differs less."""
_CLEARLY, _BARELY = 6.0, 1.5
"""Mean differences in levels (0-255) between pictures: all of a page, and those of the first four.

What differs by less than the second looks the same.
"""
_SAME_STYLE = 0.5
"""What a difference counts for where the style is on the page already."""
_COMPARED_PX = 96


def different(pictures: Mapping[int, NDArray[np.float32]], styles: Mapping[int, str]) -> list[int]:
    """The first picture, then always the one that differs most from those before it.

    Args:
        pictures: by number, all of one size, levels 0-255.
        styles: by number; another one of a style has to differ more.

    >>> grey = {n: np.full((2, 2, 3), v, np.float32) for n, v in {7: 90, 3: 91, 5: 150}.items()}
    >>> different(grey, {7: "warm", 3: "vivid", 5: "noir"})
    [7, 5]
    """
    first, *left = pictures
    chosen = [first]
    while left and len(chosen) < MOST:
        apart = {
            n: min(_apart(pictures[n], pictures[c], same=styles[n] == styles[c]) for c in chosen)
            for n in left
        }
        best = max(left, key=lambda n: apart[n])
        if apart[best] < (_BARELY if len(chosen) < _ENOUGH else _CLEARLY):
            break
        chosen.append(best)
        left.remove(best)
    return chosen


def _apart(one: NDArray[np.float32], other: NDArray[np.float32], *, same: bool) -> float:
    """How far apart two pictures are to somebody who chooses."""
    return float(np.abs(one - other).mean()) * (_SAME_STYLE if same else 1.0)


def tiny_picture(pixels: Pixels) -> NDArray[np.float32]:
    """A picture small enough that only what one sees at a glance is left."""
    image = Image.fromarray(np.asarray(pixels))
    return np.asarray(image.resize((_COMPARED_PX, _COMPARED_PX)), np.float32)
