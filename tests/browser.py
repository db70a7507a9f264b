"""A real browser for tests: headless Chromium by selenium, or a skip with the reason."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PHONE = {"deviceMetrics": {"width": 390, "height": 844, "pixelRatio": 1, "touch": True}}
Browse = Callable[..., Any]


@contextmanager
def browser(*, phone: bool = False, downloads: Path | None = None) -> Iterator[Any]:
    """A driver of a browser of its own."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("chromium or chromedriver is not installed")
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for word in (
        "headless",
        "no-sandbox",
        "disable-gpu",
        "disable-background-networking",
        "window-size=1280,900",
    ):
        options.add_argument(f"--{word}")
    if downloads is not None:
        options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    if phone:
        options.add_experimental_option("mobileEmulation", PHONE)
    opened = webdriver.Chrome(
        options=options, service=webdriver.ChromeService(executable_path=driver)
    )
    try:
        yield opened
    finally:
        opened.quit()
