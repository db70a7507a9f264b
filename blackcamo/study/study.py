"""One photo under one configuration: its trials, its ledger, its one writer."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optuna.trial import FrozenTrial, TrialState

from blackcamo.errors import StudyError
from blackcamo.space import FilterSpace
from blackcamo.study import trials
from blackcamo.study.lease import Lease, Record
from blackcamo.study.names import find_study
from blackcamo.study.storage import open_storage
from blackcamo.study.store import Json, Store
from blackcamo.types import Evaluation

SCHEMA = 1
"""Version of how blackcamo uses trials and attributes; studies of another one are refused."""

# Records that a search needs but nobody looks at: system attributes of the study.
_WRITER = "blackcamo:writer"
_ANSWERS = "blackcamo:answers"
_KEPT = "blackcamo:kept"


@dataclass(frozen=True, slots=True)
class Batch:
    """Candidates that were asked for and evaluated together.

    ``vectors`` is (n, D); ``queries`` is the ledger's total once they were answered.
    """

    index: int
    numbers: tuple[int, ...]
    vectors: NDArray[np.float64]
    evaluations: tuple[Evaluation, ...]
    queries: int


class Study:
    """A study in a storage: :meth:`open` it to search, :meth:`load` it to look at it.

    Attributes:
        name: the study's name.
        note: what a user should know about the storage, None if nothing.
    """

    def __init__(
        self, store: Store, study_id: int, name: str, *, space: FilterSpace | None = None
    ) -> None:
        self._store = store
        self._id = study_id
        self._space = space
        self._ranges = trials.distributions(space) if space is not None else {}
        self._lease = Lease(_Register(store, study_id), f"study {name!r}")
        self._running: dict[int, int] = {}
        self.name = name
        self.note = store.note

    @classmethod
    def load(cls, storage: str | Path, name: str) -> Study:
        """An existing study, to read; the name may be its beginning if that is unique.

        Raises:
            UnknownNameError: there is none of that name.
            StudyError, OptionError, MissingExtraError: the storage cannot be opened.
        """
        store = open_storage(storage)
        name = find_study(store, name)
        with store.errors():
            return cls(store, store.optuna.get_study_id_from_name(name), name)

    @classmethod
    @contextlib.contextmanager
    def open(
        cls,
        storage: str | Path,
        name: str,
        space: FilterSpace,
        *,
        higher_is_better: bool,
        attributes: Mapping[str, Json],
        about: Mapping[str, Json] | None = None,
    ) -> Iterator[Study]:
        """The study of that name, made if there is none, with us as its only writer.

        Trials that a killed writer left running are completed if their answers were recorded
        and failed as lost otherwise, with the queries that this costs added to the ledger.

        Args:
            storage: a journal file or an Optuna storage URL.
            space: the parameters and their ranges.
            higher_is_better: the scorer's direction.
            attributes: what decides the search and so must not change, JSON values.
            about: what is good to know, as of the latest run, JSON values.

        Raises:
            StudyError: the storage cannot be used, somebody else writes this study, or it was
                made with other attributes.
            OptionError, MissingExtraError: the storage cannot be opened.
        """
        store = open_storage(storage, create=True)
        wanted = trials.directions(higher_is_better=higher_is_better)
        with store.errors():
            study_id = store.create_study(name, wanted)
            if tuple(store.optuna.get_study_directions(study_id)) != wanted:
                raise StudyError(
                    f"study {name!r} in {store.where} has other objectives; "
                    "start a new study or use another storage"
                )
            study = cls(store, study_id, name, space=space)
            study._lease.acquire()
        try:
            with store.errors():
                study._describe({"schema": SCHEMA, **attributes}, about or {})
                study._recover()
            yield study
        finally:
            study._lease.release()

    # Reading ------------------------------------------------------------------------------

    @property
    def attributes(self) -> dict[str, Json]:
        """What the study was made with, and about; ``ledger`` once a query was sent."""
        with self._store.errors():
            return dict(self._store.optuna.get_study_user_attrs(self._id))

    @property
    def ledger(self) -> dict[str, int]:
        """The queries by kind, ``lost`` ones apart; empty before the first one."""
        return dict(self.attributes.get("ledger", {}))

    def batches(self) -> list[Batch]:
        """Every batch that was answered, in order: what a search replays to go on."""
        grouped: dict[int, list[FrozenTrial]] = defaultdict(list)
        for trial in self._trials():
            grouped[trial.user_attrs["batch"]].append(trial)
        return [
            Batch(
                index=index,
                numbers=tuple(t.number for t in group),
                vectors=np.array([t.user_attrs["vector"] for t in group], dtype=np.float64),
                evaluations=tuple(trials.unpack(t) for t in group),
                queries=group[0].user_attrs["queries"],
            )
            for index, group in sorted(grouped.items())
        ]

    def evaluations(self) -> dict[int, Evaluation]:
        """Trial number -> evaluation, failed ones included, in order."""
        return {t.number: trials.unpack(t) for t in self._trials()}

    def recall(self, key: str) -> Json:
        """What :meth:`keep` recorded under ``key``, None if nothing."""
        with self._store.errors():
            kept = self._store.read(self._id, f"{_KEPT}:{key}")
        return None if kept is None else kept["value"]

    def _trials(self) -> list[FrozenTrial]:
        with self._store.errors():
            return trials.answered(self._store.optuna.get_all_trials(self._id, deepcopy=False))

    # Writing ------------------------------------------------------------------------------

    def begin(self, batch: int, vectors: Sequence[Sequence[float]]) -> tuple[int, ...]:
        """Record candidates as running trials before they are evaluated.

        Args:
            batch: index of the batch, higher than those before.
            vectors: (n, D), as the strategy proposed them.

        Returns:
            The numbers of the trials.
        """
        assert self._space is not None  # noqa: S101 - check() refuses studies without
        with self._writing():
            started = datetime.now().astimezone()
            templates = []
            for vector in vectors:
                exact = [float(v) for v in vector]
                params = trials.clip(self._space.decode(exact), self._space)
                notes = {"batch": batch, "vector": exact}
                templates.append(trials.running_trial(params, self._ranges, notes, started=started))
            created = self._store.create_trials(self._id, templates)
        self._running.update({number: trial_id for trial_id, number in created})
        return tuple(number for _, number in created)

    def sending(self, ledger: Mapping[str, int]) -> None:
        """Record the ledger with images counted that are about to be sent.

        What was counted here but never answered is what a crash has lost.
        """
        with self._writing():
            self._store.describe(
                self._id, {"ledger": {**ledger, "lost": self.ledger.get("lost", 0)}}
            )

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
        answers = {
            "ledger": dict(ledger),
            "trials": {
                str(number): trials.pack(evaluation)
                for number, evaluation in zip(numbers, evaluations, strict=True)
            },
        }
        with self._writing():
            # All at once first: a kill leaves either every answer of the batch or none.
            self._store.write(self._id, _ANSWERS, answers)
            self._finish({n: self._running[n] for n in numbers}, answers)
        for number in numbers:
            del self._running[number]

    def keep(self, key: str, value: Json, *, ledger: Mapping[str, int] | None = None) -> None:
        """Record a value that a continued search needs again, see :meth:`recall`.

        Args:
            ledger: its counts, if queries were sent for this value.
        """
        with self._writing():
            self._store.write(
                self._id, f"{_KEPT}:{key}", {"value": value, "ledger": dict(ledger or {})}
            )

    def annotate(self, about: Mapping[str, Json]) -> None:
        """Set attributes that may change."""
        with self._writing():
            self._store.describe(self._id, about)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        with self._store.errors(), self._store.together():
            self._lease.check()
            yield

    def _finish(self, trial_ids: Mapping[int, int], answers: Json) -> None:
        queries = {"queries": answers["ledger"].get("total", 0)}
        self._store.finish_trials(
            {
                trial_id: trials.outcome(answers["trials"][str(number)], queries)
                for number, trial_id in trial_ids.items()
            }
        )

    # Opening ------------------------------------------------------------------------------

    def _describe(self, fixed: Mapping[str, Json], about: Mapping[str, Json]) -> None:
        recorded = self.attributes
        for key, value in fixed.items():
            if key in recorded and recorded[key] != value:
                raise StudyError(
                    f"study {self.name!r} was made with {_difference(key, recorded[key], value)}; "
                    "use the same again or start a new study"
                )
        self._store.describe(self._id, {**fixed, **about})
        self._store.name_metrics(self._id, trials.METRICS)

    def _recover(self) -> None:
        """Bring a study that a killed process left into order."""
        left = [
            t.number
            for t in self._store.optuna.get_all_trials(self._id, deepcopy=False)
            if t.state == TrialState.RUNNING
        ]
        get_id = self._store.optuna.get_trial_id_from_study_id_trial_number
        trial_ids = {number: get_id(self._id, number) for number in left}
        answers = self._store.read(self._id, _ANSWERS) or {"ledger": {}, "trials": {}}
        known = {n: i for n, i in trial_ids.items() if str(n) in answers["trials"]}
        self._finish(known, answers)
        self._store.finish_trials(
            {
                i: (TrialState.FAIL, None, {"lost": True})
                for n, i in trial_ids.items()
                if n not in known
            }
        )
        self._settle_ledger()

    def _settle_ledger(self) -> None:
        """Move queries that were sent but not answered to ``lost``."""
        sent = self.ledger
        if not sent:
            return
        records = self._store.optuna.get_study_system_attrs(self._id)
        settled = [
            record["ledger"]
            for key, record in records.items()
            if (key == _ANSWERS or key.startswith(_KEPT)) and record["ledger"]
        ]
        nothing = dict.fromkeys(sent, 0) | {"budget": sent.get("budget", 0)}
        answered = max(settled, key=lambda ledger: ledger["total"], default=nothing)
        lost = sent["total"] - answered["total"]
        if lost > 0:
            self._store.describe(
                self._id, {"ledger": {**answered, "lost": sent.get("lost", 0) + lost}}
            )


class _Register:
    """The record of a study's writer."""

    def __init__(self, store: Store, study_id: int) -> None:
        self._store = store
        self._id = study_id

    def read(self) -> Record | None:
        record: Record | None = self._store.read(self._id, _WRITER)
        return record

    def swap(self, old: Record | None, new: Record) -> bool:
        with self._store.errors():
            return self._store.swap(self._id, _WRITER, old, new)


def _difference(key: str, recorded: Any, value: Any) -> str:
    """Name the innermost value that differs."""
    if isinstance(recorded, dict) and isinstance(value, dict):
        for inner in {**recorded, **value}:
            if recorded.get(inner) != value.get(inner):
                return _difference(f"{key}.{inner}", recorded.get(inner), value.get(inner))
    return f"{key} {recorded!r}, not {value!r}"
