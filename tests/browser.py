"""A real browser for tests: headless Chromium, without a network of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PHONE = {"deviceMetrics": {"width": 390, "height": 844, "pixelRatio": 1, "touch": True}}
Open = Callable[..., Any]

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


@contextmanager
def browsing(**options: Any) -> Iterator[Open]:
    """``browse(page, phone=False)`` opens a page in a browser of its own.

    Args:
        options: experimental options of ChromeDriver's.
    """
    drivers = []

    def browse(page: Path, *, phone: bool = False) -> Any:
        driver = start_browser(**(options | {"mobileEmulation": PHONE} if phone else options))
        drivers.append(driver)
        driver.get(page.as_uri())
        return driver

    try:
        yield browse
    finally:
        for driver in drivers:
            driver.quit()


def requests(driver: Any) -> set[str]:
    """The schemes of everything that the page asked for."""
    events = (json.loads(entry["message"])["message"] for entry in driver.get_log("performance"))
    urls = (
        e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"
    )
    return {url.partition(":")[0] for url in urls}


def assert_offline(driver: Any) -> None:
    """The page asked for nothing but itself, and its console is empty."""
    assert requests(driver) <= {"file", "data"}
    assert driver.get_log("browser") == []


def actions(driver: Any) -> Any:
    """Keys and clicks to be performed in that browser."""
    return _webdriver().ActionChains(driver)


def _webdriver() -> Any:
    return pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
