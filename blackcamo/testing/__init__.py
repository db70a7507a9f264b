"""Contract tests for plug-in authors: inherit one, say how your plug-in is made, run pytest."""

from __future__ import annotations

from blackcamo.testing.appeals import AppealContract
from blackcamo.testing.channels import StepContract
from blackcamo.testing.exporters import ExporterContract, LookExporterContract
from blackcamo.testing.filters import (
    FilterContract,
    GeometryFilterContract,
    LookFilterContract,
    SpatialFilterContract,
    make_photo,
)
from blackcamo.testing.scorers import Call, CountingScorer, ScorerContract, brightness
from blackcamo.testing.styles import StyleContract

__all__ = [
    "AppealContract",
    "Call",
    "CountingScorer",
    "ExporterContract",
    "FilterContract",
    "GeometryFilterContract",
    "LookExporterContract",
    "LookFilterContract",
    "ScorerContract",
    "SpatialFilterContract",
    "StepContract",
    "StyleContract",
    "brightness",
    "make_photo",
]
