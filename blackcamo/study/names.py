"""Readable names for studies, and finding and listing them by name."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from optuna.trial import FrozenTrial

from blackcamo.errors import UnknownNameError
from blackcamo.plugins import unknown
from blackcamo.study.storage import open_storage
from blackcamo.study.store import Store
from blackcamo.study.trials import STYLE, answered

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
    """A study in a storage and how many of its trials were evaluated.

    ``latest`` is when the latest of them was, in local time, ``styles`` says each one's style.
    """

    name: str
    attributes: Mapping[str, Any]
    trials: int
    latest: datetime | None = None
    styles: Mapping[int, str] = field(default_factory=dict)


def list_studies(storage: str | Path) -> list[StudySummary]:
    """Every study of a storage that blackcamo made, by name.

    Raises:
        StudyError, OptionError, MissingExtraError: the storage cannot be opened.
    """
    store = open_storage(storage)
    with store.errors():
        return sorted(
            (
                _summary(study.study_name, study.user_attrs, _trials(store, study.study_name))
                for study in store.optuna.get_all_studies()
                if "schema" in study.user_attrs
            ),
            key=lambda summary: summary.name,
        )


def find_study(store: Store, name: str) -> str:
    """The full name of a study, given that or a beginning that only one has.

    Studies in which nothing was tried are left out where others are meant, too.

    Raises:
        UnknownNameError: none or several are meant; says which ones may be.
    """
    if name in study_names(store):
        return name
    meant = _meant(store, name)
    if len(meant) == 1:
        return next(iter(meant))
    listed = "; ".join(f"{other} ({when or 'empty'})" for other, when in meant.items())
    raise UnknownNameError(
        f"{store.where}: {name!r} is the beginning of {len(meant)} studies: {listed}; name one of "
        "them; front, export, pictures, dashboard and jury rank take the newest with --last"
    )


def newest_study(store: Store, beginning: str) -> str:
    """The full name of the newest study that begins so.

    Raises:
        UnknownNameError: there is none.
    """
    return list(_meant(store, beginning))[-1]


def _meant(store: Store, beginning: str) -> dict[str, str]:
    """The studies that begin so, the newest last, and when each was searched.

    Raises:
        UnknownNameError: there are none.
    """
    known = study_names(store)
    names = [name for name in known if beginning and name.startswith(beginning)]
    if not names:
        raise UnknownNameError(f"{store.where}: {unknown('study', beginning, known)}")
    with store.errors():
        dates = {name: _latest(answered(_trials(store, name))) for name in names}
    searched = {name: when for name, when in dates.items() if when is not None}
    ordered = sorted(searched, key=lambda name: searched[name])
    if not ordered:
        return dict.fromkeys(sorted(names), "")
    return {name: searched[name].isoformat(" ", "minutes") for name in ordered}


def study_names(store: Store) -> list[str]:
    """The studies that blackcamo made; not those of others in the same storage, nor juries.

    Raises:
        StudyError: the storage cannot be read.
    """
    with store.errors():
        return [s.study_name for s in store.optuna.get_all_studies() if "schema" in s.user_attrs]


def _summary(
    name: str, attributes: Mapping[str, Any], all_trials: Sequence[FrozenTrial]
) -> StudySummary:
    done = answered(all_trials)
    styles = {trial.number: str(trial.params[STYLE]) for trial in done if STYLE in trial.params}
    return StudySummary(name, attributes, len(done), _latest(done), styles)


def _latest(done: Sequence[FrozenTrial]) -> datetime | None:
    return max((t.datetime_complete for t in done if t.datetime_complete), default=None)


def _trials(store: Store, name: str) -> list[FrozenTrial]:
    study_id = store.optuna.get_study_id_from_name(name)
    return store.optuna.get_all_trials(study_id, deepcopy=False)
