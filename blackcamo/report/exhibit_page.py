"""A page of results as HTML: one file that works offline, to be looked at photo by photo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources

from blackcamo.pages import embedded, offline_page
from blackcamo.report.details import Details, details_html
from blackcamo.report.exhibit import ChannelScores, Exhibit, Facts, Shot, Spot, whole_shot
from blackcamo.report.verdict import Verdict

_FEW = 3
"""Up to so many results are told in full at once."""
_ORIGINAL, _CAMOUFLAGE = "Original", "Camouflage"
_CLASSES = {
    Verdict.CAMOUFLAGED: "succeeded",
    Verdict.WITHOUT_MARGIN: "close",
    Verdict.NOT_CAMOUFLAGED: "failed",
}


def exhibit_page(
    exhibits: Sequence[Exhibit],
    failures: Sequence[str],
    *,
    title: str,
    pages: Sequence[str] = (),
    at: int = 0,
    slider: bool = False,
    details: Sequence[Details | None] = (),
) -> str:
    """The page as text.

    Args:
        exhibits: the photos in their order.
        details: what lies behind each of them, where that is told; of a few it is unfolded.
        failures: what could not be shown and why not, a line each.
        title: the page's.
        pages: file names of all pages, where there are several.
        at: which of them this one is.
        slider: begin with originals lying on their camouflages, up to a slider, instead of beside.
    """
    return offline_page(
        resources.files("blackcamo.report") / "page",
        title=escape(title),
        view="slider" if slider else "pairs",
        summary=escape(_summary([exhibit.facts for exhibit in exhibits])),
        pages=_pages(pages, at) if len(pages) > 1 else "",
        failures=_failures(failures) if failures else "",
        exhibits="\n".join(
            _exhibit(exhibit, n, behind)
            for n, (exhibit, behind) in enumerate(
                zip(exhibits, _unfolded(details) or [""] * len(exhibits), strict=True), 1
            )
        ),
    )


def _unfolded(details: Sequence[Details | None]) -> list[str]:
    few = len(details) <= _FEW
    return ["" if one is None else details_html(one, opened=few) for one in details]


def _summary(facts: Sequence[Facts]) -> str:
    if not facts:
        return "No photo could be shown."
    succeeded = sum(f.succeeded for f in facts)
    appeals = [f.appeal for f in facts]
    # Several of one photo are told apart by their styles.
    alike = len({f.name for f in facts}) < len(facts)
    what = "result" if alike or any(f.command for f in facts) else "photo"
    count = f"1 {what}" if len(facts) == 1 else f"{len(facts)} {what}s"
    least, most = min(appeals), max(appeals)
    appeal = f"{least:.1f}" if len(facts) == 1 else f"{least:.1f} to {most:.1f}"
    return (
        f"{count}, {succeeded} camouflaged · appeal {appeal} · "
        f"scored by {', '.join(sorted({f.scorer for f in facts}))}"
    )


def _pages(pages: Sequence[str], at: int) -> str:
    links = (
        f'<a href="{escape(page)}"{" aria-current=page" if n == at else ""}>{n + 1}</a>'
        for n, page in enumerate(pages)
    )
    return f'<nav class="pages" aria-label="Pages">Page {" ".join(links)}</nav>'


def _failures(failures: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in failures)
    return f'<section class="failures"><h2>Not shown</h2><ul>{items}</ul></section>'


def _exhibit(exhibit: Exhibit, number: int, behind: str) -> str:
    facts = exhibit.facts
    where = f' <span class="where">{escape(facts.where)}</span>' if facts.where else ""
    spots = "".join(_spot(spot, facts.name) for spot in exhibit.spots)
    return f"""\
<article id="photo-{number}" tabindex="-1" data-name="{escape(facts.name)}" \
data-appeal="{facts.appeal!r}" data-succeeded="{int(facts.succeeded)}">
<h2>{escape(facts.name)}{where}
<span class="outcome {_CLASSES[facts.outcome.verdict]}">{escape(str(facts.outcome))}</span></h2>
<div class="pair">
{_whole(exhibit)}
</div>
<dl class="facts">
{_facts(facts)}
</dl>
<div class="spots">
{spots}
</div>
{behind}
</article>"""


def _whole(exhibit: Exhibit) -> str:
    """The pair: pressed, the camouflage's place shows the photo in the very same frame."""
    name = exhibit.facts.name
    camouflage = _img(whole_shot(exhibit.camouflage), f"{name}, camouflage")
    original = _img(whole_shot(exhibit.whole), f"{name}, original")
    partner, label = "", _ORIGINAL
    if exhibit.reframed:
        label = f"{_ORIGINAL}, in this frame"
        partner = _img(
            whole_shot(exhibit.aligned), f"{name}, original in the camouflage's frame", hidden=True
        )
    return (
        f"{_slot(original, _ORIGINAL, _CAMOUFLAGE)}\n"
        f"{_slot(camouflage + partner, _CAMOUFLAGE, label)}"
    )


def _spot(spot: Spot, name: str) -> str:
    before, after = spot.shots
    what = f"{name}, {spot.what}"
    pair = _slot(_img(before, f"{what}, original"), _ORIGINAL, _CAMOUFLAGE) + _slot(
        _img(after, f"{what}, camouflage"), _CAMOUFLAGE, _ORIGINAL
    )
    return f"<section><h3>{escape(spot.why)}</h3><div class=pair>{pair}</div></section>\n"


def _slot(pictures: str, label: str, partner: str) -> str:
    """A place that shows one picture and, pressed, its partner."""
    return (
        f'<button type="button" class="slot" data-labels="{escape(label)}|{escape(partner)}">'
        f'<span class="label">{escape(label)}</span>{pictures}</button>'
    )


def _img(shot: Shot, alt: str, *, hidden: bool = False) -> str:
    return (
        f'<img src="{embedded(shot.jpeg)}" width="{shot.width_px}" height="{shot.height_px}" '
        f'alt="{escape(alt)}"{" hidden" * hidden}>'
    )


def _facts(facts: Facts) -> str:
    parts = "".join(
        f"<li>{escape(name)} <b>{value:.1f}</b></li>" for name, value in facts.complaints
    )
    told = [
        ("Score", f"{escape(facts.scorer)} {facts.scores}, target {facts.target:g}"),
        (
            "Appeal",
            f"<details><summary><b>{facts.appeal:.1f}</b> of 100, {escape(facts.worst)}</summary>"
            f"<ul>{parts}</ul></details>",
        ),
        ("Recipe", escape(facts.recipe)),
        ("Mode", escape(facts.mode)),
    ]
    if facts.channels:
        told.append(("Channels", _channels(facts.channels)))
    if facts.queries is not None:
        told.append(("Queries", str(facts.queries)))
    if facts.command:
        told.append(("Take it", f"<code>{escape(facts.command)}</code>"))
    return _list(told)


def _channels(channels: Sequence[ChannelScores]) -> str:
    """How many channels leave it camouflaged, and what is left after each, the worst first."""
    held = sum(not one.high_after for one in channels)
    ordered = sorted(channels, key=lambda one: (not one.high_after, -abs(one.after - one.before)))
    lines = "".join(
        f"<li>{escape(one.name)} {one.before:.1f} to <b>{one.after:.1f}</b> "
        f"({'high' if one.high_after else 'low'} quality)</li>"
        for one in ordered
    )
    said = f"low quality after {held} of {len(channels)}"
    return f"<details open><summary>{said}</summary><ul>{lines}</ul></details>"


def _list(told: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"<div><dt>{term}</dt><dd>{said}</dd></div>" for term, said in told)
