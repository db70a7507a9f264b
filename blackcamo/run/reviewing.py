"""Look at studies that were made: list them, show their fronts, export what is picked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from blackcamo.errors import OptionError, StudyError
from blackcamo.exporters import export_preset, layers
from blackcamo.filters.chain import Chain, load_chain
from blackcamo.preset import recipe
from blackcamo.run.looks import kept_look
from blackcamo.run.presets import make_preset
from blackcamo.run.results import ExportResult, FrontEntry, StudyEntry
from blackcamo.run.setup import IDENTITY, LOOK
from blackcamo.study import Study, list_studies, ranking
from blackcamo.types import Evaluation

PICKS = ("best", "knee", "lowest")


def studies(storage: str | Path) -> list[StudyEntry]:
    """The studies of a storage, by name.

    Raises:
        BlackcamoError: the storage cannot be opened.
    """
    entries = []
    for summary in list_studies(storage):
        attributes = summary.attributes
        delivered = attributes.get("delivered", {})
        entries.append(
            StudyEntry(
                name=summary.name,
                photo=attributes["photo"]["name"],
                scorer=attributes["scorer"]["name"],
                trials=summary.trials,
                best_score=delivered.get("score_after"),
                best_appeal=delivered.get("appeal"),
            )
        )
    return entries


def front(study: str, *, storage: str | Path) -> list[FrontEntry]:
    """The Pareto front of a study, most camouflaged first; scores are those of the search.

    Raises:
        BlackcamoError: the storage or the study cannot be opened.
    """
    review = _Review(Study.load(storage, study))
    return [review.entry(number) for number in review.front]


def export(
    study: str,
    *,
    storage: str | Path,
    pick: str | int = "best",
    formats: Sequence[str] = ("json", "cube"),
    out: str | Path,
) -> ExportResult:
    """Export one candidate of a study as presets.

    Args:
        pick: "best" is the delivered candidate, "knee" where the front bends most, "lowest" the
            most camouflaged one; a number is a trial.
        formats: names of exporters.
        out: folder of the files; it is made if it is not there.

    Raises:
        BlackcamoError: the study, the trial or a format is unknown, or a file cannot be written.
    """
    review = _Review(Study.load(storage, study))
    number = review.pick(pick)
    preset = make_preset(
        review.chain,
        review.trials[number].params,
        identity={
            key: review.attributes[key] for key in (*IDENTITY, LOOK) if key in review.attributes
        },
        facts=review.facts(number),
    )
    stem = Path(review.attributes["photo"]["name"]).stem
    if pick != "best":
        # Several picks may lie in one folder, with the delivered one.
        stem += f".trial{pick}" if isinstance(pick, int) else f".{pick}"
    return ExportResult(
        study=review.study.name,
        pick=str(pick),
        trial=number,
        exports={
            name: export_preset(preset, format=name, folder=Path(out), stem=stem)
            for name in formats
        },
        layers=layers.exact_as_layers(preset),
    )


class _Review:
    """A study read once: its trials, its front, what was delivered."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.attributes = study.attributes
        missing = [key for key in IDENTITY if key not in self.attributes]
        if missing:
            raise StudyError(f"study {study.name!r} records no {missing[0]!r}: not of blackcamo")
        self.trials: Mapping[int, Evaluation] = study.evaluations()
        self.delivered: dict[str, Any] = self.attributes.get("delivered", {})
        self._numbers = [n for n, e in self.trials.items() if math.isfinite(e.score)]
        self._points = [(self.trials[n].score, self.trials[n].appeal) for n in self._numbers]
        self._up: bool = self.attributes["scorer"]["higher_is_better"]

    @cached_property
    def chain(self) -> Chain:
        return load_chain(
            self.attributes["filters"],
            look=kept_look(self.study),
            seed=self.attributes["seed"],
        )

    @property
    def front(self) -> list[int]:
        """Trial numbers, most camouflaged first."""
        return [self._numbers[i] for i in ranking.pareto(self._points, higher_is_better=self._up)]

    def pick(self, pick: str | int) -> int:
        """The trial that a pick means."""
        if isinstance(pick, int):
            if pick not in self._numbers:
                raise OptionError(
                    f"study {self.study.name!r} has no trial {pick} with a score; "
                    f"its trials are 0 to {max(self.trials, default=0)}"
                )
            return pick
        if pick not in PICKS:
            raise OptionError(f"pick is {pick!r}; it must be {', '.join(PICKS)} or a trial number")
        number = self._named_picks().get(pick)
        if number is None:
            raise StudyError(
                f"study {self.study.name!r} has no {pick} candidate yet; let its search finish"
            )
        return number

    def entry(self, number: int) -> FrontEntry:
        evaluation = self.trials[number]
        return FrontEntry(
            number=number,
            score=evaluation.score,
            appeal=evaluation.appeal,
            recipe=recipe(self.chain.space, evaluation.params),
            params=evaluation.params,
            picks=tuple(name for name, n in self._named_picks().items() if n == number),
        )

    def facts(self, number: int) -> dict[str, Any]:
        """What the study knows of a trial: everything of the delivered one."""
        if number == self.delivered.get("trial"):
            return {key: value for key, value in self.delivered.items() if key != "trial"}
        evaluation = self.trials[number]
        return {
            "study": self.study.name,
            "score_in_search": evaluation.score,
            "appeal": evaluation.appeal,
            "appeal_parts": dict(evaluation.parts),
            "versions": self.attributes["versions"],
            "photo_size": self.attributes.get("photo_size"),
        }

    def _named_picks(self) -> dict[str, int | None]:
        knee = ranking.knee(self._points, higher_is_better=self._up)
        lowest = ranking.lowest(self._points, higher_is_better=self._up)
        return {
            "best": self.delivered.get("trial"),
            "knee": None if knee is None else self._numbers[knee],
            "lowest": None if lowest is None else self._numbers[lowest],
        }
