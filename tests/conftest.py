"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder with photos, models and labels that is not part of the repository."""
    folder = Path(os.environ.get("BLACKCAMO_DATA", ROOT.parent / "shared"))
    if not (folder / "photos").is_dir():
        pytest.skip(f"no data in {folder}: set BLACKCAMO_DATA to the folder that has them")
    return folder


@pytest.fixture(scope="session")
def kodak(data_dir: Path) -> list[Path]:
    """The 24 photos of the Kodak suite."""
    return sorted((data_dir / "photos" / "kodak").glob("kodim*.jpg"))


@pytest.fixture(autouse=True)
def written_modules_are_forgotten(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A module that a test wrote and imported is not served to one that writes another so named."""
    yield
    written = str(tmp_path_factory.getbasetemp()) + os.sep
    for name, module in list(sys.modules.items()):
        # The file of a namespace package is None.
        if (getattr(module, "__file__", None) or "").startswith(written):
            del sys.modules[name]


@pytest.fixture(autouse=True, scope="session")
def the_user_s_own_configuration_is_left_out() -> None:
    """Tests find the defaults, whatever whoever runs them has configured."""
    for name in list(os.environ):
        if name.startswith("BLACKCAMO_") and name not in ("BLACKCAMO_DATA", "BLACKCAMO_HOME"):
            del os.environ[name]
    os.environ["BLACKCAMO_CONFIG"] = ""
