"""Candidates: as they are proposed, and what is known of them once they are evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

UNCHANGED = "none"
"""The style of the photo unchanged."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate that is asked for: a style, and a vector (D,) of its space in [-1, 1]."""

    style: str
    vector: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A candidate with its score, its appeal and the digest of its bytes.

    ``vector`` lies in the space of ``style``; ``params`` are all that it changes.
    ``score`` is NaN and ``error`` says why if the candidate failed; ``jpeg_sha256`` is the
    digest of the encoded picture without metadata, its key in the cache. Where several channels
    are searched for, ``score`` is what counts of the ``scores`` after each, by its name; a
    ``partial`` one was given up on, as those that were asked are bad enough.
    """

    style: str
    vector: tuple[float, ...]
    params: Mapping[str, float]
    score: float
    appeal: float
    parts: Mapping[str, float]
    jpeg_sha256: str
    jpeg_bytes: int
    width_px: int
    height_px: int
    cached: bool = False
    error: str | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    partial: bool = False
