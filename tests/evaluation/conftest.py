"""What tests of the jury's pages share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import start_browser
from tests.evaluation.browsing import PHONE, Open


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    return tmp_path / "downloads"


@pytest.fixture
def browse(downloads: Path) -> Iterator[Open]:
    """``browse(page, phone=False)`` opens it in a browser of its own."""
    drivers = []

    def browse(page: Path, *, phone: bool = False) -> Any:
        options: dict[str, Any] = {"prefs": {"download.default_directory": str(downloads)}}
        if phone:
            options["mobileEmulation"] = PHONE
        driver = start_browser(**options)
        drivers.append(driver)
        driver.get(page.as_uri())
        return driver

    yield browse
    for driver in drivers:
        driver.quit()
