"""Which channels a search is after: the one that makes the delivered file, and further ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from blackcamo.channel import Channel
from blackcamo.channels.canvas import Canvas
from blackcamo.channels.catalogue import channels, names_several
from blackcamo.channels.jpeg import Jpeg
from blackcamo.channels.passage import Passage
from blackcamo.errors import OptionError

Aggregate: TypeAlias = Literal["worst", "mean"]
"""The aggregates of scores after several channels."""

STANDARD = "standard"
"""The set of channels that is asked about where none is named."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A study's record of several channels: names, and steps of those behind the delivery."""

    delivery: str
    others: tuple[tuple[str, str], ...]
    aggregate: Aggregate


@dataclass(frozen=True, slots=True)
class Searched:
    """The channels that a search sends its candidates through.

    Args:
        name: what the delivery channel is called.
        delivery: it makes the file whose bytes are delivered.
        others: what may happen to that file afterwards, each by itself.
        aggregate: what counts of all these scores, the delivery channel's among them.
        missing: channels of a set that cannot be used here, with the reason.
    """

    name: str = ""
    delivery: Channel = field(default_factory=Channel)
    others: tuple[Passage, ...] = ()
    aggregate: Aggregate = "worst"
    missing: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many channels there are, that of the delivery among them."""
        return 1 + len(self.others)

    @property
    def identity(self) -> dict[str, Any]:
        """A study's record of several channels, see :class:`Recorded`; empty for one."""
        if not self.others:
            return {}
        others = [[passage.name, passage.spec] for passage in self.others]
        return {"delivery": self.name, "others": others, "aggregate": self.aggregate}

    @classmethod
    def recorded(cls, delivery: Channel, identity: Mapping[str, Any] | None) -> Searched:
        """The channels that a study has recorded.

        Args:
            delivery: its delivery channel.
            identity: as above, None for nothing.

        Raises:
            MissingExtraError: a channel needs a package that is not installed here.
        """
        if not identity:
            return cls(delivery=delivery)
        others = (Passage.parse(spec, name=name) for name, spec in identity["others"])
        return cls(identity["delivery"], delivery, tuple(others), identity["aggregate"])

    def told(self, score: float, scores: Mapping[str, float]) -> str:
        """The score that counts of several, in words; "" where there is one channel.

        >>> from blackcamo.channels import Passage
        >>> Searched("jpeg:90", others=(Passage.parse("flip"),)).told(7, {"jpeg:90": 5, "flip": 7})
        'worst of 2 channels (flip)'
        """
        if not self.others:
            return ""
        if self.aggregate == "mean":
            return f"mean of {self.count} channels"
        worst = next(name for name, one in scores.items() if one == score)
        return f"worst of {self.count} channels ({worst})"

    def delivered(self, score: float, scores: Mapping[str, float]) -> float:
        """The score of the delivered bytes: of several by name, or the only one."""
        return scores.get(self.name, score)


def searched_channels(
    names: Sequence[str], *, delivery: Channel, aggregate: Aggregate = "worst"
) -> Searched:
    """The channels that names say; without any it is the delivery channel alone.

    Args:
        names: the first is the delivery channel, ``jpeg:QUALITY[/SUBSAMPLING]`` or
            ``canvas:QUALITY``; the further ones as :func:`channels` takes them.
        delivery: what makes the file where no channel is named.

    Raises:
        OptionError: the first one makes no JPEG, or there is nothing to aggregate.
        BlackcamoError: a further channel is unknown, wrong, or needs what is not installed.
    """
    first = names[0] if names else ""
    found = channels(names) if names else None
    if found is not None:
        steps = () if names_several(first) else found.passages[0].steps
        if len(steps) != 1 or not isinstance(steps[0], Jpeg | Canvas):
            raise OptionError(
                f"the first channel is {first}; it makes the file that is delivered and must be "
                "jpeg:QUALITY[/SUBSAMPLING] or canvas:QUALITY: name that first, as in "
                f"jpeg:90,{first}"
            )
        delivery = steps[0].channel
    others = () if found is None else found.passages[1:]
    if aggregate != "worst" and not others:
        raise OptionError(
            f"aggregate is {aggregate}; a search of one channel has nothing to aggregate: name "
            "several with --channel, or say --robust"
        )
    return Searched(first, delivery, others, aggregate, () if found is None else found.missing)
