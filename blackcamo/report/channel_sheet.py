"""A sheet of a file after each of several channels: one place of it at 100 %."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blackcamo.report.canvas import GROUND
from blackcamo.report.grid import GridCell, cell_width_px, picture_grid
from blackcamo.report.places import find_places
from blackcamo.types import Pixels

_COLUMNS = 4
_HEIGHT_PX = 264


class ChannelSheet:
    """The sheet of one file: how it is, then after each channel, with a line of text below each.

    Args:
        pixels: the file's picture (H, W, 3).
        note: what is said of it.
    """

    def __init__(self, pixels: Pixels, note: str) -> None:
        place = find_places(pixels, pixels)[0]
        height, width = pixels.shape[:2]
        self._centre = (
            (place.top_px + place.height_px / 2) / height,
            (place.left_px + place.width_px / 2) / width,
        )
        self._cells = [self._cell("as it is", pixels, note)]

    def add(self, name: str, pixels: Pixels, note: str) -> None:
        """Show what arrives after a channel, which may be of another size: the same place of it."""
        self._cells.append(self._cell(name, pixels, note))

    @property
    def pixels(self) -> Pixels:
        """The sheet, 1600 pixels wide."""
        return picture_grid(self._cells, columns=_COLUMNS)

    def _cell(self, name: str, pixels: Pixels, note: str) -> GridCell:
        return GridCell(name, _cut(pixels, self._centre), note)


def _cut(pixels: Pixels, centre: Sequence[float]) -> Pixels:
    """A place at 100 %, on the ground of the sheet where the picture is smaller."""
    size = _HEIGHT_PX, cell_width_px(_COLUMNS)
    shown = np.full((*size, 3), GROUND, np.uint8)
    taken, left_free = [], []
    for side, most, share in zip(pixels.shape[:2], size, centre, strict=True):
        length = min(side, most)
        start = min(max(round(share * side - length / 2), 0), side - length)
        taken.append(slice(start, start + length))
        free = (most - length) // 2
        left_free.append(slice(free, free + length))
    shown[left_free[0], left_free[1]] = pixels[taken[0], taken[1]]
    return shown
