"""A race of styles: each is tried once, a few are searched, and what hides in the best one.

The halving of a field of candidates at fixed shares of the budget is that of K. Jamieson, A.
Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016
(successive halving), with an evolution strategy for every arm.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from blackcamo.errors import OptionError, StudyError
from blackcamo.strategies.strategy import DEFAULT_STRATEGY, Strategy
from blackcamo.types import Lane, Proposal

_FIELDS = ((0.15, 4), (0.25, 2))
"""Until which share of the budget how many styles are searched."""
_STRENGTHS = (0.0, 1.0)
"""Coordinates of a way's strength with which it is tried alone."""
_WAY_PAYS = 3.0
"""Loss that a way of hiding has to save by itself, of which 10 are a point of the score's 100."""
_TOGETHER_STYLES = 4
"""In how many styles all ways that pay are tried together at first."""
_STYLES_ALONE = ((0.4, 4), (0.7, 2))
"""The fields where nothing is worth hiding."""
_SPREADS = (0.5, 0.85)
"""Shares of the budget after which what hides best in one style is tried in all others."""
_OWN_EVERY = 3
"""Of so many batches of the best style one is of its own coordinates, the rest of what hides."""

REPLAY_TOLERANCE = 1e-6
"""Linear algebra differs in the last digits from one processor to the next."""

Hiding: TypeAlias = "dict[str, tuple[float, ...]]"
"""Way of hiding -> its coordinates; those that are missing do not hide."""


@dataclass(frozen=True, slots=True)
class _Found:
    """The least loss of one style, and the vector that had it."""

    loss: float
    vector: tuple[float, ...]


class Race:
    """Proposes candidates of several styles, batch by batch.

    First every style at its start, nothing hidden. In the best of them each way of hiding is tried
    alone, and in the best few those that pay together. Then come batches of the own coordinates of
    the four best styles in turn, later of the two best, hidden in them what was best so far. From
    a quarter of the budget on only the best style is searched, mostly what hides in it. Twice the
    best of that is tried in every other style as well, as what a scorer does not see is much the
    same in all of them; the search goes on in the one that is best then. Where no way of hiding
    pays, the whole budget goes to styles. How good a style is follows from its least loss.

    Where a profile says what to hide, every style is tried with it from the beginning.

    Everything is derived from what is told, so that a race that is asked and told the same again
    goes on as if it had never stopped.

    Args:
        lanes: style -> its coordinates, in the order in which the styles are tried.
        profiled: whether the ways of hiding start as a profile has them.
        strategy: any optimiser of nevergrad's registry.
        budget: candidates that the search is planned for.
        batch: most candidates in one ask.
        seed: start of all randomness.
        proposed: called after each proposal of a strategy, as :class:`Strategy` calls it.

    Raises:
        OptionError: no style, or what a strategy refuses.
        UnknownNameError: no optimiser of that name.
    """

    def __init__(
        self,
        lanes: Mapping[str, Lane],
        *,
        profiled: bool = False,
        strategy: str = DEFAULT_STRATEGY,
        budget: int,
        batch: int,
        seed: int,
        proposed: Callable[[int, int], None] = lambda *_: None,
    ) -> None:
        if not lanes:
            raise OptionError("no style suits the photo; name one with --style")
        self._lanes = dict(lanes)
        self._settings = {
            "name": strategy, "budget": budget, "batch": batch, "seed": seed, "proposed": proposed
        }  # fmt: skip
        self._budget = budget
        self._strategies: dict[str | None, Strategy] = {}
        self._best: dict[str, _Found] = {}
        self._batches = dict.fromkeys(lanes, 0)
        self._field = list(lanes)
        self._leading = 0
        self._spreads = 0
        self._told = 0
        self._asked: list[Proposal] = []
        self._strategy: Strategy | None = None
        # Sizes of all ways of hiding; which of them pay, and at which coordinates, once known.
        self._sizes = {w: size for lane in lanes.values() for w, size in lane.hidden.items()}
        at_start: Hiding = {way: (0.0,) * size for way, size in self._sizes.items()}
        self._paying: Hiding | None = at_start if profiled or not at_start else None
        self._first = at_start if profiled else {}
        self._together = profiled
        # Loss of each style with nothing hidden, and of each way and strength in the best one.
        self._plain: dict[str, float] = {}
        self._tests: dict[tuple[str, float], float] = {}
        self._testing: list[tuple[str, float]] = []

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
        steps: Sequence[Callable[[], list[Proposal]]] = (
            self._starts, self._ways, self._all_ways, self._spreading, lambda: self._searched(n)
        )  # fmt: skip
        self._asked = next(found for step in steps if (found := step()[:n]))
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
        self._tests.update(zip(self._testing, losses, strict=False))
        for proposal, loss in zip(self._asked, losses, strict=True):
            if proposal.style not in self._best or loss < self._best[proposal.style].loss:
                self._best[proposal.style] = _Found(loss, proposal.vector)
            if not self._lanes[proposal.style].hiding(proposal.vector):
                self._plain.setdefault(proposal.style, loss)
        self._told += len(proposals)
        self._asked, self._testing, self._strategy = [], [], None

    def _starts(self) -> list[Proposal]:
        """Styles that were not tried yet, at their start."""
        return [
            Proposal(s, lane.vector((0.0,) * lane.style, self._first))
            for s, lane in self._lanes.items()
            if s not in self._best
        ]

    def _ways(self) -> list[Proposal]:
        """Ways of hiding that were not tried yet, in the best style."""
        if self._paying is not None:
            return []
        leader = self._ranking()[0]
        lane, plain = self._lanes[leader], self._plain[leader]
        own = lane.own(self._best[leader].vector)
        self._testing = [
            (way, strength)
            for way in lane.hidden
            for strength in _STRENGTHS
            if (way, strength) not in self._tests
        ]
        if not self._testing:
            best = {w: min(_STRENGTHS, key=lambda s, w=w: self._tests[w, s]) for w in lane.hidden}  # type: ignore[misc]
            at = {w: (s, *(0.0,) * (self._sizes[w] - 1)) for w, s in best.items()}
            saved = {w: plain - self._tests[w, s] for w, s in best.items()}
            self._paying = {w: at[w] for w in at if saved[w] >= _WAY_PAYS}
            if not self._paying and not any(lane.style for lane in self._lanes.values()):
                # There is nothing else to search.
                self._paying = at
        return [
            Proposal(leader, lane.vector(own, {w: (s, *(0.0,) * (lane.hidden[w] - 1))}))
            for w, s in self._testing
        ]

    def _all_ways(self) -> list[Proposal]:
        """What pays, together, in the best styles."""
        if self._together or not self._paying:
            return []
        self._together = True
        return [self._hidden_in(s, self._paying) for s in self._ranking()[:_TOGETHER_STYLES]]

    def _spreading(self) -> list[Proposal]:
        """What hides best so far, once in every other style; the better a style the sooner."""
        due = sum(self._told >= share * self._budget for share in _SPREADS)
        if self._spreads >= due or not self._paying:
            return []
        self._spreads = due
        leader, *others = self._ranking()
        return [self._hidden_in(s, self._hiding(leader)) for s in others]

    def _searched(self, n: int) -> list[Proposal]:
        """A batch of the style whose turn it is."""
        share = self._told / self._budget
        fields = _FIELDS if self._paying else _STYLES_ALONE
        size = next((size for until, size in fields if share < until), 1)
        # Who has dropped out does not come back, unless what hides was tried in it; sorting is
        # stable, so the order breaks ties.
        self._field = [s for s in self._ranking() if s in self._field or self._spreads][:size]
        style = min(self._field, key=lambda s: self._batches[s])
        lane = self._lanes[style]
        if self._paying and (size == 1 or not lane.style):
            self._leading += 1
            if self._leading % _OWN_EVERY or not lane.style:
                return self._search_hiding(style, n)
        self._batches[style] += 1
        hiding = self._hiding(style)
        vectors = self._asked_of(style, lane.style, n)
        return [Proposal(style, lane.vector(v, hiding)) for v in vectors]

    def _search_hiding(self, style: str, n: int) -> list[Proposal]:
        """A batch of what hides: one strategy for all styles, as it works alike in each."""
        ways = self._paying or {}
        first = [x for coordinates in ways.values() for x in coordinates]
        found = []
        for vector in self._asked_of(None, len(first), n):
            # Around what they were tried with, which may be the strongest.
            moved = iter(np.clip(np.add(first, vector), -1.0, 1.0).tolist())
            hiding = {w: tuple(itertools.islice(moved, self._sizes[w])) for w in ways}
            found.append(self._hidden_in(style, hiding))
        return found

    def _hidden_in(self, style: str, hiding: Hiding) -> Proposal:
        """A style as it is best, with something hidden in it."""
        lane = self._lanes[style]
        return Proposal(style, lane.vector(lane.own(self._best[style].vector), hiding))

    def _hiding(self, style: str) -> Hiding:
        """What hides in a style where it is best, or in the best of all, or what pays."""
        leader = self._ranking()[0]
        found = (self._lanes[s].hiding(self._best[s].vector) for s in (style, leader))
        return next((hiding for hiding in found if hiding), self._paying or {})

    def _ranking(self) -> list[str]:
        """The styles by their least loss, best first."""
        return sorted(self._lanes, key=lambda s: self._best[s].loss)

    def _asked_of(self, whose: str | None, dimension: int, n: int) -> list[list[float]]:
        """Vectors (n, D) of the strategy of a style, or (None) of what hides."""
        if whose not in self._strategies:
            self._strategies[whose] = Strategy(dimension=dimension, **self._settings)  # type: ignore[arg-type]
        self._strategy = self._strategies[whose]
        found: list[list[float]] = self._strategy.ask(n).tolist()
        return found
