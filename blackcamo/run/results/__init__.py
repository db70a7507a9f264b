"""The results of runs; every one turns into plain JSON."""

from blackcamo.run.results.found import (
    ClusterWorker,
    ExploreResult,
    LearnResult,
)
from blackcamo.run.results.listed import (
    CheckEntry,
    FilterEntry,
    FrontEntry,
    JuryEntry,
    ProfileEntry,
    ScorerEntry,
    StudyEntry,
    StyleEntry,
)
from blackcamo.run.results.made import (
    ApplyResult,
    ChooseResult,
    ExportResult,
    MergeResult,
    Option,
    PicturesResult,
    PruneResult,
    ReportResult,
    ShownResult,
    Worth,
)
from blackcamo.run.results.progress import (
    Progress,
    ProgressCallback,
)
from blackcamo.run.results.scored import (
    AppealResult,
    ChannelsResult,
    ClauseEntry,
    CountermeasuresResult,
    ExplainResult,
    MeasureEntry,
    ScoreResult,
    TransferCell,
    TransferResult,
    TransferRow,
    VerifyResult,
)
from blackcamo.run.results.searched import (
    Choice,
    SearchResult,
)

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
    "ExploreResult",
    "ExportResult",
    "FilterEntry",
    "FrontEntry",
    "JuryEntry",
    "LearnResult",
    "MeasureEntry",
    "MergeResult",
    "Option",
    "PicturesResult",
    "ProfileEntry",
    "Progress",
    "ProgressCallback",
    "PruneResult",
    "ReportResult",
    "ScoreResult",
    "ScorerEntry",
    "SearchResult",
    "ShownResult",
    "StudyEntry",
    "StyleEntry",
    "TransferCell",
    "TransferResult",
    "TransferRow",
    "VerifyResult",
    "Worth",
]
