"""Which studies a storage holds, without what it takes to render their candidates."""

from __future__ import annotations

from pathlib import Path

from blackcamo.report.verdict import outcome
from blackcamo.run.identity import LEARNING
from blackcamo.run.results import StudyEntry
from blackcamo.strategies import Goal
from blackcamo.study import StudySummary, list_studies
from blackcamo.study.names import newest_study
from blackcamo.study.storage import open_storage
from blackcamo.types import UNCHANGED, ScorerInfo


def studies(storage: str | Path, *, empty: bool = False) -> list[StudyEntry]:
    """The studies of a storage, the newest last.

    Args:
        empty: also those in which nothing was tried, as a search leaves them that failed at once.

    Raises:
        BlackcamoError: the storage cannot be opened.
    """
    found = [summary for summary in list_studies(storage) if empty or summary.trials]
    # Those without a date have nothing in them.
    found.sort(key=lambda s: (s.latest is not None, s.latest and s.latest.timestamp()))
    return [_entry(summary) for summary in found]


def newest(beginning: str, storage: str | Path) -> str:
    """The full name of the newest study whose name begins so.

    Raises:
        UnknownNameError: there is none.
        BlackcamoError: the storage cannot be opened.
    """
    return newest_study(open_storage(storage), beginning)


def _entry(summary: StudySummary) -> StudyEntry:
    attributes = summary.attributes
    delivered = attributes.get("delivered", {})
    verdict = "learning" if LEARNING in attributes else None
    if delivered:
        info = ScorerInfo(**attributes["scorer"])
        goal = Goal.for_scorer(
            info, target=attributes["target"], appeal_floor=attributes["appeal_floor"]
        )
        told = outcome(goal, info, delivered["score_after"], delivered["appeal"])
        verdict = told.verdict.value
    style = summary.styles.get(delivered.get("trial"))
    return StudyEntry(
        name=summary.name,
        photo=attributes["photo"]["name"],
        scorer=attributes["scorer"]["name"],
        date=None if summary.latest is None else summary.latest.isoformat(" ", "seconds"),
        style=None if style == UNCHANGED else style,
        mode=attributes.get("mode"),
        seed=attributes.get("seed"),
        trials=summary.trials,
        verdict=verdict,
        score_before=delivered.get("score_before"),
        best_score=delivered.get("score_after"),
        best_appeal=delivered.get("appeal"),
    )
