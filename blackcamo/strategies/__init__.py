"""How candidates are proposed: gradient-free optimisers behind ask and tell, and their goal."""

from blackcamo.strategies.goal import Goal
from blackcamo.strategies.rising_floor import RisingFloor
from blackcamo.strategies.strategy import DEFAULT_STRATEGY, Strategy, strategy_names

__all__ = ["DEFAULT_STRATEGY", "Goal", "RisingFloor", "Strategy", "strategy_names"]
