"""Pictures of trials, kept as Optuna artifacts: optuna-dashboard shows them with their trials."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from blackcamo.images import write_bytes
from blackcamo.study.storage import open_storage
from blackcamo.study.store import Store

ORPHAN_AGE_S = 3600.0
"""Files that no study knows are left alone for so long: a search may be about to record them."""

_NAMESPACE = uuid.UUID("5d1c5c5e-3d3b-5b52-9a53-6f4fd5a5c0a1")
_PREFIX = "dashboard:artifacts:"
_GONE = json.dumps(None)


def pictures_folder(storage: str | Path, chosen: Path | None = None) -> Path:
    """Where the pictures of a storage's studies are.

    >>> pictures_folder("camouflage/studies.journal").as_posix()
    'camouflage/studies.pictures'
    >>> pictures_folder("postgresql://host/studies").as_posix()
    'camouflage/pictures'
    """
    if chosen is not None:
        return chosen
    if "://" in str(storage):
        return Path("camouflage") / "pictures"
    return Path(storage).with_suffix(".pictures")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a trial: its file, and the name under which the dashboard shows it."""

    number: int
    name: str
    path: Path
    link: str


class Pictures:
    """The pictures of one study.

    Optuna ties artifacts to trials that still run. Here they are recorded with the study, which
    optuna-dashboard reads as well, so that pictures may come and go after the trial has ended.
    Identifiers follow from study and trial: a picture that is written twice is there once.

    Args:
        store: the storage.
        study_id: the study's identifier in it.
        study: the study's name.
        folder: where the files are; it is made with the first one.
    """

    def __init__(self, store: Store, study_id: int, study: str, folder: Path) -> None:
        self._store = store
        self._id = study_id
        self._study = study
        self.folder = folder

    def add(self, pictures: Mapping[int, tuple[str, bytes]]) -> dict[int, str]:
        """Keep pictures: trial number -> name and bytes of a JPEG file; their identifiers.

        Raises:
            OutputError: a file cannot be written.
            StudyError: the storage cannot be written.
        """
        records = {}
        for number, (name, data) in pictures.items():
            artifact = self._artifact(number)
            write_bytes(self.folder / artifact, data)
            meta = {
                "artifact_id": artifact,
                "filename": name,
                "mimetype": "image/jpeg",
                "encoding": None,
            }
            records[self._key(number)] = json.dumps(meta)
        self._record(records)
        return {number: self._artifact(number) for number in pictures}

    def remove(self, numbers: Iterable[int]) -> None:
        """Forget the pictures of these trials."""
        there = self.all()
        gone = [there[number] for number in numbers if number in there]
        self._record({self._key(picture.number): _GONE for picture in gone})
        for picture in gone:
            picture.path.unlink(missing_ok=True)

    def all(self) -> dict[int, Picture]:
        """Trial number -> picture, of those whose file is there."""
        with self._store.errors():
            records = self._store.optuna.get_study_system_attrs(self._id)
            trials = self._store.optuna.get_n_trials(self._id)
        # The trials themselves, which are far more to read, need not be known.
        numbers = {self._artifact(number): number for number in range(trials)}
        found = {}
        for key, record in records.items():
            trial_id, _, artifact = key.removeprefix(_PREFIX).partition(":")
            path = self.folder / artifact
            number = numbers.get(artifact)
            if number is None or record == _GONE or not path.is_file():
                continue
            link = f"/artifacts/{self._id}/{trial_id}/{artifact}"
            found[number] = Picture(number, json.loads(record)["filename"], path, link)
        return dict(sorted(found.items()))

    def _artifact(self, number: int) -> str:
        return str(uuid.uuid5(_NAMESPACE, f"{self._study}/{number}"))

    def _key(self, number: int) -> str:
        trial_id = self._store.optuna.get_trial_id_from_study_id_trial_number(self._id, number)
        return f"{_PREFIX}{trial_id}:{self._artifact(number)}"

    def _record(self, records: Mapping[str, str]) -> None:
        if not records:
            return
        with self._store.errors(), self._store.together(durable=False):
            for key, value in records.items():
                self._store.optuna.set_study_system_attr(self._id, key, value)


def orphans(storage: str | Path, folder: Path) -> list[Path]:
    """Files of a folder of pictures that no study of the storage knows any more.

    Raises:
        StudyError, OptionError, MissingExtraError: the storage cannot be opened.
    """
    store = open_storage(storage)
    with store.errors():
        known = {
            key.rpartition(":")[2]
            for study in store.optuna.get_all_studies()
            for key, record in study.system_attrs.items()
            if key.startswith(_PREFIX) and record != _GONE
        }
    if not folder.is_dir():
        return []
    return [
        path
        for path in sorted(folder.iterdir())
        if _is_artifact(path.name)
        and path.name not in known
        and abs(time.time() - path.stat().st_mtime) > ORPHAN_AGE_S
    ]


def _is_artifact(name: str) -> bool:
    try:
        return str(uuid.UUID(name)) == name
    except ValueError:
        return False
