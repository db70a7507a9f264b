"""The jobs of blackcamo, wired: search, score, verify, apply, front, export, dashboard, report.

Each is imported when it is first used: what only looks at studies loads no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blackcamo.run.applying import apply, apply_profile, apply_style, iter_apply
    from blackcamo.run.appraising import appeal, appraise
    from blackcamo.run.checking import check_channels
    from blackcamo.run.choosing import choose, study_of
    from blackcamo.run.cluster_checking import cluster_check
    from blackcamo.run.config import ExploreConfig, SearchConfig
    from blackcamo.run.defending import countermeasures
    from blackcamo.run.delivering import deliver
    from blackcamo.run.doctoring import doctor
    from blackcamo.run.explaining import explain
    from blackcamo.run.exploring import explore
    from blackcamo.run.exporting import export
    from blackcamo.run.finding import FoundPhoto, find_below, find_photos
    from blackcamo.run.learning import learn
    from blackcamo.run.listing import filters, newest, profiles, scorers, studies
    from blackcamo.run.manifest import manifest_of, status_of
    from blackcamo.run.many import search_many
    from blackcamo.run.merging import merge
    from blackcamo.run.reporting import report
    from blackcamo.run.results import (
        AppealResult,
        ApplyResult,
        ChannelsResult,
        CheckEntry,
        Choice,
        ChooseResult,
        ClauseEntry,
        ClusterWorker,
        CountermeasuresResult,
        ExplainResult,
        ExploreResult,
        ExportResult,
        FilterEntry,
        FrontEntry,
        JuryEntry,
        LearnResult,
        MeasureEntry,
        MergeResult,
        Option,
        PicturesResult,
        ProfileEntry,
        Progress,
        PruneResult,
        ReportResult,
        ScorerEntry,
        ScoreResult,
        SearchResult,
        ShownResult,
        StudyEntry,
        StyleEntry,
        TransferCell,
        TransferResult,
        TransferRow,
        VerifyResult,
        Worth,
    )
    from blackcamo.run.reviewing import front, jury_rank
    from blackcamo.run.scoring import score, score_many, verify
    from blackcamo.run.searching import Stop, search
    from blackcamo.run.serving import Serving, dashboard
    from blackcamo.run.styling import style_sheet, styles
    from blackcamo.run.targets import preset_meant
    from blackcamo.run.tidying import delete, prune, show
    from blackcamo.run.transferring import transfer

__all__ = [
    "AppealResult",
    "ApplyResult",
    "ChannelsResult",
    "CheckEntry",
    "Choice",
    "ChooseResult",
    "ClauseEntry",
    "ClusterWorker",
    "CountermeasuresResult",
    "ExplainResult",
    "ExploreConfig",
    "ExploreResult",
    "ExportResult",
    "FilterEntry",
    "FoundPhoto",
    "FrontEntry",
    "JuryEntry",
    "LearnResult",
    "MeasureEntry",
    "MergeResult",
    "Option",
    "PicturesResult",
    "ProfileEntry",
    "Progress",
    "PruneResult",
    "ReportResult",
    "ScoreResult",
    "ScorerEntry",
    "SearchConfig",
    "SearchResult",
    "Serving",
    "ShownResult",
    "Stop",
    "StudyEntry",
    "StyleEntry",
    "TransferCell",
    "TransferResult",
    "TransferRow",
    "VerifyResult",
    "Worth",
    "appeal",
    "apply",
    "apply_profile",
    "apply_style",
    "appraise",
    "check_channels",
    "choose",
    "cluster_check",
    "countermeasures",
    "dashboard",
    "delete",
    "deliver",
    "doctor",
    "explain",
    "explore",
    "export",
    "filters",
    "find_below",
    "find_photos",
    "front",
    "iter_apply",
    "jury_rank",
    "learn",
    "manifest_of",
    "merge",
    "newest",
    "preset_meant",
    "profiles",
    "prune",
    "report",
    "score",
    "score_many",
    "scorers",
    "search",
    "search_many",
    "show",
    "status_of",
    "studies",
    "study_of",
    "style_sheet",
    "styles",
    "transfer",
    "verify",
]

_HOMES = {
    "ExploreConfig": "config",
    "SearchConfig": "config",
    "FoundPhoto": "finding",
    "Serving": "serving",
    "Stop": "searching",
    "appeal": "appraising",
    "apply": "applying",
    "apply_profile": "applying",
    "apply_style": "applying",
    "appraise": "appraising",
    "check_channels": "checking",
    "choose": "choosing",
    "cluster_check": "cluster_checking",
    "countermeasures": "defending",
    "dashboard": "serving",
    "delete": "tidying",
    "deliver": "delivering",
    "doctor": "doctoring",
    "explain": "explaining",
    "explore": "exploring",
    "export": "exporting",
    "filters": "listing",
    "find_below": "finding",
    "find_photos": "finding",
    "front": "reviewing",
    "iter_apply": "applying",
    "jury_rank": "reviewing",
    "learn": "learning",
    "manifest_of": "manifest",
    "merge": "merging",
    "newest": "listing",
    "preset_meant": "targets",
    "profiles": "listing",
    "prune": "tidying",
    "report": "reporting",
    "score": "scoring",
    "score_many": "scoring",
    "scorers": "listing",
    "search": "searching",
    "search_many": "many",
    "show": "tidying",
    "status_of": "manifest",
    "studies": "listing",
    "study_of": "choosing",
    "style_sheet": "styling",
    "styles": "styling",
    "transfer": "transferring",
    "verify": "scoring",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'results')}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
