"""When a search ends before its budget is spent, and that it goes on where it ended too early."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blackcamo.errors import ScorerError
from blackcamo.images import load_photo
from blackcamo.run import SearchResult, studies
from blackcamo.run.config import Until
from blackcamo.strategies.goal import ENOUGH
from blackcamo.study import Study
from blackcamo.testing import CountingScorer
from tests.run.conftest import Search, write_photo

_LEFT = 30
"""Queries that are left over where a search ended early; verification leaves a few as well."""


@pytest.fixture
def hazy(tmp_path: Path) -> Path:
    """A photo that styles make much more of."""
    pixels = load_photo(write_photo(tmp_path / "clear.png")).pixels
    Image.fromarray((60 + 0.5 * pixels.astype(np.float32)).astype(np.uint8)).save(
        path := tmp_path / "hazy.png"
    )
    return path


@pytest.fixture
def measure() -> Any:
    return haziness


@pytest.fixture
def until_enough(run_search: Search) -> Search:
    """Searches that end as they do by default."""

    def run(*photo: Path, **options: Any) -> SearchResult:
        return run_search(*photo, **{"until": "enough", **options})

    return run


def haziness(image: Any) -> float:
    """High where contrast is low, so that every style that lifts haze is a success."""
    return float(np.clip(152 - 2.1 * image.astype(np.float32).std(), 0, 100))


def ended_early(result: Any) -> bool:
    return bool(result.queries["total"] <= result.queries["budget"] - _LEFT)


def test_a_search_ends_when_people_would_not_tell_more(
    until_enough: Search, scorer: CountingScorer, hazy: Path
) -> None:
    result = until_enough(hazy, budget=200)
    assert result.succeeded
    assert result.appeal is not None
    assert result.appeal >= ENOUGH
    assert len(result.choices) == 2
    assert scorer.images == result.queries["total"]
    assert scorer.images < 30
    assert ended_early(result)


def test_it_spends_the_rest_when_asked_and_continues_the_same_study(
    until_enough: Search, scorer: CountingScorer, hazy: Path
) -> None:
    first = until_enough(hazy, budget=60)
    shown = scorer.images
    again = until_enough(hazy, budget=60)
    assert ended_early(again)
    assert again.queries["total"] == first.queries["total"]
    assert scorer.images == shown + 1  # whether the scorer is the same
    rest = until_enough(hazy, budget=60, until="budget")
    assert rest.study == first.study
    assert not ended_early(rest)
    assert (rest.queries["total"] or 0) > 50


def test_one_style_is_enough_where_one_is_asked_for(until_enough: Search, hazy: Path) -> None:
    one = until_enough(hazy, styles=("vivid",))
    assert ended_early(one)
    assert one.choices == ()


def test_for_a_fifth_of_the_budget_other_styles_are_waited_for(
    until_enough: Search, hazy: Path
) -> None:
    one, more = (
        until_enough(
            hazy,
            styles=("clear", "tilt-shift"),
            alternatives=n,
            target=30.0,
            budget=100,
            into=str(n),
        )
        for n in (1, 2)
    )
    assert one.succeeded
    assert more.succeeded
    assert ended_early(one)
    assert ended_early(more)
    assert more.choices == ()
    assert (one.queries["total"] or 0) < 20 <= (more.queries["total"] or 0) < 40


@pytest.mark.parametrize(("until", "early"), [("enough", True), ("budget", False)])
def test_what_hides_is_enough_where_nobody_sees_it(
    until_enough: Search, until: Until, early: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []

    def measure(image: Any) -> float:
        seen.append(image.tobytes())
        return 60.0 if seen[0] == seen[-1] else 40.0

    monkeypatch.setattr("blackcamo.run.setup.load_scorer", lambda *_: CountingScorer(measure))
    result = until_enough(mode="imperceptible", until=until)
    assert result.succeeded
    assert ended_early(result) == early


def test_what_is_enough_on_a_proxy_alone_is_not(
    until_enough: Search, hazy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(image: Any) -> float:
        return haziness(image) if image.shape[1] in (96, 2 * 96) else 60.0

    monkeypatch.setattr("blackcamo.run.setup.load_scorer", lambda *_: CountingScorer(measure))
    result = until_enough(hazy, budget=120, proxy_px=96)
    assert not result.succeeded
    assert not ended_early(result)
    assert (result.queries["total"] or 0) > 100
    again = until_enough(hazy, budget=120, proxy_px=96)
    assert again.queries["total"] == result.queries["total"]


def test_the_most_liked_style_is_delivered_though_it_succeeds_later(
    run_search: Search, hazy: Path
) -> None:
    styles = ("natural", "clear")
    result = run_search(hazy, styles=styles, target=28.0, budget=80)
    assert result.output is not None
    journal = result.output.parent / "studies.journal"
    study = Study.load(journal, studies(journal)[0].name)
    first: dict[str, int] = {}
    for batch in study.batches():
        for number, e in zip(batch.numbers, batch.evaluations, strict=True):
            if e.score <= 27 and e.appeal >= ENOUGH:
                first.setdefault(e.style, number)
    assert first["clear"] < first["natural"]
    assert result.style == "natural"
    assert [choice.style for choice in result.choices] == ["clear"]


@pytest.mark.parametrize("failure", ["an error", "a pause"])
def test_a_verification_that_fails_for_a_moment_ends_nothing_for_good(
    until_enough: Search, hazy: Path, monkeypatch: pytest.MonkeyPatch, failure: str
) -> None:
    seen = 0

    def measure(image: Any) -> float:
        nonlocal seen
        seen += 1
        # The photo, the style where it starts, and that verified.
        if seen == 3 and failure == "an error":
            raise ScorerError("scorer 'counting': status 500")
        return haziness(image)

    class Moody(CountingScorer):
        most_images = 16

        def pause_s(self) -> float:
            return 3600.0 if len(self.calls) == 2 and failure == "a pause" else 0.0

        def wait_with(self, wait: Any) -> None:
            """Pauses come before requests only."""

    scorer = Moody(measure)
    monkeypatch.setattr("blackcamo.run.setup.load_scorer", lambda *_: scorer)
    waiting: list[Any] = []
    first = until_enough(
        hazy,
        styles=("clear",),
        budget=100,
        progress=waiting.append,
        stop=lambda: any(p.doing.startswith("waiting") for p in waiting),
    )
    monkeypatch.setattr("blackcamo.run.setup.load_scorer", lambda *_: CountingScorer(haziness))
    again = until_enough(hazy, styles=("clear",), budget=100)
    assert first.interrupted == (failure == "a pause")
    assert again.succeeded
    assert ended_early(again)
