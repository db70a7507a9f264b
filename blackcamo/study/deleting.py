"""Removing studies, with what belongs to them."""

from __future__ import annotations

import contextlib
from pathlib import Path

from blackcamo.errors import UnknownNameError
from blackcamo.plugins import unknown
from blackcamo.study.jury_name import jury_name
from blackcamo.study.lease import Lease
from blackcamo.study.names import study_names
from blackcamo.study.pictures import Pictures
from blackcamo.study.storage import open_storage
from blackcamo.study.writer import WriterRegister


def delete_study(storage: str | Path, name: str, *, pictures: Path) -> None:
    """Delete a study with all of its trials, its pictures and its jury.

    Args:
        name: the whole name; a beginning will not do.
        pictures: the folder of its pictures.

    Raises:
        UnknownNameError: there is none of that name.
        StudyError: somebody writes it, or the storage cannot be written.
        OptionError, MissingExtraError: the storage cannot be opened.
    """
    store = open_storage(storage)
    known = study_names(store)
    if name not in known:
        raise UnknownNameError(f"{store.where}: {unknown('study', name, known)}")
    store.limit(name)
    with store.errors():
        study_id = store.optuna.get_study_id_from_name(name)
        lease = Lease(WriterRegister(store, study_id), f"study {name!r}")
        # Whoever gets the lease knows that nobody else writes.
        lease.acquire()
        lease.release()
        for doomed in (jury_name(name), name):
            with contextlib.suppress(KeyError):
                doomed_id = store.optuna.get_study_id_from_name(doomed)
                files = [
                    p.path for p in Pictures(store, doomed_id, doomed, pictures).all().values()
                ]
                with store.together():
                    store.optuna.delete_study(doomed_id)
                for file in files:
                    file.unlink(missing_ok=True)
