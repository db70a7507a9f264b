"""Before and after, side by side, with what the scorer and the eye make of them."""

from __future__ import annotations

from blackcamo.report.canvas import (
    BRIGHT,
    MUTED,
    NO_BREAK,
    Canvas,
    Scored,
    fit,
    line_height,
    wrap,
)
from blackcamo.report.verdict import Outcome, Verdict
from blackcamo.types import Pixels, ScorerInfo

_WIDTH_PX = 1600
_MIN_WIDTH_PX = 800
_MAX_PHOTO_HEIGHT_PX = 1000
_MARGIN_PX = 32
_GUTTER_PX = 12
_GAP_PX = 20
_HEADING = 30
_BODY = 20
_EMPHASIS = {Verdict.CAMOUFLAGED: 1.0, Verdict.WITHOUT_MARGIN: 0.6, Verdict.NOT_CAMOUFLAGED: 0.0}


def compare_picture(
    before: Scored,
    after: Scored,
    *,
    scorer: ScorerInfo,
    appeal: float,
    recipe: str,
    outcome: Outcome,
) -> Pixels:
    """The picture ``<stem>.compare.png``, at most 1600 pixels wide.

    Args:
        before: the photo.
        after: its camouflage; it may be of another shape.
        scorer: whose scores they are.
        appeal: 0-100.
        recipe: what was done, in plain language.
        outcome: what became of it, as a badge below the photos.
    """
    photos = _side_by_side(before.pixels, after.pixels)
    photo_height = photos[0].shape[0]
    photos_width = sum(photo.shape[1] for photo in photos) + _GUTTER_PX
    width = max(_MIN_WIDTH_PX, photos_width + 2 * _MARGIN_PX)
    text_width = width - 2 * _MARGIN_PX
    bound = f"{'from' if scorer.higher_is_better else 'up to'} {scorer.threshold:g}"
    said = (
        f"Appeal {appeal:.1f} of 100 · {scorer.name}, high quality {bound}",
        # Lines end between items, never between a number and its unit.
        recipe.replace(" ", NO_BREAK).replace(f",{NO_BREAK}", ", "),
    )
    footer = [line for text in said for line in wrap(text, size=_BODY, width_px=text_width)]
    captions_top = _MARGIN_PX + photo_height + _GAP_PX
    rule_top = captions_top + line_height(_BODY) + line_height(_HEADING) + _GAP_PX
    badge_top = rule_top + _GAP_PX
    footer_top = badge_top + line_height(_BODY) + _GAP_PX // 2
    height = footer_top + len(footer) * line_height(_BODY) + _MARGIN_PX
    canvas = Canvas(width, height)

    left = (width - photos_width) // 2
    right = left + photos[0].shape[1] + _GUTTER_PX
    canvas.photo(photos[0], left, _MARGIN_PX)
    canvas.photo(photos[1], right, _MARGIN_PX)
    # A small pair is narrower than the text below it, which then needs columns of its own.
    columns = (left, right) if width == photos_width + 2 * _MARGIN_PX else (_MARGIN_PX, width // 2)
    for column, name, shown in zip(columns, ("Before", "After"), (before, after), strict=True):
        canvas.text(name, column, captions_top, size=_BODY, fill=MUTED)
        top = captions_top + line_height(_BODY)
        end = canvas.text(f"{shown.score:.1f}", column, top, size=_HEADING, fill=BRIGHT)
        baseline = top + _HEADING - _BODY
        canvas.text(shown.verdict, column + end + 12, baseline, size=_BODY, fill=MUTED)
    canvas.rule(_MARGIN_PX, width - _MARGIN_PX, rule_top)
    verdict = outcome.verdict
    end = canvas.badge(verdict, _MARGIN_PX, badge_top, size=_BODY, emphasis=_EMPHASIS[verdict])
    canvas.text(outcome.why, _MARGIN_PX + end + 12, badge_top, size=_BODY, fill=BRIGHT)
    for number, line in enumerate(footer):
        top = footer_top + number * line_height(_BODY)
        canvas.text(line, _MARGIN_PX, top, size=_BODY, fill=MUTED)
    return canvas.pixels


def _side_by_side(before: Pixels, after: Pixels) -> tuple[Pixels, Pixels]:
    """Both at one height, the first never enlarged."""
    room = _WIDTH_PX - 2 * _MARGIN_PX - _GUTTER_PX
    aspects = [pixels.shape[1] / pixels.shape[0] for pixels in (before, after)]
    height = int(min(before.shape[0], _MAX_PHOTO_HEIGHT_PX, room / sum(aspects)))
    height = max(1, height)
    return (
        fit(before, width_px=room, height_px=height),
        fit(after, width_px=room, height_px=height),
    )
