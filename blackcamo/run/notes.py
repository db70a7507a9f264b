"""What the dashboard says on top of a study: before, after, and how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blackcamo.oracle import is_high_quality
from blackcamo.run.gallery import UNCHANGED
from blackcamo.study import Picture
from blackcamo.types import ScorerInfo


def study_note(
    attributes: Mapping[str, Any], *, recipe: str, pictures: Mapping[int, Picture]
) -> str:
    """Markdown about a study whose search has delivered.

    Args:
        attributes: the study's; ``delivered`` and ``ledger`` among them.
        recipe: what was done to the delivered photo, in plain words.
        pictures: trial number -> picture; without those of both there are words alone.
    """
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
    lost = f", {ledger['lost']} more lost in crashes" if ledger["lost"] else ""
    lines = [
        f"## {_text(attributes['photo']['name'])}: {verdict}",
        f"{_text(info.name)} **{before:.1f} → {after:.1f}** (target {attributes['target']:g}, "
        f"threshold {info.threshold:g}), appeal **{delivered['appeal']:.1f}** of 100, "
        f"**{ledger['total']} queries** of {ledger['budget']} ({kinds}{lost})",
        f"*{_text(recipe)}*",
    ]
    if UNCHANGED in pictures and trial in pictures:
        lines += [
            "| original | camouflage |\n|---|---|\n"
            f"| ![original]({pictures[UNCHANGED].link}) | ![camouflage]({pictures[trial].link}) |\n"
            f"| {before:.1f}, {_verdict(before, info)} | {after:.1f}, {_verdict(after, info)} |"
        ]
    lines.append(
        f"The winner is trial {trial}. Scores are those of the delivered file's bytes"
        + ("." if again is None else f"; after a second compression {again:.1f}.")
    )
    return "\n\n".join(lines)


def _verdict(score: float, info: ScorerInfo) -> str:
    return "high quality" if is_high_quality(score, info) else "low quality"


def _text(words: str) -> str:
    """Words that Markdown is to show as they are."""
    return "".join(f"\\{x}" if x in r"\`*_{}[]<>()#+!|" else x for x in words)
