"""Constraint repair: candidates under the floor of appeal are weakened until they are at it.

Rendering costs no query, and one spent on what could not be delivered would be lost.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from blackcamo.rendering.picture import Picture, Prepared, Values
from blackcamo.styles.space import towards

_REPAIRS = 4
"""Times that a candidate under the floor is rendered again at most."""
ABOVE_FLOOR = 1.0
"""Points above the floor that a repair aims at."""
_CLOSE = 3.0
"""Points above the floor at which a repair ends: more is left of a candidate than could be."""
_BEND = 1.4
"""Log odds of appeal fall with this power of a candidate's share: at first little is seen. Chosen
on candidates of two photos, see studies/018-repairs."""
_LEAST_MOVE = 0.05
"""Of what lies between a candidate that is too weak and one too strong: a repair keeps so far from
both."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Parameters that a candidate under the floor is drawn towards, and their appeal (0-100).

    Args:
        floor: least appeal (0-100) of a candidate that is left as it is.
    """

    params: Values
    appeal: float
    floor: float

    def helps(self, appeal: float) -> bool:
        """Whether a candidate of that appeal can be drawn towards it as far as the floor."""
        return appeal < self.floor and self.appeal > self.floor + ABOVE_FLOOR


def repaired(
    params: Sequence[Values],
    anchors: Sequence[Anchor | None],
    pictures: Callable[[Sequence[Values]], list[Picture]],
) -> list[Prepared]:
    """Candidates at the floor or a little above, as far as a few steps to their anchors help.

    How much is left of a candidate is found by false position, of log odds: appeal itself falls
    like a sigmoid, and a line from an anchor to what is far under the floor leads to next to
    nothing.

    Args:
        anchors: for each candidate what it is drawn towards; None leaves it as it is.
        pictures: renders candidates, in the order given.
    """
    first = pictures(params)
    found: list[Prepared] = list(zip(params, first, strict=True))
    appeals = [picture.appraisal.value for picture in first]
    repairs = {
        i: _Repair(anchor, 0.0, anchor.appeal, 1.0, appeal)
        for i, (anchor, appeal) in enumerate(zip(anchors, appeals, strict=True))
        if anchor is not None and anchor.helps(appeal)
    }
    for _ in range(_REPAIRS):
        again = {
            i: towards(repair.anchor.params, params[i], repair.between())
            for i, repair in repairs.items()
            if not repair.is_done
        }
        if not again:
            break
        for i, picture in zip(again, pictures(list(again.values())), strict=True):
            repairs[i] = repairs[i].learned(picture.appraisal.value)
            # What is too strong stands only until there is something that is not.
            if repairs[i].weak == 0 or picture.appraisal.value >= repairs[i].anchor.floor:
                found[i] = again[i], picture
    return found


@dataclass(frozen=True, slots=True)
class _Repair:
    """Shares of a candidate (0-1) that are left: one at the floor or above, and one under it."""

    anchor: Anchor
    weak: float
    weak_appeal: float
    strong: float
    strong_appeal: float

    @property
    def is_done(self) -> bool:
        """Whether a share was found that is close enough above the floor."""
        return self.weak != 0 and self.weak_appeal <= self.anchor.floor + _CLOSE

    def between(self) -> float:
        """Where the floor is, should the log odds of appeal fall along a line."""
        weak, strong = _log_odds(self.weak_appeal), _log_odds(self.strong_appeal)
        fallen = (weak - _log_odds(self.anchor.floor + ABOVE_FLOOR)) / (weak - strong)
        if self.weak == 0:
            fallen = fallen ** (1 / _BEND)
        moved = min(max(fallen, _LEAST_MOVE), 1 - _LEAST_MOVE)
        return self.weak + moved * (self.strong - self.weak)

    def learned(self, appeal: float) -> _Repair:
        """With what became of the share between them."""
        share = self.between()
        if appeal >= self.anchor.floor:
            return replace(self, weak=share, weak_appeal=appeal)
        return replace(self, strong=share, strong_appeal=appeal)


def _log_odds(appeal: float) -> float:
    """Of an appeal of 0-100; finite at both ends."""
    return math.log((appeal + 0.01) / (100.01 - appeal))
