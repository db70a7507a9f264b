"""The identity of a study: its fixed attributes; and its record of what was delivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from blackcamo.channel import Channel
from blackcamo.types import Mode, ScorerInfo, ScorerOptions


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A photo as studies and presets record it."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Identity:
    """The attributes that decide which candidates a study asks for and what becomes of them.

    These are its fixed attributes, and the first part of a preset's provenance.
    """

    blackcamo: str
    photo: PhotoFile
    scorer_spec: str
    scorer_options: ScorerOptions
    scorer: ScorerInfo
    appeal_measure: str
    mode: Mode
    target: float
    appeal_floor: float
    styles: tuple[str, ...]
    style_spaces: Mapping[str, str]
    strategy: str
    seed: int
    batch: int
    channel: Channel
    finish: str
    filters: tuple[str, ...]
    space: str
    proxy_px: int
    keep_size: bool


@dataclass(frozen=True, slots=True)
class Delivered:
    """The part of what a study says of its delivery that commands rely on."""

    trial: int
    score_before: float
    score_after: float
    appeal: float
    score_recompressed: float | None = None
    score_counted: float | None = None
    channel_scores: Mapping[str, float] = field(default_factory=dict)
    channel_scores_before: Mapping[str, float] = field(default_factory=dict)


IDENTITY = tuple(f.name for f in fields(Identity))
LOOK, PROFILE = "look", "profile"
CHANNELS = "channels"
ENOUGH = "appeal_enough"
FURTHER = (LOOK, PROFILE, CHANNELS, ENOUGH)
"""More, where the look of a file is searched, too, where a profile says how to begin, where several
channels are searched for, and how far appeal counts (studies of earlier builds do not say)."""
LEARNING = "learning"
"""What a study of many photos has, their digests: no search goes on in it."""
