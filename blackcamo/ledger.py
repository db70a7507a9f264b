"""How many images a scorer was shown, what for, and how many more it may be."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Literal, TypeAlias

from blackcamo.errors import BudgetError, OptionError

QueryKind: TypeAlias = Literal["baseline", "search", "verify"]
_KINDS = ("baseline", "search", "verify", "retries")


class Ledger:
    """Exact count of the images shown to the scorer, bounded by a budget.

    Args:
        budget: most images in all, at least 1.
        reserve: how many of them only verification may use.

    Raises:
        OptionError: the budget is not positive.
    """

    def __init__(self, budget: int, *, reserve: int = 0) -> None:
        if budget < 1:
            raise OptionError(f"budget is {budget}; it must be at least 1 query")
        self.budget = budget
        self.reserve = reserve
        self.cache_hits = 0
        self.lost = 0
        self._spent = dict.fromkeys(_KINDS, 0)
        self._held = 0

    @classmethod
    def unlimited(cls) -> Ledger:
        """One that only counts, for what is no search."""
        return cls(sys.maxsize)

    @property
    def total(self) -> int:
        """Images shown so far, retries included."""
        return sum(self._spent.values())

    def available(self, kind: str) -> int:
        """How many more images of this kind the budget allows."""
        held = 0 if kind in ("baseline", "verify") else self.reserve
        return max(self.budget - held - self._held - self.total, 0)

    @contextmanager
    def holding(self, kind: str, images: int) -> Iterator[Callable[[int], None]]:
        """Keep ``images`` of the budget for what is sent bit by bit.

        It gives what counts n of them, to be called before they are sent; those that never are
        cost nothing.

        Raises:
            BudgetError: they would exceed the budget.
        """
        if images > self.available(kind):
            raise BudgetError(
                f"{images} more {kind} queries would exceed the budget of {self.budget} "
                f"({self.total} spent, {self.available(kind)} left for this)"
            )
        left = images

        def count(n: int) -> None:
            nonlocal left
            left -= n
            self._held -= n
            self._spent[kind] += n

        self._held += images
        try:
            yield count
        finally:
            self._held -= left

    def spend(self, kind: str, images: int) -> None:
        """Count ``images`` before they are sent.

        Raises:
            BudgetError: they would exceed the budget; nothing is counted then.
        """
        with self.holding(kind, images) as count:
            count(images)

    def permit_retries(self, images: int) -> bool:
        """Count ``images`` that are to be sent again; False if the budget does not allow it."""
        if images > self.available("retries"):
            return False
        self._spent["retries"] += images
        return True

    def restore(self, counts: Mapping[str, int]) -> None:
        """Continue from what :meth:`counts` gave; the budget stays this ledger's own."""
        self._spent = {kind: counts[kind] for kind in _KINDS}
        self.cache_hits = counts["cache_hits"]
        self.lost = counts.get("lost", 0)

    def counts(self) -> dict[str, int]:
        """The counts by kind, with cache hits, total and budget.

        ``lost`` are images whose answers a crash has taken; they are outside the budget.
        """
        return {
            **self._spent,
            "lost": self.lost,
            "cache_hits": self.cache_hits,
            "total": self.total,
            "budget": self.budget,
        }
