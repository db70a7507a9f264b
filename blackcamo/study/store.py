"""Where studies are kept: an Optuna storage, and what blackcamo needs of it beyond Optuna."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeAlias

from optuna.exceptions import DuplicatedStudyError, OptunaError
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from blackcamo.errors import StudyError
from blackcamo.study.survey import StudySummary, summarise

Json: TypeAlias = Any
Outcome: TypeAlias = tuple[TrialState, Sequence[float] | None, Mapping[str, Json]]
"""How a trial ended: its state, its values (None if it failed) and what is noted with it."""

_METRIC_NAMES = "study:metric_names"
# Another process that swaps at the same moment has written by then, or its write takes seconds.
_SETTLE_S = 1.0


class Store:
    """Studies in any Optuna storage, by the methods that all storages share.

    Args:
        optuna: the storage; None where :attr:`optuna` is overridden.
        where: how messages name it.
        note: what a user should know about it, if anything.
        errors: what its driver raises when it cannot be reached.
    """

    def __init__(
        self,
        optuna: BaseStorage | None,
        where: str,
        *,
        note: str | None = None,
        errors: tuple[type[Exception], ...] = (),
    ) -> None:
        self._optuna = optuna
        self.where = where
        self.note = note
        self._expected: tuple[type[Exception], ...] = (OptunaError, OSError, *errors)

    @property
    def optuna(self) -> BaseStorage:
        """The storage."""
        if self._optuna is None:
            raise NotImplementedError("a store without an Optuna storage overrides this")
        return self._optuna

    def limit(self, name: str) -> None:
        """Say that of all studies this one, and its jury, will be looked at."""

    def summaries(self) -> list[StudySummary]:
        """Every study, also of others, with how many of its trials were evaluated."""
        return [
            summarise(
                study.study_name,
                study.user_attrs,
                self.optuna.get_all_trials(study._study_id, deepcopy=False),
            )
            for study in self.optuna.get_all_studies()
        ]

    @contextlib.contextmanager
    def errors(self) -> Iterator[None]:
        """Turn what storages raise into a :class:`StudyError` that names the storage."""
        try:
            yield
        except self._expected as error:
            raise StudyError(
                f"{self.where}: {_cause(error)}; the work so far is kept, run the same command "
                "again to continue"
            ) from error
        # What Optuna raises for studies and trials that are not there any more.
        except KeyError as error:
            raise StudyError(
                f"{self.where}: the study is gone, somebody has deleted it; run the same command "
                "again to begin anew"
            ) from error

    def together(self, *, durable: bool = True) -> AbstractContextManager[object]:
        """Writes that are cheaper when they are done at once; nobody else's come between.

        Args:
            durable: they must survive a power failure, and not just the end of the process.
        """
        return contextlib.nullcontext()

    def create_study(self, name: str, directions: Sequence[StudyDirection]) -> int:
        """Identifier of the study of that name, which is created if there is none."""
        with self.together():
            # Two processes may create it at the same time.
            with contextlib.suppress(DuplicatedStudyError):
                return self.optuna.create_new_study(directions, name)
            return self.optuna.get_study_id_from_name(name)

    def create_trials(
        self, study_id: int, templates: Sequence[FrozenTrial]
    ) -> list[tuple[int, int]]:
        """Create trials as the templates say, running ones too; their identifiers and numbers."""
        with self.together():
            ids = [self.optuna.create_new_trial(study_id, t) for t in templates]
            return [(i, self.optuna.get_trial_number_from_id(i)) for i in ids]

    def note_trials(self, notes: Mapping[int, Mapping[str, Json]]) -> None:
        """Set user attributes of trials (by identifier), also such as they have already."""
        with self.together():
            for trial_id, values in notes.items():
                for key, value in values.items():
                    self.optuna.set_trial_user_attr(trial_id, key, value)

    def finish_trials(self, outcomes: Mapping[int, Outcome]) -> None:
        """End trials (by identifier)."""
        with self.together():
            self.note_trials({trial_id: notes for trial_id, (_, _, notes) in outcomes.items()})
            for trial_id, (state, values, _) in outcomes.items():
                self.optuna.set_trial_state_values(trial_id, state, values)

    def describe(self, study_id: int, attributes: Mapping[str, Json]) -> None:
        """Set user attributes of a study, those that differ."""
        recorded = self.optuna.get_study_user_attrs(study_id)
        with self.together():
            for key, value in attributes.items():
                if key not in recorded or recorded[key] != value:
                    self.optuna.set_study_user_attr(study_id, key, value)

    def name_metrics(self, study_id: int, names: Sequence[str]) -> None:
        """Name the objectives, for the dashboard."""
        # The key that optuna.Study.set_metric_names() writes.
        if self.read(study_id, _METRIC_NAMES) != list(names):
            self.write(study_id, _METRIC_NAMES, list(names))

    def read(self, study_id: int, key: str) -> Json:
        """A record that blackcamo keeps in a study, None if there is none."""
        return self.optuna.get_study_system_attrs(study_id).get(key)

    def write(self, study_id: int, key: str, value: Json) -> None:
        """Set such a record."""
        with self.together():
            self.optuna.set_study_system_attr(study_id, key, value)

    def swap(self, study_id: int, key: str, old: Json, new: Json) -> bool:
        """Set a record from ``old`` to ``new``; False if it is not ``old`` any more.

        Only one of several processes that swap at the same time succeeds. What all storages
        share cannot promise that outright: whoever wrote last within a second wins.
        """
        if self.read(study_id, key) != old:
            return False
        self.write(study_id, key, new)
        time.sleep(_SETTLE_S)
        return bool(self.read(study_id, key) == new)


def _cause(error: BaseException) -> str:
    """One line about the innermost reason."""
    while error.__cause__ is not None:
        error = error.__cause__
    reason = getattr(error, "orig", None) or error
    return " ".join(str(reason).split()) or type(reason).__name__
