"""What the dashboard says on top of a study: before, after, and how."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from blackcamo.oracle import is_high_quality
from blackcamo.run.gallery import UNCHANGED
from blackcamo.study import Picture
from blackcamo.study.importance import importances
from blackcamo.study.ranking import Point, lowest
from blackcamo.study.recorded import RecordedStudy
from blackcamo.types import ScorerInfo

_MATTERED = 3
"""Parameters of a style that are named."""


def study_note(study: RecordedStudy, *, recipe: str, pictures: Mapping[int, Picture]) -> str:
    """Markdown about a study whose search has delivered.

    Args:
        study: its attributes ``delivered`` and ``ledger`` are set.
        recipe: what was done to the delivered photo, in plain words.
        pictures: trial number -> picture; without those of both there are words alone.
    """
    attributes = study.attributes
    delivered, ledger = attributes["delivered"], attributes["ledger"]
    info = ScorerInfo(**attributes["scorer"])
    trial = delivered["trial"]
    before, after = delivered["score_before"], delivered["score_after"]
    verdict = "camouflaged" if delivered["succeeded"] else "could not be camouflaged; best effort"
    again = delivered["score_recompressed"]
    kinds = ", ".join(
        f"{ledger[kind]} {name}"
        for kind, name in (
            ("baseline", "baseline"),
            ("search", "search"),
            ("verify", "verification"),
            ("retries", "retries"),
        )
        if ledger[kind]
    )
    beside = f", {ledger['lost']} more lost in crashes" if ledger["lost"] else ""
    if ledger.get("checks"):
        beside += f", {ledger['checks']} more to see whether the scorer is the same"
    lines = [
        f"## {_text(attributes['photo']['name'])}: {verdict}",
        f"{_text(info.name)} **{before:.1f} → {after:.1f}** (target {attributes['target']:g}, "
        f"threshold {info.threshold:g}), appeal **{delivered['appeal']:.1f}** of 100, "
        f"**{ledger['total']} queries** of {ledger['budget']} ({kinds}{beside})",
        f"*{_text(recipe)}*",
    ]
    if UNCHANGED in pictures and trial in pictures:
        lines += [
            "| original | camouflage |\n|---|---|\n"
            f"| ![original]({pictures[UNCHANGED].link}) | ![camouflage]({pictures[trial].link}) |\n"
            f"| {before:.1f}, {_verdict(before, info)} | {after:.1f}, {_verdict(after, info)} |"
        ]
    lines += _styles(study, info, floor=attributes["appeal_floor"])
    lines.append(
        f"The winner is trial {trial}. Scores are those of the delivered file's bytes"
        + ("." if again is None else f"; after a second compression {again:.1f}.")
    )
    return "\n\n".join(lines)


def _styles(study: RecordedStudy, info: ScorerInfo, *, floor: float) -> list[str]:
    """What became of each style, best first: a table, or nothing where none was tried."""
    points: dict[str, list[Point]] = defaultdict(list)
    for number, e in study.evaluations().items():
        if number != UNCHANGED:
            points[e.style].append((e.score, e.appeal))
    best: dict[str, Point] = {}
    for style, its in points.items():
        # A score that nobody would post is none to speak of, unless there is no other.
        liked = [p for p in its if p[1] >= floor] or its
        index = lowest(liked, higher_is_better=info.higher_is_better)
        if index is not None:
            best[style] = liked[index]
    if not best:
        return []
    shares = importances(study)
    rows = [
        "| style | trials | best score | its appeal | what mattered most |",
        "|---|--:|--:|--:|---|",
    ]
    sign = 1 if info.higher_is_better else -1
    for style in sorted(best, key=lambda s: (best[s][1] < floor, sign * best[s][0])):
        score, appeal = best[style]
        most = list(shares.get(style, {}).items())[:_MATTERED]
        said = ", ".join(f"`{name}` {share:.0%}" for name, share in most) or "too few trials to say"
        rows.append(
            f"| {_text(style)} | {len(points[style])} | {score:.1f} | {appeal:.1f} | {said} |"
        )
    return ["\n".join(rows)]


def _verdict(score: float, info: ScorerInfo) -> str:
    return "high quality" if is_high_quality(score, info) else "low quality"


def _text(words: str) -> str:
    """Words that Markdown is to show as they are."""
    return "".join(f"\\{x}" if x in r"\`*_{}[]<>()#+!|" else x for x in words)
