"""How a scorer is learned: which candidates are judged on which photos, and what follows.

The photos of a batch are drawn anew each time, and all its candidates are judged on the same ones
(common random numbers, as in P. Glasserman, D. Yao, "Some guidelines and guarantees for common
random numbers", Management Science 38(6), 1992), so that an evolution strategy learns what fools
the scorer on photos in general.
"""

from __future__ import annotations

import itertools
import random
import statistics
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np

from blackcamo.errors import OptionError
from blackcamo.strategies import Goal, Strategy
from blackcamo.styles.hidden import HIDDEN, WAYS
from blackcamo.types import Evaluation, Lane, Mode, Proposal

_BATCH = 16
_PHOTOS = 4
"""On so many photos a candidate of a batch is judged."""
_WAY_PHOTOS = 8
"""On so many photos each way is tried."""
_SELECTING = 0.25
"""Share of the budget after which no further way joins those that are searched together."""
_FINAL_PHOTOS = 24
"""On so many at most finalists are compared."""
_WAY_PAYS = 3.0
"""Mean loss that a way of hiding has to save more than those before it, of which 10 are a point of
the score."""
_STRENGTHS = (0.0, 1.0)
"""Coordinates of a way's strength with which it is tried alone."""
_FINALISTS = 4
_MODES = ("enhance", "imperceptible")
_LATEST = 4
"""The middle of the best quarter of so many last batches is a finalist."""
_ASIDE = 4
"""One photo of so many is set aside."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Candidates of one batch to be judged on one photo in one mode."""

    photo: int
    mode: Mode
    proposals: tuple[Proposal, ...]


Coordinates: TypeAlias = "tuple[float, ...]"
Found = TypeVar("Found")
Plan: TypeAlias = Generator[Asked, "list[Evaluation]", Found]


class Lesson:
    """Two plans of batches, :meth:`hidden` and then :meth:`reach`.

    A plan yields what is asked, for one batch on one photo after the other, and is sent the
    evaluations. It follows from them alone, so that a lesson that is sent the same again goes on
    as if it had never stopped.

    Args:
        baselines: the score of each photo unchanged, and its appeal.
        lanes: the lanes of the styles that suit a photo in a mode and are liked on it, the most
            liked first; in the mode enhance their ways of hiding start where :meth:`hidden` has
            found them.
        goal: what a search is after.
        budget: queries that may be spent, those of the baselines not among them.
        strategy: a nevergrad optimiser.
        seed: start of all randomness.

    Raises:
        OptionError: too few photos that are short of the target, or too small a budget.

    Attributes:
        aside: indices of the photos that nothing is learned on.
    """

    def __init__(
        self,
        baselines: Sequence[Evaluation],
        lanes: Callable[[int, Mode], Mapping[str, Lane]],
        *,
        threshold: float,
        goal: Goal,
        budget: int,
        strategy: str,
        seed: int,
    ) -> None:
        self._baselines = baselines
        self._lanes = lanes
        self._goal = goal
        self._threshold = threshold
        self._strategy = strategy
        self._seed = seed
        self._random = random.Random(seed)  # noqa: S311 - no secret is drawn
        # What has reached the target already teaches nothing.
        usable = [i for i, b in enumerate(baselines) if not goal.reached(b.score)]
        self._random.shuffle(usable)
        self.aside = tuple(sorted(usable[: len(usable) // _ASIDE]))
        self._train = usable[len(usable) // _ASIDE :]
        self._drawn: list[int] = []
        if not self.aside:
            raise OptionError(
                f"{len(usable)} of {len(baselines)} photos have not reached the target "
                f"{goal.target:g} as they are; name at least {_ASIDE} of which something can be "
                "learned"
            )
        compared = _FINALISTS * min(len(self._train), _FINAL_PHOTOS)
        tried = len(_STRENGTHS) * len(WAYS) * _WAY_PHOTOS
        self._left = budget - len(_MODES) * len(self.aside) - compared
        least = 4 * _BATCH * _PHOTOS
        if (left := self._left - tried) < least:
            raise OptionError(
                f"the budget leaves {left} queries for learning; it must leave {least}: "
                f"raise it by {least - left}"
            )

    def hidden(self) -> Plan[dict[str, Coordinates]]:
        """What hides: ways that pay, then searched together; way -> coordinates (-1 to 1)."""
        lane = self._lanes(self._train[0], "imperceptible")[HIDDEN.name]
        sizes = lane.hidden
        paying = yield from self._selected(lane)
        first = [x for at in paying.values() for x in at]

        def proposal(moved: Sequence[float]) -> Proposal:
            values = iter(np.clip(np.add(first, moved), -1.0, 1.0).tolist())
            hiding = {w: tuple(itertools.islice(values, sizes[w])) for w in paying}
            return self._vector(lane, hiding)

        batches = self._left // (_BATCH * _PHOTOS)
        found = yield from self._searched("imperceptible", proposal, len(first), batches)
        return lane.hiding(found.vector)

    def _selected(self, lane: Lane) -> Plan[dict[str, Coordinates]]:
        """The ways that pay, each where it was tried: the best, and what gains on top of it.

        One that pays alone may spoil another, or cost all the appeal that this one needs; and some
        are worth something with another only. Forward selection, one way a round, finds both.
        """
        chosen: dict[str, Coordinates] = {}
        most = (1 - _SELECTING) * self._left
        while len(chosen) < len(lane.hidden):
            tests = [
                {**chosen, way: (strength, *(0.0,) * (size - 1))}
                for way, size in lane.hidden.items()
                if way not in chosen
                for strength in _STRENGTHS
            ]
            known = [chosen] if chosen else []
            vectors = [self._vector(lane, ways) for ways in (*known, *tests)]
            if chosen and self._left - len(vectors) * _WAY_PHOTOS < most:
                break
            self._left -= len(vectors) * _WAY_PHOTOS
            saved = yield from self._judged("imperceptible", vectors, self._draw(_WAY_PHOTOS))
            # What is chosen already is judged on the same photos as what joins it.
            before = saved[0] if known else 0.0
            gains = saved[len(known) :]
            # Where none pays, the best one is searched all the same.
            if chosen and max(gains) - before < _WAY_PAYS:
                break
            chosen = tests[gains.index(max(gains))]
        return chosen

    @staticmethod
    def _vector(lane: Lane, hiding: Mapping[str, Coordinates]) -> Proposal:
        return Proposal(HIDDEN.name, lane.vector((), hiding))

    def reach(self, hiding: Mapping[str, Coordinates]) -> Plan[Mapping[str, Mapping[str, float]]]:
        """What photos set aside come to with that hidden in them; mode -> figures of a profile.

        Args:
            hiding: what :meth:`hidden` came to.
        """
        alone = yield from self._applied("imperceptible", hiding)
        # Where the lanes start at it.
        kept = {way: (0.0,) * len(at) for way, at in hiding.items()}
        enhanced = yield from self._applied("enhance", kept)
        # Where no style would be liked, what hides is all that is done.
        return {"imperceptible": self._figures(alone), "enhance": self._figures(alone | enhanced)}

    def _searched(
        self,
        mode: Mode,
        proposal: Callable[[Sequence[float]], Proposal],
        dimension: int,
        batches: int,
        photos: Sequence[int] | None = None,
    ) -> Plan[Proposal]:
        """The best of a search: of those that did well, compared on more photos."""
        strategy = Strategy(
            self._strategy,
            dimension=dimension,
            budget=batches * _BATCH,
            batch=_BATCH,
            seed=self._seed,
        )
        tried: list[list[tuple[float, Coordinates]]] = []
        for _ in range(batches):
            vectors = strategy.ask(_BATCH)
            drawn = self._draw(_PHOTOS) if photos is None else self._random.sample(photos, _PHOTOS)
            asked = [proposal(v) for v in vectors.tolist()]
            saved = yield from self._judged(mode, asked, drawn)
            strategy.tell(-np.asarray(saved))
            # Against their neighbours, as some photos are easier than others.
            middle = statistics.median(saved)
            tried.append(
                [(s - middle, tuple(v)) for s, v in zip(saved, vectors.tolist(), strict=True)]
            )
        good = sorted(itertools.chain(*tried[-_LATEST:]), reverse=True)[: _LATEST * _BATCH // 4]
        finalists = [
            proposal(np.mean([v for _, v in good], axis=0).tolist()),
            *(proposal(v) for _, v in good[:2]),
            proposal([0.0] * dimension),
        ]
        chosen = (self._train if photos is None else photos)[:_FINAL_PHOTOS]
        saved = yield from self._judged(mode, finalists, chosen)
        return finalists[saved.index(max(saved))]

    def _judged(
        self, mode: Mode, proposals: Sequence[Proposal], photos: Sequence[int]
    ) -> Plan[list[float]]:
        """Mean loss that each candidate saves on these photos."""
        saved = []
        for photo in photos:
            found = yield Asked(photo, mode, tuple(proposals))
            plain = self._loss(self._baselines[photo])
            saved.append([max(plain - self._loss(e), -plain) for e in found])
        means: list[float] = np.mean(saved, axis=0).tolist()
        return means

    def _loss(self, one: Evaluation) -> float:
        return self._goal.loss(one.score, one.appeal)

    def _draw(self, n: int) -> list[int]:
        """The next photos, all different: each of them comes once in a round."""
        while len(self._drawn) < n:
            self._drawn += self._random.sample(self._train, len(self._train))
        found = list(dict.fromkeys(self._drawn))[:n]
        for photo in found:
            self._drawn.remove(photo)
        return found

    def _applied(
        self, mode: Mode, hiding: Mapping[str, Coordinates]
    ) -> Plan[dict[int, Evaluation]]:
        """What it does to photos set aside, in the style that suits best; no query went there."""
        found: dict[int, Evaluation] = {}
        for photo in self.aside:
            for name, lane in itertools.islice(self._lanes(photo, mode).items(), 1):
                proposal = Proposal(name, lane.vector((0.0,) * lane.style, hiding))
                (found[photo],) = yield Asked(photo, mode, (proposal,))
        return found

    def _figures(self, found: Mapping[int, Evaluation]) -> dict[str, float]:
        sign = 1.0 if self._goal.higher_is_better else -1.0
        scored = [
            (self._baselines[photo].score, e.score) for photo, e in found.items() if e.error is None
        ]
        high = [(a, b) for a, b in scored if sign * (a - self._threshold) >= 0]
        below = [b for _, b in high if sign * (b - self._threshold) < 0]
        return {
            "photos": len(scored),
            "below": round(len(below) / max(len(high), 1), 3),
            "drop": round(float(np.mean([sign * (a - b) for a, b in scored])), 2),
            "appeal": round(float(np.mean([e.appeal for e in found.values()])), 1),
        }
