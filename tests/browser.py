"""A real browser for tests: headless Chromium, without a network of its own."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")

needs_browser = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None, reason="chromium or chromedriver is not installed"
)


def start_browser(*arguments: str, size: tuple[int, int] = (1280, 900), **options: Any) -> Any:
    """A selenium driver that keeps the browser's log.

    Args:
        arguments: further switches of Chromium's.
        options: experimental options of ChromeDriver's.
    """
    webdriver = _webdriver()
    chosen = webdriver.ChromeOptions()
    chosen.binary_location = CHROMIUM
    for word in (
        "headless", "no-sandbox", "disable-gpu", "disable-background-networking",
        f"window-size={size[0]},{size[1]}", *arguments,
    ):  # fmt: skip
        chosen.add_argument(f"--{word}")
    for name, value in options.items():
        chosen.add_experimental_option(name, value)
    chosen.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    return webdriver.Chrome(options=chosen, service=webdriver.ChromeService(executable_path=DRIVER))


def actions(driver: Any) -> Any:
    """Keys and clicks to be performed in that browser."""
    return _webdriver().ActionChains(driver)


def _webdriver() -> Any:
    return pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
