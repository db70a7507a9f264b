"""How candidates are proposed: gradient-free optimisers behind ask and tell, and their goal."""

from blackcamo.strategies.goal import Goal
from blackcamo.strategies.strategy import DEFAULT_STRATEGY, Strategy, strategy_names

__all__ = ["DEFAULT_STRATEGY", "Goal", "Strategy", "strategy_names"]
