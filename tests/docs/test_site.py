"""The site is built without a warning, holds every page and asks nobody for anything."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for name in ("sphinx", "furo", "myst_parser"):
        pytest.importorskip(name)
    out = tmp_path_factory.mktemp("site")
    words = ["-W", "--keep-going", "-q", "-b", "html", "-d", str(out / "trees"), "docs", str(out)]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *words], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return out


def test_every_page_is_in_it(site: Path) -> None:
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")}
    assert pages
    assert pages <= {path.stem for path in site.glob("*.html")}


def test_the_reference_knows_the_keywords_of_a_search(site: Path) -> None:
    text = re.sub("<[^>]*>", "", (site / "api.html").read_text("utf-8"))
    for said in ("budget=500", "keep_framing=False", "threshold=None", "Camouflage one photo."):
        assert said in text


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    for page in site.glob("*.html"):
        asked = re.findall(
            r'<(?:script|link|img)[^>]*(?:src|href)="([^"]*)"', page.read_text("utf-8")
        )
        assert asked
        assert not [one for one in asked if one.startswith(("http:", "https:", "//"))], page
