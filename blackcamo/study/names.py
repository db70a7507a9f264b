"""Readable names for studies, and finding and listing them by name."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optuna.trial import FrozenTrial

from blackcamo.errors import UnknownNameError
from blackcamo.plugins import unknown
from blackcamo.study.storage import open_storage
from blackcamo.study.store import Store
from blackcamo.study.trials import answered

_LONGEST_STEM = 60


def study_name(stem: str, scorer: str, configuration: Mapping[str, Any]) -> str:
    """``<stem>-<scorer>-<8 hex>``: one name per photo and configuration.

    Args:
        stem: the photo's file name without its ending.
        scorer: the scorer's name.
        configuration: everything that must not change within a study, JSON values.

    >>> study_name("Old Town (1)", "niqe", {"seed": 0})
    'Old-Town-1-niqe-de7d7744'
    """
    text = json.dumps(configuration, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    readable = re.sub(r"[^\w.]+", "-", stem)[:_LONGEST_STEM].strip("-") or "photo"
    return f"{readable}-{scorer}-{digest}"


@dataclass(frozen=True, slots=True)
class StudySummary:
    """A study in a storage and how many of its trials were evaluated."""

    name: str
    attributes: Mapping[str, Any]
    trials: int


def list_studies(storage: str | Path) -> list[StudySummary]:
    """Every study of a storage that blackcamo made, by name.

    Raises:
        StudyError, OptionError, MissingExtraError: the storage cannot be opened.
    """
    store = open_storage(storage)
    with store.errors():
        return sorted(
            (
                StudySummary(
                    study.study_name,
                    study.user_attrs,
                    len(answered(_trials(store, study.study_name))),
                )
                for study in store.optuna.get_all_studies()
                if "schema" in study.user_attrs
            ),
            key=lambda summary: summary.name,
        )


def find_study(store: Store, name: str) -> str:
    """The full name of a study, given that or a beginning that only one has.

    Raises:
        UnknownNameError: none or several are meant; says which ones may be.
    """
    known = study_names(store)
    if name in known:
        return name
    meant = [other for other in known if name and other.startswith(name)]
    if len(meant) == 1:
        return meant[0]
    raise UnknownNameError(f"{store.where}: {unknown('study', name, meant or known)}")


def study_names(store: Store) -> list[str]:
    """The studies that blackcamo made; not those of others in the same storage, nor juries.

    Raises:
        StudyError: the storage cannot be read.
    """
    with store.errors():
        return [s.study_name for s in store.optuna.get_all_studies() if "schema" in s.user_attrs]


def _trials(store: Store, name: str) -> list[FrozenTrial]:
    study_id = store.optuna.get_study_id_from_name(name)
    return store.optuna.get_all_trials(study_id, deepcopy=False)
