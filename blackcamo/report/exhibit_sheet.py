"""A page of results as one picture: whole photos and crops at 100 %, before beside after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blackcamo.report.canvas import BRIGHT, MUTED, Canvas, fit, line_height, shorten
from blackcamo.report.exhibit import Exhibit, Facts, Spot
from blackcamo.report.places import DIFFERENT, WIDTH_PX
from blackcamo.types import Pixels

_MARGIN_PX = 28
_GUTTER_PX = 8
_GROUP_GAP_PX = 24
_ROW_GAP_PX = 28
_WHOLE_WIDTH_PX, _WHOLE_HEIGHT_PX = 480, 360
_TITLE, _NAME, _BODY = 26, 20, 16
_CROPS_LEFT_PX = _MARGIN_PX + 2 * _WHOLE_WIDTH_PX + _GUTTER_PX + _GROUP_GAP_PX
_WIDTH_PX = _CROPS_LEFT_PX + 2 * WIDTH_PX + _GUTTER_PX + _MARGIN_PX
_LABEL_WIDTH_PX = 100
_ABOVE_PX = 8 + line_height(_NAME) + 2 * line_height(_BODY) + 4


def exhibit_sheet(exhibits: Sequence[Exhibit], *, title: str) -> Pixels:
    """A row per photo: before, after, and the place of their largest difference at 100 %."""
    top = _MARGIN_PX + line_height(_TITLE) + _ROW_GAP_PX // 2
    rows = [(exhibit, _columns(exhibit)) for exhibit in exhibits]
    heights = [_ABOVE_PX + max(column.picture.shape[0] for column in row) for _, row in rows]
    canvas = Canvas(_WIDTH_PX, top + sum(height + _ROW_GAP_PX for height in heights))
    line = shorten(title, size=_TITLE, width_px=_WIDTH_PX - 2 * _MARGIN_PX)
    canvas.text(line, _MARGIN_PX, _MARGIN_PX - 4, size=_TITLE, fill=BRIGHT)
    for (exhibit, columns), height in zip(rows, heights, strict=True):
        _draw(canvas, exhibit.facts, columns, top)
        top += height + _ROW_GAP_PX
    return canvas.pixels


@dataclass(frozen=True, slots=True)
class _Column:
    left_px: int
    label: str
    picture: Pixels


def _draw(canvas: Canvas, facts: Facts, columns: Sequence[_Column], top_px: int) -> None:
    canvas.rule(_MARGIN_PX, _WIDTH_PX - _MARGIN_PX, top_px)
    top = top_px + 8
    name = f"{facts.name} {facts.where}".rstrip()
    said = f"{facts.scorer} {facts.scores} · appeal {facts.appeal:.1f} of 100, {facts.worst}"
    for line, size, fill in ((f"{name} · {facts.outcome}", _NAME, BRIGHT), (said, _BODY, MUTED)):
        shown = shorten(line, size=size, width_px=_WIDTH_PX - 2 * _MARGIN_PX)
        canvas.text(shown, _MARGIN_PX, top, size=size, fill=fill)
        top += line_height(size)
    for column in columns:
        line = shorten(column.label, size=_BODY, width_px=WIDTH_PX)
        canvas.text(line, column.left_px, top, size=_BODY, fill=MUTED)
        canvas.photo(column.picture, column.left_px, top_px + _ABOVE_PX)


def _columns(exhibit: Exhibit) -> tuple[_Column, ...]:
    before, after = (
        fit(pixels, width_px=_WHOLE_WIDTH_PX, height_px=_WHOLE_HEIGHT_PX)
        for pixels in (exhibit.whole, exhibit.camouflage)
    )
    spot = _spot(exhibit)
    # The two of a pair stand together, however narrow they are.
    after_left = _MARGIN_PX + max(before.shape[1], _LABEL_WIDTH_PX) + _GUTTER_PX
    crop_left = _CROPS_LEFT_PX + WIDTH_PX + _GUTTER_PX
    return (
        _Column(_MARGIN_PX, "Original", before),
        _Column(after_left, "Camouflage", after),
        _Column(_CROPS_LEFT_PX, f"Original, 100 %: {spot.what}", spot.before),
        _Column(crop_left, "Camouflage, 100 %", spot.after),
    )


def _spot(exhibit: Exhibit) -> Spot:
    """The place of the largest difference; a small picture may have but one, of another kind."""
    return next((s for s in exhibit.spots if s.why == DIFFERENT), exhibit.spots[-1])
