"""Evaluations as Optuna trials and back, without loss."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from blackcamo.errors import StudyError
from blackcamo.records import plain, typed
from blackcamo.types import UNCHANGED, Evaluation, Proposal

if TYPE_CHECKING:
    from blackcamo.study.store import Json, Outcome
    from blackcamo.styles.space import StyleSpace

METRICS = ("score", "appeal")
STYLE = "style"
"""The parameter that names a trial's style."""
FOUND = "found"
"""The note of what an evaluation found; studies of earlier builds hold its parts as notes."""

Ranges: TypeAlias = dict[str, BaseDistribution]
Values: TypeAlias = tuple[float | None, float]
"""Score, None where there is none, and appeal."""


@dataclass(frozen=True, slots=True)
class Jpeg:
    """The encoded picture of a trial as its note records it."""

    sha256: str
    bytes: int
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The findings of an evaluation; the record of a batch held them whole in earlier builds."""

    appeal: float
    parts: Mapping[str, float]
    jpeg: Jpeg
    score: float | None = None
    cached: bool = False
    error: str | None = None
    scores: Mapping[str, float] | None = None
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """The notes of a trial from its beginning on."""

    batch: int
    vector: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes of a trial that was evaluated; ``appeal`` where it has no values."""

    batch: int
    vector: tuple[float, ...]
    queries: int
    parts: Mapping[str, float]
    jpeg: Jpeg
    fixed: Mapping[str, float] = field(default_factory=dict)
    appeal: float = math.nan
    cached: bool = False
    error: str | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """A trial that was evaluated; ``queries`` is the ledger's total after its batch."""

    number: int
    batch: int
    queries: int
    evaluation: Evaluation


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
    its_own = {"batch": batch, "vector": [*map(_whole, proposal.vector)]}
    trial = create_trial(
        state=TrialState.RUNNING,
        params={STYLE: proposal.style, **{n: v for n, v in params.items() if n in held}},
        distributions=dict(held),
        user_attrs={**notes, **its_own, **({"fixed": fixed} if fixed else {})},
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


def begun(trial: FrozenTrial, where: str) -> tuple[int, Proposal]:
    """The batch of a running trial, and what was asked for with it.

    Raises:
        StudyError: the record is damaged; its message begins with ``where``.
    """
    where = f"{where}: trial {trial.number}"
    notes = typed(Begun, trial.user_attrs, where, StudyError)
    style = typed(str, trial.params.get(STYLE), f"{where}: {STYLE}", StudyError)
    return notes.batch, Proposal(style, notes.vector)


def pack(evaluation: Evaluation) -> Answer:
    """The findings of an evaluation; vector and parameters are in the trial already."""
    return Answer(
        score=evaluation.score if math.isfinite(evaluation.score) else None,
        appeal=evaluation.appeal,
        parts=evaluation.parts,
        jpeg=Jpeg(
            evaluation.jpeg_sha256,
            evaluation.jpeg_bytes,
            evaluation.width_px,
            evaluation.height_px,
        ),
        cached=evaluation.cached,
        error=evaluation.error,
        # There are none where one channel is searched for.
        scores=evaluation.scores or None,
        partial=evaluation.partial,
    )


def found(answer: Answer, queries: int) -> dict[str, Json]:
    """The note of an answer; what is usual, and values that stand elsewhere, are left out.

    Args:
        queries: the ledger's total after its batch.
    """
    note = {k: v for k, v in plain(answer).items() if v is not None and v is not False}
    if note.pop("score", None) is not None:
        del note["appeal"]
    parts = {name: _whole(part) for name, part in answer.parts.items()}
    # One note: each is a line of a journal.
    return {FOUND: {**note, "parts": parts, "queries": queries}}


def outcome(values: Values | Answer) -> Outcome:
    """How the trial of an answer ends that is noted already."""
    score, appeal = (values.score, values.appeal) if isinstance(values, Answer) else values
    if score is None:
        return TrialState.FAIL, None, {}
    return TrialState.COMPLETE, (score, appeal), {}


def _whole(number: float) -> float:
    """A whole number as an int, which is shorter in JSON and read as the same float."""
    text = repr(float(number))
    return int(number) if text.endswith(".0") and text != "-0.0" else number


def unpack(trial: FrozenTrial, where: str) -> Answered:
    """The record of a finished trial.

    Args:
        where: how a message about damage begins.

    Raises:
        StudyError: the record is damaged.
    """
    where = f"{where}: trial {trial.number}"
    told = trial.user_attrs.get(FOUND)
    told = {**trial.user_attrs, **told} if isinstance(told, Mapping) else trial.user_attrs
    notes = typed(Notes, told, where, StudyError)
    free = dict(trial.params)
    style = typed(str, free.pop(STYLE, None), f"{where}: {STYLE}", StudyError)
    values = trial.values or (math.nan, notes.appeal)
    score, appeal = typed(tuple[float, float], values, f"{where}: values", StudyError)
    evaluation = Evaluation(
        style=style,
        vector=notes.vector,
        params={**notes.fixed, **free},
        score=score,
        appeal=appeal,
        parts=notes.parts,
        jpeg_sha256=notes.jpeg.sha256,
        jpeg_bytes=notes.jpeg.bytes,
        width_px=notes.jpeg.width_px,
        height_px=notes.jpeg.height_px,
        cached=notes.cached,
        error=notes.error,
        scores=notes.scores,
        partial=notes.partial,
    )
    return Answered(trial.number, notes.batch, notes.queries, evaluation)


def answered(all_trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """Those that were evaluated; not the ones that run, nor those lost with their process."""
    return [t for t in all_trials if t.state.is_finished() and not t.user_attrs.get("lost")]
