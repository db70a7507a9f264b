"""Which studies a storage holds and which plug-ins are installed; nothing here renders."""

from __future__ import annotations

import contextlib
import inspect

from blackcamo import plugins
from blackcamo.errors import BlackcamoError, MissingExtraError, StudyError
from blackcamo.profile import installed_profiles, read_profile
from blackcamo.records import typed
from blackcamo.report.verdict import outcome
from blackcamo.run.config import DEFAULT_STORAGE
from blackcamo.run.counted import score_that_counts
from blackcamo.run.identity import LEARNING
from blackcamo.run.results import FilterEntry, ProfileEntry, ScorerEntry, StudyEntry
from blackcamo.strategies import Goal
from blackcamo.study import StudySummary, list_studies
from blackcamo.study.names import newest_study
from blackcamo.study.storage import open_storage
from blackcamo.types import UNCHANGED, PathLike, ScorerInfo


def studies(storage: PathLike = DEFAULT_STORAGE, *, empty: bool = False) -> list[StudyEntry]:
    """The studies of a storage, the newest last.

    Args:
        empty: also those in which nothing was tried, as a search leaves them that failed at once.

    Raises:
        BlackcamoError: the storage cannot be opened.
    """
    found = [summary for summary in list_studies(storage) if empty or summary.trials]
    # Those without a date have nothing in them.
    found.sort(key=lambda s: (s.latest is not None, s.latest and s.latest.timestamp()))
    return [_entry_or_damaged(summary) for summary in found]


def newest(beginning: str, storage: PathLike = DEFAULT_STORAGE) -> str:
    """The full name of the newest study whose name begins so.

    Raises:
        UnknownNameError: there is none.
        BlackcamoError: the storage cannot be opened.
    """
    return newest_study(open_storage(storage), beginning)


def profiles() -> list[ProfileEntry]:
    """Every profile that is found by name: those of the package, and the user's own.

    Raises:
        ProfileError: one of them cannot be read.
    """
    entries = []
    for name, path in installed_profiles().items():
        profile = read_profile(path)
        entries.append(
            ProfileEntry(
                name=name,
                path=path,
                scorer=profile.scorer["name"],
                hiding=profile.hiding,
                reach=profile.reach,
            )
        )
    return entries


def scorers() -> list[ScorerEntry]:
    """Every scorer that a name stands for, whether or not what it needs is installed."""
    entries = []
    for name in plugins.names("scorers"):
        try:
            about, missing = inspect.getdoc(plugins.load("scorers", name)) or "", None
        except MissingExtraError as error:
            about, missing = "", str(error)
        entries.append(
            ScorerEntry(name=name, description=about.partition("\n")[0], missing=missing)
        )
    return entries


def filters() -> list[FilterEntry]:
    """Every family of filters, with its parameters.

    Raises:
        PluginError: one of them is broken.
    """
    families = (plugins.load("filters", name)() for name in plugins.names("filters"))
    return [FilterEntry(name=family.name, params=family.params) for family in families]


def _entry_or_damaged(summary: StudySummary) -> StudyEntry:
    """Where its record cannot be read, a study is told by its name; the others are as they are."""
    if summary.damage is None:
        # What a record lacks, or holds in another type, shows where it is looked at.
        with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError, BlackcamoError):
            return _entry(summary)
    return StudyEntry(
        name=summary.name,
        photo="",
        scorer="",
        date=None if summary.latest is None else summary.latest.isoformat(" ", "seconds"),
        style=None,
        mode=None,
        seed=None,
        trials=summary.trials,
        verdict="damaged",
        score_before=None,
        best_score=None,
        best_appeal=None,
    )


def _entry(summary: StudySummary) -> StudyEntry:
    attributes = summary.attributes
    delivered = attributes.get("delivered", {})
    verdict = "learning" if LEARNING in attributes else None
    if delivered:
        info = typed(ScorerInfo, attributes["scorer"], "scorer", StudyError)
        goal = Goal.for_scorer(
            info, target=attributes["target"], appeal_floor=attributes["appeal_floor"]
        )
        told = outcome(goal, info, score_that_counts(delivered), delivered["appeal"])
        verdict = told.verdict.value
    return StudyEntry(
        name=summary.name,
        photo=attributes["photo"]["name"],
        scorer=attributes["scorer"]["name"],
        date=None if summary.latest is None else summary.latest.isoformat(" ", "seconds"),
        style=None if summary.style == UNCHANGED else summary.style,
        mode=attributes.get("mode"),
        seed=attributes.get("seed"),
        trials=summary.trials,
        verdict=verdict,
        score_before=delivered.get("score_before"),
        best_score=delivered.get("score_after"),
        best_appeal=delivered.get("appeal"),
    )
