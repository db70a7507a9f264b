"""A race of styles: each is tried once, a few get a strategy of their own, the best one hides more.

The halving of a field of candidates at fixed shares of the budget is that of K. Jamieson, A.
Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016
(successive halving), with an evolution strategy for every arm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from blackcamo.errors import OptionError, StudyError
from blackcamo.strategies.strategy import DEFAULT_STRATEGY, Strategy
from blackcamo.types import Block, Lane, Proposal

_FIELDS = ((0.15, 4), (0.25, 2))
"""Until which share of the budget how many styles are searched."""
_HIDING, _HIDING_STYLES = (-0.5, 0.25, 1.0), 4
"""Coordinates of the strength that are tried first, and in how many styles."""
_HIDING_PAYS = 10.0
"""Loss that hiding has to save at once, a point of the score's hundred, for it to be searched."""
_STYLES_ALONE = ((0.4, 4), (0.7, 2))
"""The fields where nothing is worth hiding."""
_SPREADS = (0.5, 0.85)
"""Shares of the budget after which what hides best in one style is tried in all others."""

REPLAY_TOLERANCE = 1e-6
"""Linear algebra differs in the last digits from one processor to the next."""


class Race:
    """Proposes candidates of several styles, batch by batch.

    First every style at its start, nothing hidden; then, in the best of them, the pattern that
    hiding starts with, weak to strong. Then batches of one style each, while nothing hides: of the
    four best in turn, then of the two best. From a quarter of the budget on the best style stays
    as it is at its best, and what hides in it is searched. Twice the best of that is tried in
    every other style as well, as what a scorer does not see is much the same in all of them; the
    search goes on in the one where it is best then. Where the first tries to hide save too little,
    the whole budget goes to styles. How good a style is follows from its least loss. Everything is
    derived from what is told, so that a race that is asked and told the same again goes on as if
    it had never stopped.

    Args:
        lanes: style -> its coordinates, in the order in which the styles are tried; the first of
            what hides is how strong it is.
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
        lanes: Mapping[str, Lane],
        *,
        strategy: str = DEFAULT_STRATEGY,
        budget: int,
        batch: int,
        seed: int,
    ) -> None:
        if not lanes:
            raise OptionError("no style suits the photo; name one with --style")
        self._lanes = dict(lanes)
        self._settings = {"name": strategy, "budget": budget, "batch": batch, "seed": seed}
        self._budget = budget
        self._strategies: dict[str | None, Strategy] = {}
        # The least loss of each style, and where; nothing hidden, and hidden.
        self._best: dict[Block, dict[str, tuple[float, tuple[float, ...]]]] = {
            "style": {},
            "hidden": {},
        }
        self._first: dict[str, float] = {}
        self._batches = dict.fromkeys(lanes, 0)
        self._field = list(lanes)
        self._spreads = 0
        self._told = 0
        self._asked: list[Proposal] = []
        self._strategy: Strategy | None = None

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
        self._asked = self._starts(n) or self._hiding(n) or self._spreading(n) or self._searched(n)
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
        if self._strategy is not None:
            self._strategy.tell(np.asarray(losses, dtype=np.float64))
            self._batches[self._asked[0].style] += 1
        for proposal, loss in zip(self._asked, losses, strict=True):
            hidden = any(proposal.vector[self._lanes[proposal.style].part("hidden")])
            if not hidden:
                self._first.setdefault(proposal.style, loss)
            best = self._best["hidden" if hidden else "style"]
            if loss < best.get(proposal.style, (np.inf,))[0]:
                best[proposal.style] = loss, proposal.vector
        self._told += len(proposals)
        self._asked, self._strategy = [], None

    def _starts(self, n: int) -> list[Proposal]:
        """Styles that were not tried yet, at their start."""
        untried = [s for s in self._lanes if s not in self._best["style"]]
        return [
            Proposal(s, (0.0,) * (self._lanes[s].style + self._lanes[s].hidden))
            for s in untried[:n]
        ]

    def _hiding(self, n: int) -> list[Proposal]:
        """The pattern that hiding starts with, weak to strong, in the best styles."""
        if self._best["hidden"]:
            return []
        found = [
            Proposal(s, (*self._own(s), strength, *(0.0,) * (self._lanes[s].hidden - 1)))
            for s in self._ranking()[:_HIDING_STYLES]
            for strength in _HIDING
            if self._lanes[s].hidden
        ]
        return found[:n]

    def _spreading(self, n: int) -> list[Proposal]:
        """What hides best so far, once in every other style; the better a style the sooner."""
        due = sum(self._told >= share * self._budget for share in _SPREADS)
        if self._spreads >= due or not self._pays():
            return []
        self._spreads, leader = due, self._leader()
        hidden = self._best["hidden"][leader][1][self._lanes[leader].part("hidden")]
        others = [s for s in self._ranking() if s != leader]
        return [Proposal(s, (*self._own(s), *hidden)) for s in others[:n]]

    def _searched(self, n: int) -> list[Proposal]:
        """A batch of the style whose turn it is."""
        share, pays = self._told / self._budget, self._pays()
        fields = _FIELDS if pays else _STYLES_ALONE
        size = next((size for until, size in fields if share < until), 1)
        # Who has dropped out does not come back; sorting is stable, so the order breaks ties.
        self._field = [s for s in self._ranking() if s in self._field][:size]
        leader = self._leader() if self._spreads else self._field[0]
        lane = self._lanes[leader]
        if lane.hidden and ((pays and share >= _FIELDS[-1][0]) or not lane.style):
            # One strategy for all styles: what hides moves a scorer alike in each.
            vectors = self._asked_of(None, lane.hidden, n)
            return [Proposal(leader, (*self._own(leader), *v)) for v in vectors]
        style = min(self._field, key=lambda s: self._batches[s])
        lane = self._lanes[style]
        vectors = self._asked_of(style, lane.style, n)
        return [Proposal(style, (*v, *(0.0,) * lane.hidden)) for v in vectors]

    def _pays(self) -> bool:
        """Whether what hides has saved enough in some style."""
        plain, hidden = self._first, self._best["hidden"]
        return any(plain[s] - loss >= _HIDING_PAYS for s, (loss, _) in hidden.items())

    def _leader(self) -> str:
        """The style in which something hides best."""
        return min(self._best["hidden"], key=lambda s: self._best["hidden"][s][0])

    def _ranking(self) -> list[str]:
        """The styles by their least loss while nothing hides, best first."""
        return sorted(self._lanes, key=lambda s: self._best["style"][s][0])

    def _own(self, style: str) -> tuple[float, ...]:
        """A style's own coordinates at its best."""
        return self._best["style"][style][1][self._lanes[style].part("style")]

    def _asked_of(self, whose: str | None, dimension: int, n: int) -> list[list[float]]:
        """Vectors (n, D) of the strategy of a style, or (None) of what hides."""
        if whose not in self._strategies:
            self._strategies[whose] = Strategy(dimension=dimension, **self._settings)  # type: ignore[arg-type]
        self._strategy = self._strategies[whose]
        found: list[list[float]] = self._strategy.ask(n).tolist()
        return found
