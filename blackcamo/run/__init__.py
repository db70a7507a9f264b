"""The jobs of blackcamo, wired: search, score, verify, apply, front, export, dashboard."""

from blackcamo.run.applying import apply, find_photos
from blackcamo.run.appraising import appraise
from blackcamo.run.merging import merge
from blackcamo.run.results import (
    AppealResult,
    ApplyResult,
    ExportResult,
    FrontEntry,
    JuryEntry,
    MergeResult,
    PicturesResult,
    Progress,
    PruneResult,
    ScoreResult,
    SearchConfig,
    SearchResult,
    StudyEntry,
    VerifyResult,
)
from blackcamo.run.reviewing import export, front, jury_rank, studies
from blackcamo.run.scoring import score, score_many, verify
from blackcamo.run.searching import Stop, search, search_many
from blackcamo.run.serving import Serving, dashboard
from blackcamo.run.tidying import delete, prune, show

__all__ = [
    "AppealResult",
    "ApplyResult",
    "ExportResult",
    "FrontEntry",
    "JuryEntry",
    "MergeResult",
    "PicturesResult",
    "Progress",
    "PruneResult",
    "ScoreResult",
    "SearchConfig",
    "SearchResult",
    "Serving",
    "Stop",
    "StudyEntry",
    "VerifyResult",
    "apply",
    "appraise",
    "dashboard",
    "delete",
    "export",
    "find_photos",
    "front",
    "jury_rank",
    "merge",
    "prune",
    "score",
    "score_many",
    "search",
    "search_many",
    "show",
    "studies",
    "verify",
]
