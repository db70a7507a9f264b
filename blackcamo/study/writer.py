"""Who writes a study, as the study records it."""

from __future__ import annotations

from dataclasses import dataclass

from blackcamo.errors import StudyError
from blackcamo.records import typed
from blackcamo.study.lease import Record
from blackcamo.study.store import Store

_WRITER = "blackcamo:writer"


@dataclass(frozen=True, slots=True)
class Writer:
    """The part of a writer's record that decides who may write."""

    owner: str | None
    beat: int = 0
    host: str = ""
    pid: int = 0
    machine: str | None = None
    started: int | None = None


class WriterRegister:
    """The record of a study's writer: a register as a lease needs it."""

    def __init__(self, store: Store, study_id: int) -> None:
        self._store = store
        self._id = study_id

    def read(self) -> Record | None:
        """The record now, None if there is none.

        Raises:
            StudyError: it is damaged.
        """
        record: Record | None = self._store.read(self._id, _WRITER)
        if record is not None:
            where = f"a study in {self._store.where} is damaged: the record of its writer"
            typed(Writer, record, where, StudyError)
        return record

    def swap(self, old: Record | None, new: Record) -> bool:
        """Write ``new`` where ``old`` stands; False if another was faster."""
        with self._store.errors():
            return self._store.swap(self._id, _WRITER, old, new)
