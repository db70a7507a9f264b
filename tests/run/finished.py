"""Searches that are made once for the tests of a module, which work on copies of their folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from blackcamo.run import SearchResult, scoring, search, setup, trust
from blackcamo.testing import CountingScorer
from blackcamo.types import ScorerInfo
from tests.run.conftest import paleness, write_photo


def searched(folder: Path, **options: Any) -> SearchResult:
    """Search ``photo.jpg`` of a folder for paleness; study and pictures land in its ``out``."""
    counting = CountingScorer(paleness, info=ScorerInfo(name="counting"))
    out = folder / "out"
    defaults: dict[str, Any] = {
        "batch": 8,
        "out": out,
        "storage": str(out / "studies.journal"),
        "pictures": out / "pictures",
    }
    with pytest.MonkeyPatch.context() as patch:
        for module in (scoring, setup, trust):
            patch.setattr(module, "load_scorer", lambda *_: counting)
        return search(write_photo(folder / "photo.jpg"), **{**defaults, **options})
