"""Verdicts on photos, in words that are the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from blackcamo.oracle import is_high_quality
from blackcamo.strategies import Goal
from blackcamo.types import ScorerInfo

_MOST_DECIMALS = 4


class Verdict(StrEnum):
    """The three things that can become of a photo."""

    CAMOUFLAGED = "camouflaged"
    WITHOUT_MARGIN = "low quality without the safety margin"
    NOT_CAMOUFLAGED = "not camouflaged"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict, and with which numbers it falls short of a camouflage; "" where it does not."""

    verdict: Verdict
    why: str = ""

    def __str__(self) -> str:
        if not self.why:
            return self.verdict
        if self.verdict is Verdict.WITHOUT_MARGIN:
            return f"{self.verdict} ({self.why})"
        return f"{self.verdict}: {self.why}"


def outcome(goal: Goal, info: ScorerInfo, score: float, appeal: float) -> Outcome:
    """The verdict on a score and an appeal.

    >>> print(outcome(Goal(45, appeal_floor=80), ScorerInfo("niqe"), 45.8, 83.0))
    low quality without the safety margin (45.8; target 45, threshold 50)
    """
    if goal.succeeded(score, appeal):
        return Outcome(Verdict.CAMOUFLAGED)
    if appeal < goal.appeal_floor:
        floor = goal.appeal_floor
        why = f"appeal {apart(appeal, floor)} is under the floor of {floor:g}"
        return Outcome(Verdict.NOT_CAMOUFLAGED, why)
    if is_high_quality(score, info):
        return Outcome(Verdict.NOT_CAMOUFLAGED, f"target {goal.target:g} not reached")
    why = f"{apart(score, goal.target)}; target {goal.target:g}, threshold {info.threshold:g}"
    return Outcome(Verdict.WITHOUT_MARGIN, why)


def apart(value: float, bound: float) -> str:
    """A value with as many decimals as tell it from a bound, one at least.

    >>> apart(45.82, 45), apart(45.03, 45)
    ('45.8', '45.03')
    """
    for decimals in range(1, _MOST_DECIMALS + 1):
        if float(said := f"{value:.{decimals}f}") != bound:
            break
    return said
