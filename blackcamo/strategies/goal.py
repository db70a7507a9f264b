"""What a search is after: a score past the target at the highest appeal, as one loss."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from blackcamo.errors import OptionError
from blackcamo.types import ScorerInfo

# All scores are brought to points of a 0-100 scale first, so that these hold for any scorer.
DEFAULT_MARGIN = 5.0
"""Points between a scorer's threshold and the default target: what a second JPEG costs."""
SAFETY = 1.0
"""Points past the target that the search still aims for: proxies and engines differ a little."""
SCORE_WEIGHT = 10.0
"""Loss per point that is missing to the target; a point of appeal costs 1, so score comes first."""
FLOOR_WEIGHT = 20.0
"""Loss per point of appeal under the floor: buying 1 point of score with 1 of appeal is a loss."""
WORST_GAP = 1000.0
"""Scores this many points short of the target count alike, so that a failure can be worse."""
ENOUGH = 88.0
"""Nearly the photo's own appeal. What more there is of it is the measure's opinion and no longer
people's: they follow the style (studies/021-starts), and searches that went on to 98 came to harsh
pictures (studies/005-camouflage). What has more counts as this."""
FAILED = 100.0 + SCORE_WEIGHT * WORST_GAP + FLOOR_WEIGHT * 100.0 + 1.0
"""Loss of a candidate without a score or appeal: finite, and worse than any that has both."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A target for the score and a floor for the appeal.

    Args:
        target: the score to reach, on the scorer's own scale.
        low, high: the scorer's scale.
        higher_is_better: whether the scorer gives good pictures high scores; the search then
            drives scores down to the target, and up to it otherwise.
        appeal_floor: least appeal that counts as a success, 0-100.
        enough: the appeal beyond which more counts for nothing, 0-100.

    Raises:
        OptionError: a value is out of its bounds.
    """

    target: float
    low: float = 0.0
    high: float = 100.0
    higher_is_better: bool = True
    appeal_floor: float = 0.0
    enough: float = ENOUGH

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise OptionError(f"the scorer's scale {self.low:g} to {self.high:g} is empty")
        if not self.low <= self.target <= self.high:
            raise OptionError(
                f"target is {self.target:g}; it must be on the scorer's scale, "
                f"{self.low:g} to {self.high:g}"
            )
        if not 0 <= self.appeal_floor <= 100:
            raise OptionError(
                f"appeal floor is {self.appeal_floor:g}; it must be between 0 and 100"
            )

    @classmethod
    def for_scorer(
        cls, info: ScorerInfo, *, target: float | None = None, appeal_floor: float = 0.0
    ) -> Goal:
        """The goal on this scorer's scale; by default 5 % of it past the threshold.

        Raises:
            OptionError: the target lies on the side that the scorer calls high quality.
        """
        sign = 1.0 if info.higher_is_better else -1.0
        if target is None:
            target = info.threshold - sign * DEFAULT_MARGIN * (info.high - info.low) / 100.0
            target = min(max(target, info.low), info.high)
        if sign * (target - info.threshold) > 0:
            side = "at or below" if info.higher_is_better else "at or above"
            raise OptionError(
                f"target is {target:g}; it must be {side} the threshold {info.threshold:g} "
                f"of {info.name!r}"
            )
        return cls(target, info.low, info.high, info.higher_is_better, appeal_floor)

    def moved(self, by: float) -> Goal:
        """The same goal for a scale that reads differently by so much, kept on the scale."""
        return replace(self, target=min(max(self.target + by, self.low), self.high))

    def reached(self, score: float) -> bool:
        """Whether this score is at the target or past it."""
        return self.gap(score) <= 0

    def safely_reached(self, score: float) -> bool:
        """Whether a score found by the search is far enough past the target to stay there."""
        return self.gap(score) + SAFETY <= 0

    def succeeded(self, score: float, appeal: float) -> bool:
        """Whether score and appeal are both where they should be."""
        return self.reached(score) and appeal >= self.appeal_floor

    def loss(self, score: float, appeal: float) -> float:
        """What the search minimises: always finite, and a function of its arguments alone.

        Short of the target every point of score outweighs points of appeal; past it only appeal
        counts, up to ``enough``; appeal under the floor costs steeply on both sides.

        >>> goal = Goal(45, appeal_floor=60)
        >>> goal.loss(70, 95) > goal.loss(50, 80) > goal.loss(40, 80) > goal.loss(44, 90)
        True
        """
        if not (math.isfinite(score) and math.isfinite(appeal)):
            return FAILED
        shortfall = max(self.appeal_floor - max(appeal, 0.0), 0.0)
        gap = min(max(self.gap(score) + SAFETY, 0.0), WORST_GAP)
        return 100.0 - self.liked(appeal) + SCORE_WEIGHT * gap + FLOOR_WEIGHT * shortfall

    def winner(self, verified: Sequence[tuple[float, float]]) -> int:
        """Index of the one to deliver among at least one pair of verified score and appeal.

        The success with the highest appeal, the first of those with enough; where there is none,
        the least loss: nothing that people would mind is delivered for its score alone.
        """
        won = [i for i, pair in enumerate(verified) if self.succeeded(*pair)]
        if won:
            return max(won, key=lambda i: self.liked(verified[i][1]))
        return min(range(len(verified)), key=lambda i: self.loss(*verified[i]))

    def gap(self, score: float) -> float:
        """Points (of 100 on the scorer's scale) that are missing to the target."""
        missing = score - self.target if self.higher_is_better else self.target - score
        return 100.0 * missing / (self.high - self.low)

    def liked(self, appeal: float) -> float:
        """What an appeal counts, 0-100: one beyond ``enough`` no more than that."""
        return min(max(appeal, 0.0), self.enough)
