"""Reading a study: its attributes, its batches, its answers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from blackcamo.errors import StudyError
from blackcamo.records import typed
from blackcamo.study import trials
from blackcamo.study.names import find_study
from blackcamo.study.note import write_note
from blackcamo.study.pictures import Pictures
from blackcamo.study.storage import open_storage
from blackcamo.study.store import Json, Store
from blackcamo.types import Evaluation, Proposal

T = TypeVar("T")

SCHEMA = 2
"""Version of how blackcamo uses trials and attributes; studies of another one are refused."""
KEPT = "blackcamo:kept"
"""Record of single answers, followed by their key. Like others that nobody looks at, it is a system
attribute of the study."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Candidates that were asked for and evaluated together.

    ``queries`` is the ledger's total once they were answered.
    """

    index: int
    numbers: tuple[int, ...]
    evaluations: tuple[Evaluation, ...]
    queries: int

    @property
    def proposals(self) -> list[Proposal]:
        """The candidates as they were proposed."""
        return [Proposal(e.style, e.vector) for e in self.evaluations]


class RecordedStudy:
    """The record of a study in a storage.

    Attributes:
        store, id: where it is kept, and its identifier there.
        name: the study's name.
        note: what a user should know about the storage, None if nothing.
    """

    def __init__(self, store: Store, study_id: int, name: str) -> None:
        self.store = store
        self.id = study_id
        self.name = name
        self.note = store.note

    @classmethod
    def load(cls, storage: str | Path, name: str) -> Self:
        """An existing study, to read; the name may be its beginning if that is unique.

        Raises:
            UnknownNameError: there is none of that name.
            StudyError: it was made by a version that used trials otherwise.
            StudyError, OptionError, MissingExtraError: the storage cannot be opened.
        """
        store = open_storage(storage)
        name = find_study(store, name)
        store.limit(name)
        with store.errors():
            study = cls(store, store.optuna.get_study_id_from_name(name), name)
        schema = study.attributes.get("schema")
        if schema != SCHEMA:
            raise StudyError(
                f"study {name!r} in {store.where} is of schema {schema}, and this version reads "
                f"{SCHEMA}; look at it with the version that made it, or delete it"
            )
        return study

    @property
    def where(self) -> str:
        """How messages about damage begin."""
        return f"study {self.name!r} in {self.store.where} is damaged"

    @property
    def attributes(self) -> dict[str, Json]:
        """The attributes of the study; ``ledger`` among them once a query was sent."""
        with self.store.errors():
            return dict(self.store.optuna.get_study_user_attrs(self.id))

    @property
    def ledger(self) -> dict[str, int]:
        """The queries by kind, ``lost`` ones apart; empty before the first one."""
        found = self.attributes.get("ledger", {})
        return typed(dict[str, int], found, f"{self.where}: its ledger", StudyError)

    def batches(self) -> list[Batch]:
        """Every batch that was answered, in order: what a search replays to go on."""
        grouped: dict[int, list[trials.Answered]] = defaultdict(list)
        for found in self._answered():
            grouped[found.batch].append(found)
        return [
            Batch(
                index=index,
                numbers=tuple(found.number for found in group),
                evaluations=tuple(found.evaluation for found in group),
                queries=group[0].queries,
            )
            for index, group in sorted(grouped.items())
        ]

    def evaluations(self) -> dict[int, Evaluation]:
        """Trial number -> evaluation, failed ones included, in order."""
        return {found.number: found.evaluation for found in self._answered()}

    def recall(self, key: str, kind: type[T]) -> T | None:
        """The value that :meth:`keep` recorded under ``key``, None if there is none.

        Raises:
            StudyError: it is not of that kind, or the storage cannot be read.
        """
        with self.store.errors():
            record = self.store.read(self.id, f"{KEPT}:{key}")
        if record is None:
            return None
        kept = typed(dict[str, Any], record, f"{self.where}: its record of {key}", StudyError)
        return typed(kind, kept.get("value"), f"{self.where}: its record of {key}", StudyError)

    def pictures(self, folder: Path) -> Pictures:
        """The pictures of its trials, which are kept in that folder."""
        return Pictures(self.store, self.id, self.name, folder)

    def describe(self, note: str) -> None:
        """Set the note that the dashboard shows; what people wrote below ours is kept.

        Raises:
            StudyError: the storage cannot be written.
        """
        write_note(self.store, self.id, note)

    def _answered(self) -> list[trials.Answered]:
        with self.store.errors():
            found = trials.answered(self.store.optuna.get_all_trials(self.id, deepcopy=False))
        return [trials.unpack(trial, self.where) for trial in found]
