"""A study read once: its trials, its front, what was delivered, what people say."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from blackcamo.channel import Channel
from blackcamo.channels import Recorded, Searched
from blackcamo.errors import OptionError, StudyError
from blackcamo.finish import Finish, finish
from blackcamo.records import typed
from blackcamo.run.identity import (
    CHANNELS,
    FURTHER,
    IDENTITY,
    LEARNING,
    Delivered,
    Identity,
)
from blackcamo.run.recipes import RECIPES
from blackcamo.run.results import FrontEntry
from blackcamo.strategies import Goal
from blackcamo.study import Study, ranking
from blackcamo.study.jury import judged
from blackcamo.study.merging import MERGED, origins
from blackcamo.types import UNCHANGED, Evaluation, Pixels
from blackcamo.wording import recipe

if TYPE_CHECKING:
    from blackcamo.filters.chain import Chain

PICKS = ("best", "knee", "lowest")


@dataclass(frozen=True, slots=True)
class _Told:
    """Attributes of a study beside its identity, where it has them."""

    delivered: Delivered | None = None
    recipes: Mapping[str, str] = field(default_factory=dict)
    merged: Mapping[str, Identity] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    photo_size: Mapping[str, int] | None = None
    ledger: Mapping[str, int] = field(default_factory=dict)
    channels: Recorded | None = None


class Review:
    """The record of a study, for everything that looks at it.

    Raises:
        StudyError: it cannot be read, or was not made by blackcamo.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        self.attributes = study.attributes
        if LEARNING in self.attributes:
            raise StudyError(
                f"study {study.name!r} is one of learning, of many photos: its result is a profile"
            )
        of = f"study {study.name!r} in {study.store.where} is damaged, or not of blackcamo"
        self.scorer = typed(Identity, self.attributes, of, StudyError).scorer
        typed(_Told, self.attributes, of, StudyError)
        self.trials: Mapping[int, Evaluation] = study.evaluations()
        self.delivered: dict[str, Any] = self.attributes.get("delivered", {})
        if self.delivered and self.delivered["trial"] not in self.trials:
            raise StudyError(f"{of}: it has no trial {self.delivered['trial']}, the delivered one")

    @property
    def goal(self) -> Goal:
        """The goal of the search."""
        return Goal.for_scorer(
            self.scorer,
            target=self.attributes["target"],
            appeal_floor=self.attributes["appeal_floor"],
        )

    @property
    def front(self) -> list[int]:
        """Trial numbers, most camouflaged first."""
        numbers, points = self._points()
        return [numbers[i] for i in ranking.pareto(points, higher_is_better=self._up)]

    def chain(self, number: int) -> Chain:
        """The filter chain that renders a trial."""
        return self._chain(self.identity(number)["seed"])

    def picture(self, number: int, photo: Pixels) -> Pixels:
        """The pixels of a trial on the photo in any size, without the frame around it."""
        from blackcamo.rendering import render

        attributes = self.identity(number)
        frame = self.finish
        sent = render(
            self.chain(number),
            photo,
            self.trials[number].params,
            keep_size=attributes["keep_size"],
            finish=frame,
        )
        received = Channel(**attributes["channel"]).send(sent)[1]
        return received if frame is None else frame.inside(received)

    def identity(self, number: int) -> dict[str, Any]:
        """The identity of a trial's study, or of the one that it was merged from."""
        attributes = self.attributes
        if MERGED in attributes:
            source, _ = self._origins.get(number, ("", number))
            if source not in attributes[MERGED]:
                raise StudyError(
                    f"study {self.study.name!r} in {self.study.store.where} is damaged: it does "
                    f"not say which of its sources trial {number} is from"
                )
            attributes = attributes[MERGED][source]
        return {key: attributes[key] for key in (*IDENTITY, *FURTHER) if key in attributes}

    def searched(self, number: int) -> Searched:
        """The channels that a trial was searched for.

        Raises:
            MissingExtraError: one needs a package that is not installed here.
        """
        identity = self.identity(number)
        return Searched.recorded(Channel(**identity["channel"]), identity.get(CHANNELS))

    def pick(self, pick: str | int, *, jury: bool = False) -> int:
        """The trial that a pick means.

        Args:
            jury: choose among what the study's jury would post, and for "best" what it likes
                most of that at the target.

        Raises:
            OptionError: there is no such pick or trial.
            UnknownNameError: there is no jury.
            StudyError: the study has nothing to pick.
        """
        if isinstance(pick, int):
            if pick not in self.trials or not math.isfinite(self.trials[pick].score):
                raise OptionError(
                    f"study {self.study.name!r} has no trial {pick} with a score; "
                    f"its trials are 0 to {max(self.trials, default=0)}"
                )
            return pick
        if pick not in PICKS:
            raise OptionError(f"pick is {pick!r}; it must be {', '.join(PICKS)} or a trial number")
        if jury:
            return self._pick_of_jury(pick)
        number = self._named_picks().get(pick)
        if number is None:
            raise StudyError(
                f"study {self.study.name!r} has no {pick} candidate yet; let its search finish"
            )
        return number

    def entry(self, number: int) -> FrontEntry:
        """A trial of the front as a result."""
        evaluation = self.trials[number]
        return FrontEntry(
            number=number,
            style=evaluation.style,
            score=evaluation.score,
            appeal=evaluation.appeal,
            recipe=self.recipe(number),
            params=evaluation.params,
            picks=tuple(name for name, n in self._named_picks().items() if n == number),
        )

    def recipe(self, number: int) -> str:
        """The recipe of a trial, in plain words."""
        if (known := self.attributes.get(RECIPES, {}).get(str(number))) is not None:
            return str(known)
        one = self.trials[number]
        style = "" if one.style == UNCHANGED else one.style
        return recipe(self.chain(number).space, one.params, style=style)

    @property
    def finish(self) -> Finish | None:
        """The frame around what was sent."""
        name = self.attributes["finish"]
        return finish(name) if name else None

    def facts(self, number: int) -> dict[str, Any]:
        """The facts that the study has about a trial: all of them about the delivered one."""
        if number == self.delivered.get("trial"):
            return {key: value for key, value in self.delivered.items() if key != "trial"}
        evaluation = self.trials[number]
        return {
            "study": self.study.name,
            "score_in_search": evaluation.score,
            "appeal": evaluation.appeal,
            "appeal_parts": dict(evaluation.parts),
            "photo_size": self.attributes.get("photo_size"),
            "versions": self.attributes["versions"],
        }

    @cached_property
    def _origins(self) -> dict[int, tuple[str, int]]:
        return origins(self.study)

    @cached_property
    def _chain(self) -> Callable[[int], Chain]:
        # Rendering takes seconds to load, which looking at a study has no need of.
        from blackcamo.filters.loading import load_chain
        from blackcamo.run.looks import kept_look

        look = kept_look(self.study)

        @cache
        def chain(seed: int) -> Chain:
            attributes = self.attributes
            return load_chain(attributes["filters"], look=look, seed=seed)

        return chain

    def _pick_of_jury(self, pick: str) -> int:
        verdicts = judged(self.study)
        vetoed = {verdict.number for verdict in verdicts if verdict.vetoed}
        number: int | None
        if pick == "best":
            goal = self.goal
            liked = (
                verdict.number
                for verdict in verdicts
                if verdict.worth is not None
                and not verdict.vetoed
                and goal.reached(self.trials[verdict.number].score)
            )
            number = next(liked, None)
        else:
            number = self._named_picks(vetoed)[pick]
        if number is None:
            raise StudyError(
                f"study {self.study.name!r} has no {pick} candidate that its jury has judged and "
                "would post; export without the jury, or search with another seed"
            )
        return number

    def _points(self, left_out: Collection[int] = ()) -> tuple[list[int], list[ranking.Point]]:
        numbers = [
            n
            for n, e in self.trials.items()
            if math.isfinite(e.score) and not e.partial and n not in left_out
        ]
        return numbers, [(self.trials[n].score, self.trials[n].appeal) for n in numbers]

    @property
    def _up(self) -> bool:
        return self.scorer.higher_is_better

    def _named_picks(self, left_out: Collection[int] = ()) -> dict[str, int | None]:
        numbers, points = self._points(left_out)
        knee = ranking.knee(points, higher_is_better=self._up)
        lowest = ranking.lowest(points, higher_is_better=self._up)
        return {
            "best": self.delivered.get("trial"),
            "knee": None if knee is None else numbers[knee],
            "lowest": None if lowest is None else numbers[lowest],
        }
