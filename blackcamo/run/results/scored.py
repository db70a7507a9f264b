"""Results about pictures: their scores, their appeal, and these after channels and on scorers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from blackcamo.run.results.base import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealResult(Result):
    """How appealing an edit is, 0-100, with the parts it was made of; ``error`` if it failed.

    ``preset`` is the file by which it was seen, None where its pixels alone told.
    """

    photo: Path
    preset: Path | None = None
    appeal: float | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreResult(Result):
    """One photo's score; ``high_quality`` is on the better side of the threshold, or at it."""

    photo: Path
    scorer: str
    threshold: float | None = None
    score: float | None = None
    high_quality: bool | None = None
    notes: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyResult(Result):
    """Whether a camouflage still scores what its preset recorded; ``photo`` is the camouflage."""

    photo: Path
    preset: Path
    scorer: str
    recorded: float
    score: float
    reproduced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelsResult(Result):
    """One file's score, and its scores after channels, by their names; None where there is none.

    ``recovered`` are the points that a channel moves the score towards high quality, ``worst`` is
    the score that lies farthest there, ``score_before`` the original's, as the preset beside the
    file records it of this scorer; ``sheet`` is the picture of all of them, where it was asked for.
    """

    photo: Path
    scorer: str
    threshold: float | None = None
    score: float | None = None
    score_before: float | None = None
    scores: Mapping[str, float | None] = field(default_factory=dict)
    high_quality: Mapping[str, bool | None] = field(default_factory=dict)
    recovered: Mapping[str, float | None] = field(default_factory=dict)
    worst: float | None = None
    mean: float | None = None
    queries: int = 0
    sheet: Path | None = None
    notes: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureEntry(Result):
    """The effect of one countermeasure on camouflages and on clean pictures.

    ``recovered`` is the mean of points towards high quality, ``high_again`` how many of the ``low``
    camouflages are of high quality after it. Of clean pictures ``clean_change`` is that mean,
    ``clean_moved`` the mean of points either way, ``clean_kept`` how many of the ``clean_high``
    still are of high quality, ``plcc`` the correlation with their opinion scores. None where there
    are no such pictures.
    """

    name: str
    recovered: float | None
    low: int
    high_again: int
    clean_change: float | None
    clean_moved: float | None
    clean_high: int
    clean_kept: int
    plcc: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountermeasuresResult(Result):
    """Camouflages and clean pictures after every measure, and what each measure comes to.

    ``plcc_before`` is the correlation with opinion scores of the clean pictures as they are.
    """

    results: tuple[ChannelsResult, ...]
    clean: tuple[ChannelsResult, ...]
    measures: tuple[MeasureEntry, ...]
    plcc_before: float | None
    plot: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRow(Result):
    """The scores of a camouflage by a scorer, perhaps another one than it was made for.

    ``drop`` is by how much quality falls, in points of the judging scorer's scale; ``recorded``
    says that the search had asked already.
    """

    photo: str
    file: str
    attacked: str
    judged: str
    score_before: float
    score_after: float
    high_before: bool
    high_after: bool
    drop: float
    recorded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferCell(Result):
    """The scores of all camouflages for a scorer by another one.

    ``accuracy`` is the share that still is of high quality of those that were before, None where
    none was; ``mean_drop`` is that of all ``files``.
    """

    attacked: str
    judged: str
    files: int
    high_before: int
    high_after: int
    accuracy: float | None
    mean_drop: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferResult(Result):
    """A matrix of attacked and judging scorers, and the scores that it is made of.

    ``queries`` counts for each judge by kind; ``errors`` name what could not be judged.
    """

    cells: tuple[TransferCell, ...]
    rows: tuple[TransferRow, ...]
    queries: Mapping[str, Mapping[str, int]]
    table: Path | None
    errors: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseEntry(Result):
    """A clause of a recipe: what the whole recipe is without it, and its share of what that does.

    ``kept`` says that the minimal recipe has it; ``score_share`` and ``appeal_share`` of all
    clauses add up to what the whole recipe changes of the photo's score and appeal. None is what
    the budget did not reach; ``says`` tells the first two in words.
    """

    clause: str
    params: tuple[str, ...]
    kept: bool
    score_without: float | None
    appeal_without: float | None
    score_share: float | None
    appeal_share: float | None
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainResult(Result):
    """The effects of a recipe's clauses, the most visible first, and which of them it takes.

    ``score_before`` and ``appeal_before`` are those of the photo after the channel, ``score`` and
    ``appeal`` those of the whole recipe, which ``succeeded`` or not, ``minimal`` is the recipe that
    is left. ``complete`` says that the budget was enough. ``output``, ``preset`` and ``strip`` are
    the files, if they were asked for.
    """

    photo: Path
    study: str | None
    style: str
    scorer: str
    threshold: float
    target: float
    appeal_floor: float
    score_before: float
    appeal_before: float
    score: float
    appeal: float
    score_minimal: float
    appeal_minimal: float
    succeeded: bool
    clauses: tuple[ClauseEntry, ...]
    minimal: str
    complete: bool
    queries: Mapping[str, int]
    output: Path | None = None
    preset: Path | None = None
    strip: Path | None = None
    notes: tuple[str, ...] = ()
