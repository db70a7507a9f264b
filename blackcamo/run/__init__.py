"""The jobs of blackcamo, wired: search, score, verify, apply, front, export, dashboard, gallery."""

from blackcamo.run.applying import apply, apply_profile, apply_style, find_photos
from blackcamo.run.appraising import appraise
from blackcamo.run.exhibition import exhibit
from blackcamo.run.exporting import export
from blackcamo.run.learning import learn
from blackcamo.run.merging import merge
from blackcamo.run.profiling import profiles
from blackcamo.run.results import (
    AppealResult,
    ApplyResult,
    Choice,
    ExportResult,
    FrontEntry,
    GalleryResult,
    JuryEntry,
    LearnResult,
    MergeResult,
    PicturesResult,
    ProfileEntry,
    Progress,
    PruneResult,
    ScoreResult,
    SearchConfig,
    SearchResult,
    ShownResult,
    StudyEntry,
    StyleEntry,
    VerifyResult,
    Worth,
)
from blackcamo.run.reviewing import front, jury_rank, studies
from blackcamo.run.scoring import score, score_many, verify
from blackcamo.run.searching import Stop, search, search_many
from blackcamo.run.serving import Serving, dashboard
from blackcamo.run.styling import style_sheet, styles
from blackcamo.run.tidying import delete, prune, show

__all__ = [
    "AppealResult",
    "ApplyResult",
    "Choice",
    "ExportResult",
    "FrontEntry",
    "GalleryResult",
    "JuryEntry",
    "LearnResult",
    "MergeResult",
    "PicturesResult",
    "ProfileEntry",
    "Progress",
    "PruneResult",
    "ScoreResult",
    "SearchConfig",
    "SearchResult",
    "Serving",
    "ShownResult",
    "Stop",
    "StudyEntry",
    "StyleEntry",
    "VerifyResult",
    "Worth",
    "apply",
    "apply_profile",
    "apply_style",
    "appraise",
    "dashboard",
    "delete",
    "exhibit",
    "export",
    "find_photos",
    "front",
    "jury_rank",
    "learn",
    "merge",
    "profiles",
    "prune",
    "score",
    "score_many",
    "search",
    "search_many",
    "show",
    "studies",
    "style_sheet",
    "styles",
    "verify",
]
