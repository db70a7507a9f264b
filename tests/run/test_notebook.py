"""What a result shows of itself."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from blackcamo.errors import PhotoError, StudyError
from blackcamo.images import load_photo
from blackcamo.report.notebook import bar
from blackcamo.run import Progress, SearchResult
from blackcamo.run.showing import front_strip, told
from blackcamo.study import Study
from tests.run.conftest import Search


def test_a_result_shows_pictures_verdict_and_queries(run_search: Search, photo: Path) -> None:
    result = run_search(budget=30, alternatives=1)
    assert re.fullmatch(
        r"<SearchResult photo.jpg: camouflaged, counting \d+\.\d to \d+\.\d, "
        rf"appeal \d+\.\d, {result.style}>",
        repr(result),
    )
    html = result._repr_html_()
    assert html.count("data:image/jpeg;base64,") == 2
    for said in ("camouflaged", "before: counting", "after: counting", "of 30 queries"):
        assert said in html
    assert "<script" not in html
    assert (np.asarray(result.original) == load_photo(photo).pixels).all()
    assert result.output is not None
    assert (np.asarray(result.image) == load_photo(result.output).pixels).all()
    strip = result.front()
    assert result.study is not None
    assert result.storage is not None
    front = Study.load(result.storage, result.study)
    assert strip.size[0] == 1600
    assert (np.asarray(strip) == front_strip(front.name, result.storage, photo)).all()
    # A storage's URL may hold a password.
    assert "storage" not in result.to_json()
    assert result.storage not in repr(result)


def test_a_photo_that_failed_says_so() -> None:
    failed = SearchResult(photo=Path("a<b.jpg"), scorer="niqe", error="it is <damaged>")
    assert repr(failed) == "<SearchResult a<b.jpg: it is <damaged>>"
    html = failed._repr_html_()
    assert "a&lt;b.jpg" in html
    assert "it is &lt;damaged&gt;" in html
    with pytest.raises(PhotoError, match="nothing was delivered: it is <damaged>"):
        _ = failed.image
    with pytest.raises(StudyError, match="has no study"):
        failed.front()


def test_the_bar_is_as_long_as_the_budget_that_was_spent() -> None:
    html = bar({"baseline": 1, "search": 47, "verify": 2, "retries": 0, "total": 50, "budget": 100})
    widths = [float(width) for width in re.findall(r"width:([\d.]+)%", html)]
    assert widths == [1, 47, 2, 0]
    assert "50 of 100 queries: baseline 1, search 47, verify 2" in html


def test_outside_of_a_notebook_nobody_is_told() -> None:
    assert told(None) is None
    assert told(False) is None
    heard: list[Progress] = []
    assert told(heard.append) == heard.append
