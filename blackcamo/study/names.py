"""Readable names for studies, and finding and listing them by name."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blackcamo.errors import UnknownNameError
from blackcamo.plugins import unknown
from blackcamo.study.storage import open_storage
from blackcamo.study.store import Store
from blackcamo.study.survey import StudySummary

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


def list_studies(storage: str | Path) -> list[StudySummary]:
    """Every study of a storage that blackcamo made, by name.

    Raises:
        StudyError, OptionError, MissingExtraError: the storage cannot be opened.
    """
    store = open_storage(storage)
    with store.errors():
        return sorted(_ours(store), key=lambda summary: summary.name)


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
        dates = {summary.name: summary.latest for summary in _ours(store) if summary.name in names}
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
        return [summary.name for summary in _ours(store)]


def _ours(store: Store) -> list[StudySummary]:
    return [summary for summary in store.summaries() if "schema" in summary.attributes]
