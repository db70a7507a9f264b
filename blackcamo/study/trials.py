"""Evaluations as Optuna trials and back, without loss."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from blackcamo.types import UNCHANGED, Evaluation, Proposal

if TYPE_CHECKING:
    from blackcamo.study.store import Json, Outcome
    from blackcamo.styles.space import StyleSpace

METRICS = ("score", "appeal")
STYLE = "style"
"""The parameter that names a trial's style."""

Ranges: TypeAlias = dict[str, BaseDistribution]
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


def distributions(styles: Mapping[str, StyleSpace]) -> dict[str, Ranges]:
    """For every style, and the photo unchanged, what its trials hold.

    That is the style as a categorical, and the range of each parameter that it frees in physical
    units.
    """
    names = CategoricalDistribution((UNCHANGED, *styles))
    free = {name: space.ranges for name, space in styles.items()}
    return {
        name: {STYLE: names, **{p: FloatDistribution(*ends) for p, ends in ranges.items()}}
        for name, ranges in {UNCHANGED: {}, **free}.items()
    }


def running_trial(
    batch: int,
    proposal: Proposal,
    params: Mapping[str, float],
    ranges: Mapping[str, Ranges],
    *,
    notes: Mapping[str, Json],
    started: datetime,
) -> FrozenTrial:
    """The template of a trial that is being evaluated since ``started`` (local time).

    What its style fixes is a note: it is no choice of the search.
    """
    held = {n: r for n, r in ranges[proposal.style].items() if n in (STYLE, *params)}
    fixed = {name: value for name, value in params.items() if name not in held}
    trial = create_trial(
        state=TrialState.RUNNING,
        params={STYLE: proposal.style, **{n: v for n, v in params.items() if n in held}},
        distributions=dict(held),
        user_attrs={**notes, "batch": batch, "vector": proposal.vector, "fixed": fixed},
    )
    trial.datetime_start = started
    return trial


def copied_trial(trial: FrozenTrial, notes: Mapping[str, Json]) -> FrozenTrial:
    """The template of a copy, with notes that replace its own of these names."""
    copy = create_trial(
        state=TrialState.RUNNING,
        params=trial.params,
        distributions=trial.distributions,
        user_attrs={**trial.user_attrs, **notes},
    )
    copy.datetime_start = trial.datetime_start or datetime.now()
    return copy


def proposal_of(trial: FrozenTrial) -> Proposal:
    """What was asked for with this trial."""
    return Proposal(trial.params[STYLE], tuple(trial.user_attrs["vector"]))


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
    free = {name: value for name, value in trial.params.items() if name != STYLE}
    return Evaluation(
        style=trial.params[STYLE],
        vector=tuple(notes["vector"]),
        params={**notes["fixed"], **free},
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
