"""Readable names for studies, and finding and listing them by name."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
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
    return sorted(_ours(open_storage(storage)), key=lambda summary: summary.name)


def find_study(store: Store, name: str) -> str:
    """The full name of a study, given that or a beginning that only one has.

    Studies in which nothing was tried are left out where others are meant, too.

    Raises:
        UnknownNameError: none or several are meant; says which ones may be.
    """
    ours = _ours(store)
    if any(summary.name == name for summary in ours):
        return name
    meant = _meant(store, name, ours)
    if len(meant) == 1:
        return next(iter(meant))
    listed = "; ".join(f"{other} ({when or 'empty'})" for other, when in meant.items())
    raise UnknownNameError(
        f"{store.where}: {name!r} is the beginning of {len(meant)} studies: {listed}; name one of "
        "them; choose, dashboard, deliver, explain, export, front, jury rank and pictures take the "
        "newest with --last"
    )


def newest_study(store: Store, beginning: str) -> str:
    """The full name of the newest study that begins so.

    Raises:
        UnknownNameError: there is none.
        StudyError: the storage cannot be read.
    """
    return list(_meant(store, beginning, _ours(store)))[-1]


def _meant(store: Store, beginning: str, ours: Sequence[StudySummary]) -> dict[str, str]:
    """The studies that begin so, the newest last, and when each was searched.

    Raises:
        UnknownNameError: there are none.
    """
    meant = {s.name: s.latest for s in ours if beginning and s.name.startswith(beginning)}
    if not meant:
        known = [summary.name for summary in ours]
        raise UnknownNameError(f"{store.where}: {unknown('study', beginning, known)}")
    searched = {name: when for name, when in meant.items() if when is not None}
    ordered = sorted(searched, key=lambda name: searched[name])
    if not ordered:
        return dict.fromkeys(sorted(meant), "")
    return {name: searched[name].isoformat(" ", "minutes") for name in ordered}


def study_names(store: Store) -> list[str]:
    """The studies that blackcamo made; not those of others in the same storage, nor juries.

    Raises:
        StudyError: the storage cannot be read.
    """
    return [summary.name for summary in _ours(store)]


def _ours(store: Store) -> list[StudySummary]:
    with store.errors():
        return [summary for summary in store.summaries() if "schema" in summary.attributes]
