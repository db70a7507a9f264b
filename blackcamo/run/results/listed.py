"""Entries of lists: scorers, styles, filters, profiles, studies and their trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from blackcamo.run.results.base import Result
from blackcamo.types import Param


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileEntry(Result):
    """An installed profile; ``reach`` and ``hiding`` as it has them."""

    name: str
    path: Path
    scorer: str
    hiding: Mapping[str, Mapping[str, float]]
    reach: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorerEntry(Result):
    """A scorer that a name stands for; ``missing`` says what it needs that is not installed."""

    name: str
    description: str
    missing: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckEntry(Result):
    """One thing that ``doctor`` looked at: what it ``found``, and the command that may mend it."""

    part: str
    name: str
    ok: bool
    found: str
    mend: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterEntry(Result):
    """A family of filters and its parameters."""

    name: str
    params: tuple[Param, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleEntry(Result):
    """A style: ``free`` names the low end, start and high end of each parameter that it frees.

    ``liked`` is the share (0-1) of blind looks that found a photo better in it; None where it
    races by name alone.
    """

    name: str
    sentence: str
    liked: float | None
    free: Mapping[str, tuple[float, float, float]]
    fixed: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyEntry(Result):
    """One study of a storage, and what its search delivered, if it has.

    ``date`` is when its latest trial was evaluated, in local time; ``style`` that of what was
    delivered, None for the photo unchanged.
    """

    name: str
    photo: str
    scorer: str
    date: str | None
    style: str | None
    mode: str | None
    seed: int | None
    trials: int
    verdict: str | None
    score_before: float | None
    best_score: float | None
    best_appeal: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontEntry(Result):
    """One trial of a study's Pareto front; ``picks`` are the names under which export knows it."""

    number: int
    style: str
    score: float
    appeal: float
    recipe: str
    params: Mapping[str, float]
    picks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JuryEntry(Result):
    """One trial that a study's jury was shown.

    ``worth`` is on a logarithmic scale whose 0 is the average, None if the trial was in no
    choice; ``vetoed`` says that somebody would not post it.
    """

    number: int
    worth: float | None
    vetoed: bool
    score: float
    appeal: float
    at_target: bool
