"""A search's result as a notebook shows it: before and after, the verdict, and the queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from blackcamo.images import fit_long_side
from blackcamo.pages import embedded
from blackcamo.report.exhibit import whole_shot
from blackcamo.types import Pixels

_LONG_SIDE_PX = 480
_KINDS = (
    ("baseline", "#777"),
    ("search", "#4a7dbd"),
    ("verify", "#3f9b6c"),
    ("retries", "#c0803a"),
)
"""Kinds of query, with the colours of their parts of the bar."""


def result_html(
    pictures: Sequence[tuple[str, Pixels]],
    *,
    title: str,
    verdict: str,
    succeeded: bool,
    lines: Sequence[str],
    queries: Mapping[str, int | None],
) -> str:
    """The result as HTML without script or style sheet, for a light or a dark notebook.

    Args:
        pictures: captions and pictures, side by side; they are taken down to 480 pixels.
        title: whose result it is.
        verdict: what became of it.
        succeeded: whether that is good.
        lines: what else is told.
        queries: counts by kind, and the "budget".
    """
    shown = "".join(_figure(caption, pixels) for caption, pixels in pictures)
    said = "".join(f"<div>{escape(line)}</div>" for line in lines if line)
    colour = "#2e7d4f" if succeeded else "#8a6d1f"
    badge = (
        f'<span style="background:{colour};color:#fff;border-radius:1em;padding:1px 10px">'
        f"{escape(verdict)}</span>"
    )
    return (
        f'<div style="max-width:1000px"><div style="margin:4px 0"><b>{escape(title)}</b> {badge}'
        f'</div><div style="display:flex;flex-wrap:wrap;gap:12px">{shown}</div>{said}'
        f"{bar(queries)}</div>"
    )


def bar(queries: Mapping[str, int | None]) -> str:
    """The queries of a budget as a bar, by what they were for."""
    budget = queries.get("budget") or 0
    counts = [(kind, queries.get(kind) or 0, colour) for kind, colour in _KINDS]
    total = sum(count for _, count, _ in counts)
    most = max(budget, total, 1)
    parts = "".join(
        f'<span style="background:{colour};width:{100 * count / most:.2f}%"></span>'
        for _, count, colour in counts
    )
    told = ", ".join(f"{kind} {count}" for kind, count, _ in counts if count)
    of = f" of {budget}" if budget else ""
    return (
        '<div role="img" style="display:flex;height:8px;margin:6px 0 2px;background:#8884" '
        f'aria-label="{total}{of} queries">{parts}</div>'
        f"<small>{total}{of} queries{f': {told}' if told else ''}</small>"
    )


def _figure(caption: str, pixels: Pixels) -> str:
    shot = whole_shot(fit_long_side(pixels, _LONG_SIDE_PX))
    return (
        f'<figure style="margin:0"><img src="{embedded(shot.jpeg)}" width="{shot.width_px}" '
        f'height="{shot.height_px}" alt="{escape(caption)}" style="max-width:100%;height:auto">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )
