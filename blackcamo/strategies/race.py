"""A race of styles: each is tried once, a few get a strategy of their own, the best one the rest.

The halving of a field of candidates at fixed shares of the budget is that of K. Jamieson, A.
Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016
(successive halving), with an evolution strategy for every arm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from blackcamo.errors import OptionError, StudyError
from blackcamo.strategies.strategy import DEFAULT_STRATEGY, REPLAY_TOLERANCE, Strategy
from blackcamo.types import Proposal

_FIELDS = ((1 / 3, 4), (2 / 3, 2), (1.0, 1))
"""Until which share of the budget how many styles are searched."""


class Race:
    """Proposes candidates of several styles, batch by batch.

    First every style at its start. Then batches of one style each: in the first third of the
    budget those of the four best in turn, in the second of the two best, in the last of the best
    one. How good a style is follows from its least loss. Everything is derived from what is told,
    so that a race that is asked and told the same again goes on as if it had never stopped.

    Args:
        dimensions: style -> length of its vectors, in the order in which they are tried.
        strategy: any optimiser of nevergrad's registry.
        budget: candidates that the search is planned for.
        batch: most candidates in one ask.
        seed: start of all randomness.

    Raises:
        OptionError: no style, or what a strategy refuses.
        UnknownNameError: no optimiser of that name.
    """

    def __init__(
        self,
        dimensions: Mapping[str, int],
        *,
        strategy: str = DEFAULT_STRATEGY,
        budget: int,
        batch: int,
        seed: int,
    ) -> None:
        if not dimensions:
            raise OptionError("no style suits the photo; name one with --style")
        self._dimensions = dict(dimensions)
        self._settings = {"name": strategy, "budget": budget, "batch": batch, "seed": seed}
        self._budget = budget
        self._strategies: dict[str, Strategy] = {}
        self._best: dict[str, float] = {}
        self._batches = dict.fromkeys(dimensions, 0)
        self._field = list(dimensions)
        self._told = 0
        self._asked: list[Proposal] = []
        # One that cannot be used is refused now, and not after the first queries.
        self._strategy(self._field[0])

    def ask(self, n: int) -> list[Proposal]:
        """Propose up to ``n`` candidates; they must be told before the next ask.

        Raises:
            OptionError: ``n`` is not positive, or the optimiser fails.
            StudyError: the candidates asked for last have not been told.
        """
        if n < 1:
            raise OptionError(f"{n} candidates were asked for; it must be at least 1")
        if self._asked:
            raise StudyError(f"{len(self._asked)} candidates wait for their losses; tell them")
        untried = [style for style in self._dimensions if style not in self._best]
        if untried:
            self._asked = [Proposal(s, (0.0,) * self._dimensions[s]) for s in untried[:n]]
        else:
            style = self._next()
            vectors = self._strategy(style).ask(n)
            self._asked = [Proposal(style, tuple(v)) for v in vectors.tolist()]
        return list(self._asked)

    def tell(self, proposals: Sequence[Proposal], losses: Sequence[float]) -> None:
        """Report the losses of the candidates asked for last, in the same order.

        Raises:
            OptionError: a loss is not finite, or there is not one for each.
            StudyError: these are not the candidates asked for last, so a replay went astray.
        """
        alike = len(proposals) == len(self._asked) and all(
            told.style == asked.style
            and np.allclose(told.vector, asked.vector, rtol=0.0, atol=REPLAY_TOLERANCE)
            for told, asked in zip(proposals, self._asked, strict=True)
        )
        if not alike:
            raise StudyError(
                "the search proposes other candidates than those recorded: with other versions of "
                "nevergrad, cma or numpy it cannot be continued; start a new study"
            )
        if len(losses) != len(proposals) or not np.isfinite(losses).all():
            raise OptionError(f"{len(proposals)} finite losses are needed, got {list(losses)}")
        style = self._asked[0].style
        if style in self._best:
            self._strategies[style].tell(
                np.array([p.vector for p in proposals]), np.asarray(losses, dtype=np.float64)
            )
            self._batches[style] += 1
        for proposal, loss in zip(proposals, losses, strict=True):
            self._best[proposal.style] = min(loss, self._best.get(proposal.style, np.inf))
        self._told += len(proposals)
        self._asked = []

    def _next(self) -> str:
        """The style of the next batch: of those still in the race the one with fewest batches."""
        share = self._told / self._budget
        size = next((size for until, size in _FIELDS if share < until), 1)
        # Who has dropped out does not come back; sorting is stable, so the order breaks ties.
        self._field = sorted(self._field, key=lambda s: self._best[s])[:size]
        return min(self._field, key=lambda s: self._batches[s])

    def _strategy(self, style: str) -> Strategy:
        if style not in self._strategies:
            dimension = self._dimensions[style]
            self._strategies[style] = Strategy(dimension=dimension, **self._settings)  # type: ignore[arg-type]
        return self._strategies[style]
