"""Scorers: blind image quality models, what they declare, and what they may be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, SupportsFloat, TypeAlias, runtime_checkable

from blackcamo.types.pictures import Pixels


@dataclass(frozen=True, slots=True)
class ScorerInfo:
    """A scorer's declaration of itself.

    ``digest`` identifies weights and settings (hex, empty if there are none); ``low``/``high``
    bound the scale that people quote (scores may leave it); ``precision`` is that of the search.
    """

    name: str
    low: float = 0.0
    high: float = 100.0
    threshold: float = 50.0
    higher_is_better: bool = True
    digest: str = ""
    engine: str = "numpy"
    precision: str = "fp32"
    preprocess: str = ""


@dataclass(frozen=True, slots=True)
class ScorerOptions:
    """Settings of a scorer; None and "auto" leave the choice to the scorer."""

    device: str = "auto"
    engine: str = "auto"
    preprocess: str | None = None
    low: float | None = None
    high: float | None = None
    threshold: float | None = None
    higher_is_better: bool | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


class Scorer(Protocol):
    """A blind image quality model: pictures in, one number each out."""

    @property
    def info(self) -> ScorerInfo: ...

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> Sequence[float]:
        """Score each image, in order, whatever the others are (they may differ in size).

        A picture that cannot be scored gives NaN and leaves its neighbours alone. Scores are
        deterministic; a batch changes one by at most 1e-3 of a 0-100 scale. ``reference`` asks
        for the path that reported numbers come from: one image at a time, fp32.
        """


@runtime_checkable
class RetryingScorer(Protocol):
    """A scorer that may send an image again (a service that timed out); every sending counts."""

    def permit_retries(self, permit: Callable[[int], bool]) -> None:
        """Ask ``permit(n)`` before n images are sent again; False means the budget is spent."""


@runtime_checkable
class PausingScorer(Protocol):
    """A scorer that cannot be asked at any time, such as a service that limits its callers."""

    @property
    def most_images(self) -> int:
        """How many images it sends at a time; it is asked for no more at once."""

    def pause_s(self) -> float:
        """Seconds until it may be asked.

        Raises:
            ScorerUnavailableError: they are too many to wait for.
        """

    def wait_with(self, wait: Callable[[float], None]) -> None:
        """Call ``wait(seconds)`` for every pause; what that raises ends the call that waits."""


@runtime_checkable
class PhotoScorer(Protocol):
    """A scorer that may ask something of the photo at hand, as a classifier about its class."""

    def about(self, photo: Pixels) -> Scorer:
        """The scorer of that photo, given as it arrives unchanged (H, W, 3), and of its edits.

        Where it has to see the photo first, and is shown something else before, that is an image
        more. A scorer that asks the same of every photo gives itself.
        """


@runtime_checkable
class SettledScorer(Protocol):
    """The scorer of one photo that a :class:`PhotoScorer` makes to ask about that one alone."""

    @property
    def settings(self) -> Mapping[str, str]:
        """The ``extra`` options with which a scorer asks the same; empty before that is known."""


class NoScore(float):
    """NaN that says why a picture has no score; a scorer may return it in place of NaN."""

    reason: str

    def __new__(cls, reason: str) -> NoScore:
        made = super().__new__(cls, "nan")
        made.reason = reason
        return made


ScoreFunction: TypeAlias = Callable[[list[Pixels]], Iterable[float] | SupportsFloat]
"""A callable as a scorer: pictures in, as many numbers out (of one picture also a bare one)."""


class ScorerFactory(Protocol):
    """The target of a scorer's entry point: a class or function with this signature."""

    def __call__(self, argument: str, options: ScorerOptions) -> Scorer:
        """Build the scorer; ``argument`` is what follows "name:" in the scorer's spec."""
