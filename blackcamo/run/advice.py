"""Advice where a photo could not be camouflaged: one step, the most promising one."""

from __future__ import annotations

from collections.abc import Sequence

from blackcamo import plugins
from blackcamo.run.config import SearchConfig
from blackcamo.strategies import Goal
from blackcamo.types import Evaluation

_USUAL_BUDGET = SearchConfig().budget
_NEAR_FLOOR = 10.0
"""Points of appeal under the floor that a viewer may still find acceptable."""
_STEP = 5.0
"""Floors are advised in such steps."""
_NEARLY = 3.0
"""Points (of 100 on the scorer's scale) to the target that a longer search may well find."""
_LATE = 1 / 3
"""The last part of a search: what still moves there has not come to its end."""
_MOVED = 1.0
_NAMED = 4
"""Styles that are named."""


def next_step(
    candidates: Sequence[Evaluation],
    goal: Goal,
    config: SearchConfig,
    *,
    styles: Sequence[str],
    smaller_than_px: int | None = None,
    resize_to_px: int | None = None,
) -> str:
    """The next step, as options of the command line.

    Args:
        candidates: what was tried, in its order.
        goal: target and floor, on the scale of the candidates' scores.
        config: what the search was told.
        styles: those that raced.
        smaller_than_px: the photo's long side where it was searched on a smaller copy, and so
            little hides in it.
        resize_to_px: the long side at which the photo could be delivered with twice the pixels,
            where it is longer.
    """
    longer = _longer(candidates, goal, config.budget)
    if longer is not None:
        return longer
    if resize_to_px is not None:
        return (
            f"share it smaller: resized to {resize_to_px} pixels before, it is delivered with "
            "twice those, which hides more than anything else"
        )
    if config.mode == "imperceptible":
        return "allow a visible style: --mode enhance"
    if config.made_for is not None:
        return "allow what no table of colours carries: leave out --for"
    if smaller_than_px is not None:
        return f"let something hide in it: --proxy {smaller_than_px}"
    if config.styles is not None or config.look is not None:
        return "another style: leave out " + ("--look" if config.styles is None else "--style")
    others = [name for name in plugins.names("styles") if name not in styles]
    return f"another style, if it suits the photo: --style {','.join(others[:_NAMED])}"


def _longer(candidates: Sequence[Evaluation], goal: Goal, budget: int) -> str | None:
    """A larger budget or a lower floor, where what was found was near; None where it was not."""
    if budget < _USUAL_BUDGET:
        return f"continue with --budget {_USUAL_BUDGET}"
    tried = [e for e in candidates if e.error is None]
    near = [e.appeal for e in tried if goal.reached(e.score)]
    if near and goal.appeal_floor - _NEAR_FLOOR <= max(near) < goal.appeal_floor:
        return f"allow more: --appeal-floor {max(near) // _STEP * _STEP:g}"
    late = round(len(tried) * (1 - _LATE))
    missing = [_missing(part, goal) for part in (tried, tried[:late])]
    if missing[0] <= _NEARLY or missing[1] - missing[0] >= _MOVED:
        return f"continue with --budget {2 * budget}"
    return None


def _missing(tried: Sequence[Evaluation], goal: Goal) -> float:
    """Points to the target of the best of those at the floor."""
    liked = [e.score for e in tried if e.appeal >= goal.appeal_floor]
    return min((max(goal.gap(score), 0.0) for score in liked), default=100.0)
