"""Hands and eyes on a jury's page in a browser."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.browser import actions


def find(driver: Any, selector: str) -> list[Any]:
    return list(driver.find_elements("css selector", selector))


def one(driver: Any, selector: str) -> Any:
    (found,) = find(driver, selector)
    return found


def press(driver: Any, *keys: str) -> None:
    for key in keys:
        actions(driver).send_keys(key).perform()


def press_with_shift(driver: Any, key: str) -> None:
    shift = "\ue008"
    actions(driver).key_down(shift).send_keys(key).key_up(shift).perform()


def saved(folder: Path, name: str) -> Path:
    for _ in range(100):
        if (folder / name).is_file():
            return folder / name
        time.sleep(0.05)
    pytest.fail(f"{name} was not saved within 5 s")
