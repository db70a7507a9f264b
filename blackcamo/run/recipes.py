"""Recipes that a study keeps of its front, so that looking at it needs no filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from blackcamo.study import ranking
from blackcamo.types import UNCHANGED, Evaluation
from blackcamo.wording import recipe

if TYPE_CHECKING:
    from blackcamo.filters.chain import Chain

RECIPES = "recipes"
"""The attribute: trial number as text -> recipe."""


def front_recipes(
    chain: Chain, candidates: Sequence[tuple[int, Evaluation]], *, higher_is_better: bool
) -> dict[str, str]:
    """Recipes of the candidates of a front, in plain words.

    Args:
        candidates: trial number and evaluation of all that were tried.
    """
    tried = [(n, e) for n, e in candidates if e.error is None and not e.partial]
    points = [(e.score, e.appeal) for _, e in tried]
    front = (tried[i] for i in ranking.pareto(points, higher_is_better=higher_is_better))
    return {
        str(number): recipe(chain.space, e.params, style="" if e.style == UNCHANGED else e.style)
        for number, e in front
    }
