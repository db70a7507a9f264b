"""What tests of the jury's pages share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import Open, browsing


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    return tmp_path / "downloads"


@pytest.fixture
def browse(downloads: Path) -> Iterator[Open]:
    """``browse(page, phone=False)`` opens it in a browser of its own."""
    with browsing(prefs={"download.default_directory": str(downloads)}) as browse:
        yield browse
