"""Writing a study: one photo under one configuration, by one process at a time."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from optuna.trial import FrozenTrial, TrialState

from blackcamo.errors import StudyError
from blackcamo.records import plain, typed
from blackcamo.study import trials
from blackcamo.study.lease import Lease, Record
from blackcamo.study.recorded import KEPT, SCHEMA, RecordedStudy
from blackcamo.study.storage import open_storage
from blackcamo.study.store import Json, Store
from blackcamo.types import Evaluation, Proposal

if TYPE_CHECKING:
    from blackcamo.styles.space import StyleSpace

# Records that a search needs but nobody looks at: system attributes of the study.
_WRITER = "blackcamo:writer"
_ANSWERS = "blackcamo:answers"

# Identifier in the storage and number in the study.
_TrialKey: TypeAlias = tuple[int, int]
# Index of the batch and proposal.
_Candidate: TypeAlias = tuple[int, Proposal]


class Study(RecordedStudy):
    """A study in a storage: :meth:`open` it to search, :meth:`load` it to look at it."""

    def __init__(
        self,
        store: Store,
        study_id: int,
        name: str,
        *,
        styles: Mapping[str, StyleSpace] | None = None,
    ) -> None:
        super().__init__(store, study_id, name)
        # A study that was loaded is never written, see Lease.check().
        self._ranges = trials.distributions(styles or {})
        self._lease = Lease(Register(store, study_id), f"study {name!r}")
        self._running: dict[int, int] = {}
        self._left: dict[_Candidate, list[_TrialKey]] = {}

    @classmethod
    @contextlib.contextmanager
    def open(
        cls,
        storage: str | Path,
        name: str,
        styles: Mapping[str, StyleSpace],
        *,
        higher_is_better: bool,
        attributes: Mapping[str, Json],
        about: Mapping[str, Json] | None = None,
    ) -> Iterator[Study]:
        """The study of that name, made if there is none, with us as its only writer.

        Trials that a killed writer left running are completed if their answers were recorded.
        The others wait for :meth:`begin` to be given the same candidates again; the queries
        that this costs are the ledger's ``lost``. Trials still running at the end are failed.

        Args:
            storage: a journal file or an Optuna storage URL.
            styles: the styles that are searched, their parameters and ranges.
            higher_is_better: the scorer's direction.
            attributes: what decides the search and so must not change, JSON values.
            about: what is good to know, as of the latest run, JSON values.

        Raises:
            StudyError: the storage cannot be used, somebody else writes this study, or it was
                made with other attributes.
            OptionError, MissingExtraError: the storage cannot be opened.
        """
        store = open_storage(storage, create=True)
        store.limit(name)
        wanted = trials.directions(higher_is_better=higher_is_better)
        with store.errors():
            study_id = store.create_study(name, wanted)
            if tuple(store.optuna.get_study_directions(study_id)) != wanted:
                raise StudyError(
                    f"study {name!r} in {store.where} has other objectives; "
                    "start a new study or use another storage"
                )
        study = cls(store, study_id, name, styles=styles)
        try:
            with store.errors():
                study._lease.acquire()
                study._describe({"schema": SCHEMA, **attributes}, about or {})
                study._recover()
            yield study
        finally:
            # A storage that cannot be reached is what the search has failed with already.
            with contextlib.suppress(StudyError):
                study._abandon()
            study._lease.release()

    def begin(
        self,
        batch: int,
        proposals: Sequence[Proposal],
        params: Sequence[Mapping[str, float]],
        *,
        notes: Mapping[str, Json] | None = None,
    ) -> tuple[int, ...]:
        """Record candidates as running trials before they are evaluated.

        Args:
            batch: index of the batch, higher than those before.
            proposals: styles and vectors, as the strategy proposed them.
            params: the values that stand for each.
            notes: what else is to be known of all of them, JSON values.

        Returns:
            The numbers of the trials.
        """
        # Should the power fail, candidates without answers are no loss.
        with self._writing(durable=False):
            taken_up = [self._take_up(batch, proposal) for proposal in proposals]
            templates = [
                self._template(batch, proposal, values, notes or {})
                for proposal, values, trial in zip(proposals, params, taken_up, strict=True)
                if trial is None
            ]
            created = iter(self.store.create_trials(self.id, templates))
            begun = [trial or next(created) for trial in taken_up]
            self._running.update({number: trial_id for trial_id, number in begun})
            self._fail_left()
        return tuple(number for _, number in begun)

    def sending(self, ledger: Mapping[str, int]) -> None:
        """Record the ledger with images counted that are about to be sent.

        What was counted here but never answered is what a crash has lost.
        """
        with self._writing(durable=False):
            self._record_ledger(ledger)

    def losing(self, images: int, ledger: Mapping[str, int]) -> None:
        """Record that images were shown in vain: nobody has waited for all answers of their batch.

        Args:
            ledger: its counts without them.
        """
        with self._writing():
            self._record_ledger(ledger, lost=images)

    def checking(self, images: int) -> None:
        """Record how many images were shown to see whether the scorer is still the same.

        To be called before they are sent, with those of earlier calls counted in.
        """
        with self._writing(durable=False):
            self.store.describe(self.id, {"ledger": {**self.ledger, "checks": images}})

    def finish(
        self,
        numbers: Sequence[int],
        evaluations: Sequence[Evaluation],
        *,
        ledger: Mapping[str, int],
    ) -> None:
        """Record what became of running trials; a score of NaN makes a failed one.

        Args:
            ledger: its counts after these evaluations.
        """
        found = dict(zip(numbers, map(trials.pack, evaluations), strict=True))
        answers = Answers(dict(ledger), {n: (a.score, a.appeal) for n, a in found.items()})
        with self._writing():
            running = {n: self._running.pop(n) for n in numbers}
            self._note(running, found, answers)
            # What was noted counts from here on: a kill leaves every answer of the batch or none.
            self.store.write(self.id, _ANSWERS, plain(answers))
            self._finish(running, answers)
            self._record_ledger(ledger)

    def keep(self, key: str, value: Json, *, ledger: Mapping[str, int] | None = None) -> None:
        """Record a value that a continued search needs again, see :meth:`recall`.

        Args:
            ledger: its counts, if queries were sent for this value.
        """
        with self._writing():
            self.store.write(
                self.id, f"{KEPT}:{key}", {"value": value, "ledger": dict(ledger or {})}
            )
            if ledger is not None:
                self._record_ledger(ledger)

    def annotate(self, about: Mapping[str, Json]) -> None:
        """Set attributes that may change."""
        with self._writing():
            self.store.describe(self.id, about)

    @contextlib.contextmanager
    def _writing(self, *, durable: bool = True) -> Iterator[None]:
        with self.store.errors(), self.store.together(durable=durable):
            self._lease.check()
            yield

    def _take_up(self, batch: int, proposal: Proposal) -> _TrialKey | None:
        """The trial of this candidate that a killed process left running, if there is one."""
        left = self._left.get((batch, proposal))
        return left.pop(0) if left else None

    def _template(
        self,
        batch: int,
        proposal: Proposal,
        params: Mapping[str, float],
        notes: Mapping[str, Json],
    ) -> FrozenTrial:
        return trials.running_trial(
            batch, proposal, params, self._ranges, notes=notes, started=datetime.now()
        )

    def _record_ledger(self, ledger: Mapping[str, int], *, lost: int = 0) -> None:
        known = self.ledger
        lost += known.get("lost", 0)
        checks = known.get("checks", 0)
        self.store.describe(self.id, {"ledger": {**ledger, "lost": lost, "checks": checks}})

    def _note(
        self, trial_ids: Mapping[int, int], found: Mapping[int, trials.Answer], answers: Answers
    ) -> None:
        queries = answers.ledger.get("total", 0)
        self.store.note_trials(
            {trial_ids[number]: trials.found(answer, queries) for number, answer in found.items()}
        )

    def _finish(self, trial_ids: Mapping[int, int], answers: Answers) -> None:
        self.store.finish_trials(
            {
                trial_id: trials.outcome(answers.trials[number])
                for number, trial_id in trial_ids.items()
            }
        )

    def _describe(self, fixed: Mapping[str, Json], about: Mapping[str, Json]) -> None:
        recorded = self.attributes
        # As JSON gives it back: with lists for tuples.
        fixed = json.loads(json.dumps(fixed))
        for key, value in fixed.items():
            if key in recorded and recorded[key] != value:
                raise StudyError(
                    f"study {self.name!r} was made with {difference(key, recorded[key], value)}; "
                    "use the same again or start a new study"
                )
        self.store.describe(self.id, {**fixed, **about})
        self.store.name_metrics(self.id, trials.METRICS)

    def _recover(self) -> None:
        """Bring a study that a killed process left into order."""
        recorded = self.store.read(self.id, _ANSWERS) or {"ledger": {}, "trials": {}}
        answers = typed(Answers, recorded, f"{self.where}: its latest answers", StudyError)
        optuna = self.store.optuna
        answered = {}
        for trial in optuna.get_all_trials(self.id, deepcopy=False):
            if trial.state != TrialState.RUNNING:
                continue
            trial_id = optuna.get_trial_id_from_study_id_trial_number(self.id, trial.number)
            if trial.number in answers.trials:
                answered[trial.number] = trial_id
            else:
                candidate = trials.begun(trial, self.where)
                self._left.setdefault(candidate, []).append((trial_id, trial.number))
        whole = {n: answers.trials[n] for n in answered}
        found = {n: a for n, a in whole.items() if isinstance(a, trials.Answer)}
        self._note(answered, found, answers)
        self._finish(answered, answers)
        self._settle_ledger()

    def _settle_ledger(self) -> None:
        """Move queries that were sent but not answered to ``lost``."""
        sent = self.ledger
        if not sent:
            return
        records = self.store.optuna.get_study_system_attrs(self.id)
        settled = [
            typed(Settled, record, f"{self.where}: its record {key}", StudyError).ledger
            for key, record in records.items()
            if key == _ANSWERS or key.startswith(KEPT)
        ]
        nothing = dict.fromkeys(sent, 0) | {"budget": sent.get("budget", 0)}
        answered = max(filter(None, settled), key=_total, default=nothing)
        self._record_ledger(answered, lost=max(_total(sent) - _total(answered), 0))

    def _abandon(self) -> None:
        """Fail the trials that nobody evaluates any more."""
        if self._running or self._left:
            with self._writing():
                self._left.setdefault((-1, Proposal("", ())), []).extend(
                    (trial_id, number) for number, trial_id in self._running.items()
                )
                self._fail_left()
                self._settle_ledger()

    def _fail_left(self) -> None:
        """Fail trials of a killed process that are not taken up again."""
        self.store.finish_trials(
            {
                trial_id: (TrialState.FAIL, None, {"lost": True})
                for keys in self._left.values()
                for trial_id, _ in keys
            }
        )
        self._left.clear()


@dataclass(frozen=True, slots=True)
class Settled:
    """A record of queries that were answered: the ledger's counts after them."""

    ledger: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of a batch, recorded at once before any of its trials ends.

    Earlier builds recorded here what they note with each trial later.
    """

    ledger: Mapping[str, int]
    trials: Mapping[int, trials.Values | trials.Answer]


@dataclass(frozen=True, slots=True)
class Writer:
    """The part of a writer's record that decides who may write."""

    owner: str | None
    beat: int = 0
    host: str = ""
    pid: int = 0
    machine: str | None = None
    started: int | None = None


class Register:
    """The record of a study's writer."""

    def __init__(self, store: Store, study_id: int) -> None:
        self._store = store
        self._id = study_id

    def read(self) -> Record | None:
        """What is written of the writer, None if nothing."""
        record: Record | None = self._store.read(self._id, _WRITER)
        if record is not None:
            where = f"a study in {self._store.where} is damaged: the record of its writer"
            typed(Writer, record, where, StudyError)
        return record

    def swap(self, old: Record | None, new: Record) -> bool:
        """Write ``new`` where ``old`` stands; False if another was faster."""
        with self._store.errors():
            return self._store.swap(self._id, _WRITER, old, new)


def _total(ledger: Mapping[str, int]) -> int:
    return ledger.get("total", 0)


def difference(key: str, recorded: Any, value: Any) -> str:
    """Name the innermost value that differs."""
    if isinstance(recorded, dict) and isinstance(value, dict):
        for inner in {**recorded, **value}:
            if recorded.get(inner) != value.get(inner):
                return difference(f"{key}.{inner}", recorded.get(inner), value.get(inner))
    return f"{key} {recorded!r}, not {value!r}"
