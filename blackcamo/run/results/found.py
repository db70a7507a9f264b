"""Results about scorers and workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blackcamo.run.results.base import Result

if TYPE_CHECKING:
    from blackcamo.exploring.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnResult(Result):
    """The result of learning a scorer; ``profile`` is None where it was interrupted.

    ``hiding`` and ``reach`` are those of the profile, ``aside`` the
    number of photos that were set aside for ``reach``.
    """

    scorer: str
    profile: Path | None
    photos: int
    aside: int
    hiding: Mapping[str, Mapping[str, float]]
    reach: Mapping[str, Mapping[str, float]]
    queries: Mapping[str, int]
    seconds: float
    interrupted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExploreResult(Result):
    """The result of an exploration; files are None where it was interrupted.

    ``looks`` is how many were shown of each of so many ``photos``; ``queries`` counts by scorer and
    kind, ``without_score`` pictures of this call by scorer and cause, and ``failures`` says why a
    photo is not among them. ``readings`` are what the table says of each scorer. ``table`` is the
    CSV, ``document`` all of it as JSON, ``sheets`` are by scorer.
    """

    out: Path
    photos: int
    looks: int
    scorers: tuple[str, ...]
    queries: Mapping[str, Mapping[str, int]]
    without_score: Mapping[str, Mapping[str, int]]
    failures: Mapping[Path, str]
    interrupted: bool
    seconds: float = 0.0
    table: Path | None = None
    document: Path | None = None
    page: Path | None = None
    sheets: Mapping[str, Path] = field(default_factory=dict)
    readings: Mapping[str, Reading] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterWorker(Result):
    """A worker of a cluster: what it has, and in ``problem`` why it cannot search, None if it can.

    ``scorer`` is what the scorer declares, ``job`` what tells the call from others; both are empty
    where it could not be loaded.
    """

    address: str
    host: str | None
    threads: int
    memory_bytes: int
    python: str | None
    versions: Mapping[str, str]
    scorer: Mapping[str, Any]
    job: str
    problem: str | None
