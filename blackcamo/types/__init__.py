"""The nouns of blackcamo: frozen records and the protocols that plug-ins fulfil.

Arrays: ``rgb`` is a float32 tensor (B, 3, H, W), sRGB-encoded, in [0, 1]; ``pixels`` is a uint8
array (H, W, 3), sRGB-encoded. Scores keep the scorer's own scale and direction everywhere.
"""

from blackcamo.types.appeal import Appeal, Appraisal, Mode, Views
from blackcamo.types.candidates import UNCHANGED, Evaluation, Proposal
from blackcamo.types.exports import Export
from blackcamo.types.filters import (
    Filter,
    Frame,
    GeometryFilter,
    HiddenFilter,
    Kind,
    LookFilter,
    OklabFilter,
    Param,
    Params,
    SpatialFilter,
)
from blackcamo.types.pictures import PathLike, PhotoLike, Pixels
from blackcamo.types.scorers import (
    NoScore,
    PausingScorer,
    PhotoScorer,
    RetryingScorer,
    ScoreFunction,
    Scorer,
    ScorerFactory,
    ScorerInfo,
    ScorerOptions,
    SettledScorer,
)
from blackcamo.types.steps import Step, StepFactory
from blackcamo.types.styles import Free, Hiding, Lane, Style

__all__ = [
    "UNCHANGED",
    "Appeal",
    "Appraisal",
    "Evaluation",
    "Export",
    "Filter",
    "Frame",
    "Free",
    "GeometryFilter",
    "HiddenFilter",
    "Hiding",
    "Kind",
    "Lane",
    "LookFilter",
    "Mode",
    "NoScore",
    "OklabFilter",
    "Param",
    "Params",
    "PathLike",
    "PausingScorer",
    "PhotoLike",
    "PhotoScorer",
    "Pixels",
    "Proposal",
    "RetryingScorer",
    "ScoreFunction",
    "Scorer",
    "ScorerFactory",
    "ScorerInfo",
    "ScorerOptions",
    "SettledScorer",
    "SpatialFilter",
    "Step",
    "StepFactory",
    "Style",
    "Views",
]
