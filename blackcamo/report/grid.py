"""Pictures side by side to choose from: each with its name and a line of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blackcamo.report.canvas import BRIGHT, MUTED, Canvas, fit, line_height, shorten
from blackcamo.types import Pixels

_WIDTH_PX = 1600
_MARGIN_PX = 24
_GAP_PX = 20
_NAME, _BODY = 22, 18


@dataclass(frozen=True, slots=True)
class GridCell:
    """One picture; ``note`` may be empty."""

    name: str
    pixels: Pixels
    note: str = ""


def cell_width_px(columns: int) -> int:
    """How wide a picture is shown in so many columns."""
    return (_WIDTH_PX - 2 * _MARGIN_PX - (columns - 1) * _GAP_PX) // columns


def picture_grid(cells: Sequence[GridCell], *, columns: int = 2) -> Pixels:
    """At least one picture in columns, line by line, on a canvas 1600 pixels wide."""
    width = cell_width_px(columns)
    photos = [fit(cell.pixels, width_px=width, height_px=width) for cell in cells]
    text = line_height(_NAME) + line_height(_BODY)
    height = max(photo.shape[0] for photo in photos) + 6 + text
    lines = -(-len(cells) // columns)
    canvas = Canvas(_WIDTH_PX, 2 * _MARGIN_PX + lines * (height + _GAP_PX) - _GAP_PX)
    for number, (cell, photo) in enumerate(zip(cells, photos, strict=True)):
        line, column = divmod(number, columns)
        left = _MARGIN_PX + column * (width + _GAP_PX)
        top = _MARGIN_PX + line * (height + _GAP_PX)
        canvas.photo(photo, left, top)
        top += photo.shape[0] + 6
        for said, size, fill in ((cell.name, _NAME, BRIGHT), (cell.note, _BODY, MUTED)):
            canvas.text(shorten(said, size=size, width_px=width), left, top, size=size, fill=fill)
            top += line_height(size)
    return canvas.pixels
