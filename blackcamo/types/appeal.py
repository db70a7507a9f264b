"""Measures of appeal: what they look at, and their answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from blackcamo.types.filters import Frame

if TYPE_CHECKING:
    from torch import Tensor

Mode: TypeAlias = Literal["enhance", "imperceptible"]


@dataclass(frozen=True, slots=True)
class Views:
    """The pictures that a measure of appeal sees of B candidates whose frames have one size.

    ``original`` (1, 3, H0, W0) is the photo; ``aligned`` (B, 3, H, W) the photo in the
    candidate's frame; ``graded`` the same after the look; ``styled_delivered`` the picture as its
    style means it, sent through the channel; ``delivered`` the pixels that arrived of the
    candidate, whatever hides in it included; ``frames`` where each frame lies in the photo.
    """

    original: Tensor
    aligned: Tensor
    graded: Tensor
    styled_delivered: Tensor
    delivered: Tensor
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Appraisal:
    """Appeal of one candidate, 0-100, with the named parts it was made of.

    The photo itself, sent through the channel, has 90; what people like better may have more; 80
    is where four viewers of five would post it.
    """

    value: float
    parts: Mapping[str, float]


class Appeal(Protocol):
    """Whether people would post a candidate, and like it better than the photo."""

    @property
    def name(self) -> str: ...

    def __call__(self, views: Views, mode: Mode) -> Sequence[Appraisal]:
        """Appraise each of the B candidates of ``views``."""
