"""A contact sheet: many photos, each before and after, with name and scores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from blackcamo.report.canvas import BRIGHT, MUTED, Canvas, Scored, fit, line_height, shorten
from blackcamo.types import Pixels

_MARGIN_PX = 24
_GAP_PX = 24
_GUTTER_PX = 4
_NAME = 16
_TITLE = 26


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One photo of a sheet; ``note`` is one more line, such as its appeal."""

    name: str
    before: Scored
    after: Scored
    note: str = ""


def contact_sheet(
    rows: Iterable[SheetRow], *, title: str = "", columns: int = 3, width_px: int = 1800
) -> Pixels:
    """Pairs of photos in columns, in the order given; rows may be generated one by one.

    Args:
        rows: the photos; an empty sheet shows its title alone.
        title: a line on top.
        columns: pairs side by side.
        width_px: width of the sheet.
    """
    pair_width = (width_px - 2 * _MARGIN_PX - (columns - 1) * _GAP_PX) // columns
    photo_width = (pair_width - _GUTTER_PX) // 2
    photo_height = photo_width * 3 // 4
    # Thumbnails at once, so that a generator's photos need not be held together.
    cells = [_cell(row, pair_width, photo_width, photo_height) for row in rows]
    top = _MARGIN_PX + (line_height(_TITLE) + _GAP_PX // 2 if title else 0)
    lines = -(-len(cells) // columns)
    cell_height = photo_height + 2 * line_height(_NAME) + 6
    height = top + lines * (cell_height + _GAP_PX) - (_GAP_PX if lines else 0) + _MARGIN_PX
    canvas = Canvas(width_px, height)
    canvas.text(
        shorten(title, size=_TITLE, width_px=width_px - 2 * _MARGIN_PX),
        _MARGIN_PX,
        _MARGIN_PX - 4,
        size=_TITLE,
        fill=BRIGHT,
    )
    for number, cell in enumerate(cells):
        line, column = divmod(number, columns)
        canvas.photo(
            cell, _MARGIN_PX + column * (pair_width + _GAP_PX), top + line * (cell_height + _GAP_PX)
        )
    return canvas.pixels


def _cell(row: SheetRow, width_px: int, photo_width_px: int, photo_height_px: int) -> Pixels:
    canvas = Canvas(width_px, photo_height_px + 6 + 2 * line_height(_NAME))
    for number, shown in enumerate((row.before, row.after)):
        photo = fit(shown.pixels, width_px=photo_width_px, height_px=photo_height_px)
        left = number * (photo_width_px + _GUTTER_PX)
        # Towards the gutter, so that the two of a pair stay together.
        left += photo_width_px - photo.shape[1] if number == 0 else 0
        canvas.photo(photo, left, (photo_height_px - photo.shape[0]) // 2)
    scores = f"{row.before.score:.1f} to {row.after.score:.1f}, {row.after.verdict}"
    top = photo_height_px + 6
    canvas.text(
        shorten(row.name, size=_NAME, width_px=photo_width_px - 12), 0, top, size=_NAME, fill=BRIGHT
    )
    canvas.text(scores, photo_width_px + _GUTTER_PX, top, size=_NAME, fill=BRIGHT)
    canvas.text(
        shorten(row.note, size=_NAME, width_px=width_px), 0, top + line_height(_NAME),
        size=_NAME, fill=MUTED,
    )  # fmt: skip
    return canvas.pixels
