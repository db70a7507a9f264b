"""A page of a gallery as one picture: whole photos and crops at 100 %, before beside after."""

from __future__ import annotations

from collections.abc import Sequence

from blackcamo.report.canvas import BRIGHT, MUTED, Canvas, fit, line_height, shorten
from blackcamo.report.exhibit import Exhibit, Spot
from blackcamo.report.places import DIFFERENT, HEIGHT_PX, WIDTH_PX
from blackcamo.types import Pixels

_MARGIN_PX = 28
_GUTTER_PX = 8
_GROUP_GAP_PX = 24
_ROW_GAP_PX = 28
_WHOLE_WIDTH_PX, _WHOLE_HEIGHT_PX = 480, 360
_TITLE, _NAME, _BODY = 26, 20, 16
_LEFTS_PX = (
    _MARGIN_PX,
    _MARGIN_PX + _WHOLE_WIDTH_PX + _GUTTER_PX,
    _MARGIN_PX + 2 * _WHOLE_WIDTH_PX + _GUTTER_PX + _GROUP_GAP_PX,
    _MARGIN_PX + 2 * _WHOLE_WIDTH_PX + _GUTTER_PX + _GROUP_GAP_PX + WIDTH_PX + _GUTTER_PX,
)
_WIDTH_PX = _LEFTS_PX[-1] + WIDTH_PX + _MARGIN_PX
_CAPTION_PX = line_height(_NAME) + line_height(_BODY) + 8
_LABEL_PX = line_height(_BODY) + 4
_ROW_PX = _CAPTION_PX + _LABEL_PX + _WHOLE_HEIGHT_PX


def exhibit_sheet(exhibits: Sequence[Exhibit], *, title: str) -> Pixels:
    """A row per photo: before, after, and the place of their largest difference at 100 %."""
    rows_top = _MARGIN_PX + line_height(_TITLE) + _ROW_GAP_PX // 2
    height = rows_top + len(exhibits) * (_ROW_PX + _ROW_GAP_PX)
    canvas = Canvas(_WIDTH_PX, height)
    room = _WIDTH_PX - 2 * _MARGIN_PX
    line = shorten(title, size=_TITLE, width_px=room)
    canvas.text(line, _MARGIN_PX, _MARGIN_PX - 4, size=_TITLE, fill=BRIGHT)
    for number, exhibit in enumerate(exhibits):
        _draw(canvas, exhibit, rows_top + number * (_ROW_PX + _ROW_GAP_PX), room)
    return canvas.pixels


def _draw(canvas: Canvas, exhibit: Exhibit, top_px: int, room_px: int) -> None:
    facts = exhibit.facts
    canvas.rule(_MARGIN_PX, _WIDTH_PX - _MARGIN_PX, top_px)
    top = top_px + 8
    said = f"{facts.scorer} {facts.scores} · appeal {facts.appeal:.1f} of 100"
    if facts.complaints:
        said += " · worst part {} {:.1f}".format(*facts.complaints[0])
    lines = ((f"{facts.name} · {facts.outcome}", _NAME, BRIGHT), (said, _BODY, MUTED))
    for line, size, fill in lines:
        canvas.text(
            shorten(line, size=size, width_px=room_px), _MARGIN_PX, top, size=size, fill=fill
        )
        top += line_height(size)
    spot = _spot(exhibit)
    columns = [
        ("Original", fit(exhibit.whole, width_px=_WHOLE_WIDTH_PX, height_px=_WHOLE_HEIGHT_PX)),
        (
            "Camouflage",
            fit(exhibit.camouflage, width_px=_WHOLE_WIDTH_PX, height_px=_WHOLE_HEIGHT_PX),
        ),
        (f"Original, 100 %: {spot.why[0].lower()}{spot.why[1:]}", spot.before),
        ("Camouflage, 100 %", spot.after),
    ]
    for left, (label, picture) in zip(_LEFTS_PX, columns, strict=True):
        line = shorten(label, size=_BODY, width_px=WIDTH_PX)
        canvas.text(line, left, top, size=_BODY, fill=MUTED)
        canvas.photo(picture, left, top + _LABEL_PX)


def _spot(exhibit: Exhibit) -> Spot:
    """The place of the largest difference; a small picture may have but one, of another kind."""
    return next((s for s in exhibit.spots if s.why == DIFFERENT), exhibit.spots[-1])
