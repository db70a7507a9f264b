"""Classifiers as scorers: how sure they are of a photo's own class, in percent.

The own class is the one that the classifier finds most likely in the photo unchanged, as it arrives
after the channel. What is made of the photo is then scored by what is left of that class.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from blackcamo.errors import OptionError
from blackcamo.scorers.base import choose, extra_int, scorable
from blackcamo.types import NoScore, Pixels, ScorerInfo, ScorerOptions

Numbers: TypeAlias = Literal["logits", "probabilities"]
Compared: TypeAlias = Literal["all", "rival"]
OPTIONS = ("class", "compared")
"""Names of the options that ``--scorer-option`` has for a classifier."""
MAX_CLASS = 1 << 20


@dataclass(frozen=True, slots=True)
class Classes:
    """How a classifier's numbers, one for each class, become a score.

    Args:
        numbers: what they are; probabilities are divided by their sum.
        compared: "all": the probability of the class among all; "rival": among it and the
            strongest other one alone, so that the label changes at 50.
        own: the class that is asked about, from 0; None is the most likely one of each picture.
    """

    numbers: Numbers
    compared: Compared = "all"
    own: int | None = None

    def accepts(self, count: int) -> bool:
        """Whether a score can be read from that many numbers."""
        return count > max(1, self.own or 0)

    def likeliest(self, numbers: NDArray[Any]) -> int:
        """The class with the largest of the ``numbers`` (K)."""
        return int(np.argmax(numbers))

    def score(self, numbers: NDArray[Any], own: int | None = None) -> float:
        """Percent (0-100) of a class; NaN where the ``numbers`` (K) are no probabilities.

        Args:
            own: the class, where this one leaves it open.
        """
        row = np.asarray(numbers, dtype=np.float64)
        if not np.isfinite(row).all():
            return math.nan
        if self.numbers == "logits":
            row = np.exp(row - row.max())
        elif (row < 0).any() or row.sum() <= 0:
            return math.nan
        own = own if self.own is None else self.own
        own = self.likeliest(row) if own is None else own
        others = np.delete(row, own)
        against = others.max() if self.compared == "rival" else others.sum()
        return float(100 * row[own] / (row[own] + against)) if row[own] > 0 else 0.0


def choose_classes(classes: Classes, name: str, options: ScorerOptions) -> Classes:
    """Classes as the user's options have them: ``class`` and ``compared``.

    Raises:
        OptionError: an unknown comparison, or a class that is no whole number from 0.
    """
    compared = options.extra.get("compared", classes.compared)
    choose(f"compared of scorer {name!r}", compared, get_args(Compared))
    own = classes.own
    if "class" in options.extra:
        own = extra_int(options, "class", default=0, low=0, high=MAX_CLASS)
    return Classes(classes.numbers, "rival" if compared == "rival" else "all", own)


def refuse_class_options(name: str, options: ScorerOptions) -> None:
    """Refuse what only a classifier has.

    Raises:
        OptionError: it is asked for.
    """
    for key in OPTIONS:
        if key in options.extra:
            raise OptionError(
                f"scorer {name!r} is no classifier, so that it has no option {key!r}; say in its "
                "description (or with the option classes) that its numbers stand for classes"
            )


class Seen:
    """Reads a picture's score by its likeliest class, and keeps which one that is."""

    def __init__(self, classes: Classes) -> None:
        self._classes = classes
        self._class: int | None = None

    def __call__(self, numbers: NDArray[Any]) -> float:
        """Percent of the likeliest class of ``numbers`` (K)."""
        score = self._classes.score(numbers)
        if not math.isnan(score):
            self._class = self._classes.likeliest(numbers)
        return score

    def keep(self, image: Pixels, known: dict[str, int]) -> None:
        """Note the class of the picture that was read, if it has one."""
        if self._class is not None:
            known[picture_digest(image)] = self._class


class Asked(Protocol):
    """A classifier that can be asked about any class."""

    def __call__(
        self, images: Sequence[Pixels], own: int | None, *, reference: bool
    ) -> Sequence[float]:
        """Percent of a class in each picture; None is the likeliest one of each, which it keeps."""


class OfPhoto:
    """A classifier that is asked about the own class of one photo.

    The class is found in the first answer that the classifier gives on the photo. Where it is asked
    about something else before, the photo is shown first.

    Args:
        info: what the classifier declares.
        photo: the photo as it arrives, uint8 (H, W, 3).
        asked: scores pictures by a class.
        known: the likeliest class of pictures that were shown, by `picture_digest`.
    """

    def __init__(
        self, info: ScorerInfo, photo: Pixels, asked: Asked, known: Mapping[str, int]
    ) -> None:
        self.info = info
        self._photo = photo
        self._digest = picture_digest(photo)
        self._asked = asked
        self._known = known

    @property
    def settings(self) -> Mapping[str, str]:
        """The options with which a scorer asks about the same class; empty before it is known."""
        own = self._known.get(self._digest)
        return {} if own is None else {"class": str(own)}

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> Sequence[float]:
        """Percent of the photo's own class in each picture, in order."""
        if self._digest not in self._known:
            first = self._asked([self._photo], None, reference=True)
            if self._digest not in self._known:
                why = getattr(first[0], "reason", "it gave no number")
                return [NoScore(f"the photo itself has no class: {why}")] * len(images)
            if len(images) == 1 and picture_digest(images[0]) == self._digest:
                return first
        return self._asked(images, self._known[self._digest], reference=reference)


def picture_digest(pixels: Pixels) -> str:
    """A digest of a picture's pixels and size."""
    if not scorable(pixels):
        return ""
    return hashlib.sha256(f"{pixels.shape}".encode() + pixels.tobytes()).hexdigest()
