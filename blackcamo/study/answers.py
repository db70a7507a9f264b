"""The answers of a study's latest batch: recorded at once, before any of its trials ends.

A kill leaves every answer of a batch or none, and the next writer completes its trials.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from optuna.trial import TrialState

from blackcamo.errors import StudyError
from blackcamo.records import plain, typed
from blackcamo.study import trials
from blackcamo.study.recorded import KEPT
from blackcamo.study.store import Store
from blackcamo.types import Proposal

_ANSWERS = "blackcamo:answers"

TrialKey: TypeAlias = tuple[int, int]
"""Identifier in the storage and number in the study."""
Candidate: TypeAlias = tuple[int, Proposal]
"""Index of the batch and proposal."""


@dataclass(frozen=True, slots=True)
class _Settled:
    """A record of queries that were answered: the ledger's counts after them."""

    ledger: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Answers:
    """The answers of a batch.

    Earlier builds recorded here what they note with each trial later.
    """

    ledger: Mapping[str, int]
    trials: Mapping[int, trials.Values | trials.Answer]


class Answers:
    """Completes trials of a study, and those that a killed writer has left running.

    Args:
        where: how messages about damage begin.
    """

    def __init__(self, store: Store, study_id: int, where: str) -> None:
        self._store = store
        self._id = study_id
        self._where = where

    def finish(
        self,
        running: Mapping[int, int],
        found: Mapping[int, trials.Answer],
        ledger: Mapping[str, int],
    ) -> None:
        """Record the answers of a batch, then complete its trials.

        Args:
            running: trial number -> identifier in the storage.
            found: trial number -> what its evaluation found.
            ledger: its counts after these answers.
        """
        answers = _Answers(dict(ledger), {n: (a.score, a.appeal) for n, a in found.items()})
        self._note(running, found, answers)
        # What was noted counts from here on.
        self._store.write(self._id, _ANSWERS, plain(answers))
        self._complete(running, answers)

    def recover(self) -> dict[Candidate, list[TrialKey]]:
        """Complete trials whose answers are recorded; the other running ones by candidate.

        Raises:
            StudyError: the record or a trial is damaged.
        """
        recorded = self._store.read(self._id, _ANSWERS) or {"ledger": {}, "trials": {}}
        answers = typed(_Answers, recorded, f"{self._where}: its latest answers", StudyError)
        optuna = self._store.optuna
        answered: dict[int, int] = {}
        left: dict[Candidate, list[TrialKey]] = {}
        for trial in optuna.get_all_trials(self._id, deepcopy=False):
            if trial.state != TrialState.RUNNING:
                continue
            trial_id = optuna.get_trial_id_from_study_id_trial_number(self._id, trial.number)
            if trial.number in answers.trials:
                answered[trial.number] = trial_id
            else:
                candidate = trials.begun(trial, self._where)
                left.setdefault(candidate, []).append((trial_id, trial.number))
        whole = {n: answers.trials[n] for n in answered}
        found = {n: a for n, a in whole.items() if isinstance(a, trials.Answer)}
        self._note(answered, found, answers)
        self._complete(answered, answers)
        return left

    def ledgers(self) -> list[Mapping[str, int]]:
        """The ledger's counts after the latest batch and after each answer outside of batches.

        Raises:
            StudyError: a record is damaged.
        """
        records = self._store.optuna.get_study_system_attrs(self._id)
        return [
            typed(_Settled, record, f"{self._where}: its record {key}", StudyError).ledger
            for key, record in records.items()
            if key == _ANSWERS or key.startswith(KEPT)
        ]

    def _note(
        self, running: Mapping[int, int], found: Mapping[int, trials.Answer], answers: _Answers
    ) -> None:
        queries = answers.ledger.get("total", 0)
        self._store.note_trials(
            {running[number]: trials.found(answer, queries) for number, answer in found.items()}
        )

    def _complete(self, running: Mapping[int, int], answers: _Answers) -> None:
        self._store.finish_trials(
            {
                trial_id: trials.outcome(answers.trials[number])
                for number, trial_id in running.items()
            }
        )
