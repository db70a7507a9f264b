"""Pictures cut into pieces: bounded memory, and work that stays in the processor's cache."""

from __future__ import annotations

from collections.abc import Iterator

MOST_SIDE_PX = 32766
"""OpenCV's remap takes no more pixels a side."""


def tiles(height_px: int, width_px: int, most_px: int) -> Iterator[tuple[slice, slice]]:
    """Rows and columns of pieces of about ``most_px`` pixels, as wide as remap can take them.

    >>> [(rows.start, rows.stop, columns.stop) for rows, columns in tiles(5, 100, 200)]
    [(0, 2, 100), (2, 4, 100), (4, 6, 100)]
    """
    width = min(width_px, MOST_SIDE_PX)
    rows = min(max(1, most_px // width), MOST_SIDE_PX)
    for top in range(0, height_px, rows):
        for left in range(0, width_px, width):
            yield slice(top, top + rows), slice(left, left + width)
