"""Evaluations as Optuna trials and back, without loss."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from optuna.distributions import BaseDistribution, FloatDistribution
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from blackcamo.space import FilterSpace
from blackcamo.study.store import Json, Outcome
from blackcamo.types import Evaluation

METRICS = ("score", "appeal")
_JPEG = {
    "sha256": "jpeg_sha256",
    "bytes": "jpeg_bytes",
    "width_px": "width_px",
    "height_px": "height_px",
}


def directions(*, higher_is_better: bool) -> tuple[StudyDirection, StudyDirection]:
    """Which way score and appeal should go: the worse the scorer's opinion the better."""
    score = StudyDirection.MINIMIZE if higher_is_better else StudyDirection.MAXIMIZE
    return score, StudyDirection.MAXIMIZE


def distributions(space: FilterSpace) -> dict[str, BaseDistribution]:
    """The range and grid of every parameter, in physical units."""
    return {p.name: FloatDistribution(p.low, p.high, step=p.step) for p in space.params}


def running_trial(
    params: Mapping[str, float],
    ranges: Mapping[str, BaseDistribution],
    notes: Mapping[str, Json],
    *,
    started: datetime,
) -> FrozenTrial:
    """The template of a trial that is being evaluated since ``started`` (local time)."""
    trial = create_trial(
        state=TrialState.RUNNING,
        params=dict(params),
        distributions=dict(ranges),
        user_attrs=dict(notes),
    )
    trial.datetime_start = started
    return trial


def pack(evaluation: Evaluation) -> dict[str, Json]:
    """What an evaluation found, as JSON; vector and parameters are in the trial already."""
    return {
        "score": evaluation.score if math.isfinite(evaluation.score) else None,
        "appeal": evaluation.appeal,
        "parts": dict(evaluation.parts),
        "jpeg": {name: getattr(evaluation, field) for name, field in _JPEG.items()},
        "cached": evaluation.cached,
        "error": evaluation.error,
    }


def outcome(packed: Mapping[str, Json], extra: Mapping[str, Json]) -> Outcome:
    """How the trial of a packed evaluation ends; values that stand elsewhere are not repeated."""
    # Every note is a line in a journal, so what is usual is left out.
    notes = {k: v for k, v in {**packed, **extra}.items() if v is not None and v is not False}
    score = notes.pop("score", None)
    if score is None:
        return TrialState.FAIL, None, notes
    return TrialState.COMPLETE, (score, notes.pop("appeal")), notes


def unpack(trial: FrozenTrial) -> Evaluation:
    """The evaluation that a finished trial records."""
    notes = trial.user_attrs
    score, appeal = trial.values or (math.nan, notes["appeal"])
    return Evaluation(
        vector=tuple(notes["vector"]),
        params=trial.params,
        score=score,
        appeal=appeal,
        parts=notes["parts"],
        cached=notes.get("cached", False),
        error=notes.get("error"),
        **{field: notes["jpeg"][name] for name, field in _JPEG.items()},
    )


def answered(all_trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """Those that were evaluated; not the ones that run, nor those lost with their process."""
    return [t for t in all_trials if t.state.is_finished() and not t.user_attrs.get("lost")]
