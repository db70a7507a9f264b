"""How a camouflage was found and of what it is made, as a page tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from blackcamo.pages import embedded
from blackcamo.report.chart import Chart
from blackcamo.report.exhibit import whole_shot
from blackcamo.types import Pixels


@dataclass(frozen=True, slots=True)
class Step:
    """One clause of a recipe, and what it does to the photo by itself."""

    said: str
    picture: Pixels


@dataclass(frozen=True, slots=True)
class Details:
    """The details behind a result.

    Args:
        steps: the photo and what each clause of the recipe makes of it, smaller.
        charts: progress and front of the study; empty where there is none.
        ledger: queries by kind; empty where there is no study.
        provenance: what it was made with, by name.
    """

    steps: Sequence[Step]
    charts: Sequence[Chart] = ()
    ledger: Mapping[str, int] = field(default_factory=dict)
    provenance: Mapping[str, str] = field(default_factory=dict)


def details_html(details: Details, *, opened: bool) -> str:
    """The section of a page that one opens to see how a result was found."""
    parts = [_steps(details.steps)]
    if charts := "".join(chart.svg() for chart in details.charts):
        parts.append(f'<section><h3>The search</h3><div class="charts">{charts}</div></section>')
    parts.append(_table("Queries", {k: f"{v:,}" for k, v in details.ledger.items()}))
    parts.append(_table("Made with", details.provenance))
    return (
        f'<details class="more"{" open" if opened else ""}><summary>How it was made</summary>'
        f"{''.join(parts)}</details>"
    )


def _steps(steps: Sequence[Step]) -> str:
    figures = "".join(_figure(step) for step in steps)
    return f'<section><h3>Step by step</h3><div class="steps">{figures}</div></section>'


def _figure(step: Step) -> str:
    shot = whole_shot(step.picture)
    return (
        f'<figure><img src="{embedded(shot.jpeg)}" width="{shot.width_px}" '
        f'height="{shot.height_px}" alt="{escape(step.said)}">'
        f"<figcaption>{escape(step.said)}</figcaption></figure>"
    )


def _table(title: str, told: Mapping[str, str]) -> str:
    if not told:
        return ""
    rows = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
        for name, value in told.items()
    )
    return f'<section><h3>{escape(title)}</h3><dl class="told">{rows}</dl></section>'
