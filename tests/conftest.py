"""Fixtures shared by all tests."""

from __future__ import annotations

import os
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
