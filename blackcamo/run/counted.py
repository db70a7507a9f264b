"""Which score counts where several channels are searched for, and what is told of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from blackcamo.channels import Searched
from blackcamo.report.verdict import Outcome, outcome
from blackcamo.strategies import Goal
from blackcamo.types import Evaluation, ScorerInfo

if TYPE_CHECKING:
    from blackcamo.judge import Judged

COUNTED = "score_counted"
"""The name of the score that counts of several channels, in studies and presets."""


def score_that_counts(facts: Mapping[str, Any]) -> float:
    """The score by which what was delivered has succeeded or not.

    Args:
        facts: what a study or a preset records of it.
    """
    score: float = facts.get(COUNTED, facts["score_after"])
    return score


def score_facts(
    searched: Searched, before: Evaluation | Judged, after: Evaluation
) -> dict[str, Any]:
    """The scores of a photo unchanged and of its camouflage, as studies and presets record them."""
    facts = {
        "score_before": searched.delivered(before.score, before.scores),
        "score_after": searched.delivered(after.score, after.scores),
    }
    if not searched.others:
        return facts
    return {
        **facts,
        COUNTED: after.score,
        "channel_scores": dict(after.scores),
        "channel_scores_before": dict(before.scores),
    }


def told_scores(searched: Searched, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a result that these facts fill, by name."""
    told = {name: facts[name] for name in ("score_before", "score_after")}
    if searched.others:
        told |= {
            "channels": facts["channel_scores"],
            "channels_before": facts["channel_scores_before"],
            "aggregate": searched.aggregate,
            COUNTED: facts[COUNTED],
        }
    return told


def told_outcome(searched: Searched, goal: Goal, info: ScorerInfo, after: Evaluation) -> Outcome:
    """The outcome of a photo; of several channels it names the one that it falls short in."""
    told = outcome(goal, info, after.score, after.appeal)
    if not told.why or not searched.others:
        return told
    said = searched.told(after.score, after.scores)
    return replace(told, why=f"{told.why}; {said} {after.score:.1f}")
