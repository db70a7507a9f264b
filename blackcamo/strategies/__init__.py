"""How candidates are proposed: a race of styles, gradient-free optimisers, and a goal."""

from blackcamo.strategies.goal import Goal
from blackcamo.strategies.race import Race
from blackcamo.strategies.strategy import (
    DEFAULT_STRATEGY,
    Strategy,
    check_strategy,
    load_strategies,
    strategy_names,
)

__all__ = [
    "DEFAULT_STRATEGY",
    "Goal",
    "Race",
    "Strategy",
    "check_strategy",
    "load_strategies",
    "strategy_names",
]
