"""Results made of presets and studies: pictures, files for editors, pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from blackcamo.run.results.base import Result
from blackcamo.types import Export


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyResult(Result):
    """One photo that a preset was applied to; scores are those after the channel, if asked for."""

    photo: Path
    output: Path | None = None
    score_before: float | None = None
    score_after: float | None = None
    notes: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth(Result):
    """The score of the picture that ``formats`` give, which is less than the candidate.

    ``carries`` is "look" (colours alone), "table" (the same by a coarse table), "layers" (colours
    and exact layers), "approximation" or "nothing"; ``reached`` says whether it is at the study's
    target, None if another scorer was asked. ``error`` says why there is no score.
    """

    formats: tuple[str, ...]
    carries: str
    score: float | None = None
    high_quality: bool | None = None
    reached: bool | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportResult(Result):
    """The files of an export, by format; the format "layers" carries ``layers`` exactly.

    ``score`` is that of the candidate itself, verified if it was delivered; ``worth`` what the
    formats score that carry less, as far as that was asked for.
    """

    study: str
    pick: str
    trial: int
    exports: Mapping[str, Export]
    layers: tuple[str, ...] = ()
    scorer: str
    target: float
    score: float | None = None
    worth: tuple[Worth, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownResult(Result):
    """One camouflage of a report: what its preset records, or ``error`` if it is not shown.

    ``photo`` is the camouflage, ``name`` that of its original; ``queries`` is None if unknown.
    """

    photo: Path
    name: str | None = None
    scorer: str | None = None
    score_before: float | None = None
    score_after: float | None = None
    appeal: float | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
    verdict: str | None = None
    succeeded: bool = False
    queries: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportResult(Result):
    """The files of a report, page by page, and what became of each camouflage."""

    pages: tuple[Path, ...]
    sheets: tuple[Path, ...]
    results: tuple[ShownResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option(Result):
    """One result of a study to choose from, as it was searched; ``pick`` is what delivers it.

    ``known_for`` says what it has most of: delivered, most liked, subtlest, most camouflaged.
    """

    pick: int
    style: str
    score: float
    appeal: float
    verdict: str
    known_for: tuple[str, ...]
    recipe: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseResult(Result):
    """Clearly different results of a study, and the page and the sheet that show them."""

    study: str
    page: Path
    sheet: Path
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturesResult(Result):
    """Pictures of a study's trials: which ones were ``made`` now, and every one's file."""

    study: str
    made: tuple[int, ...]
    files: Mapping[int, Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneResult(Result):
    """The pictures that were deleted of a folder, and the size of those that are left there."""

    folder: Path
    removed: int
    freed_bytes: int
    kept_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeResult(Result):
    """A study made of others, and how many trials it has."""

    study: str
    sources: tuple[str, ...]
    trials: int
