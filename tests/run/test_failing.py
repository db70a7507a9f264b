"""A scorer that fails is told, counted by cause, and left alone before the budget is gone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from blackcamo import run
from blackcamo.errors import ScorerError, ScorerUnavailableError
from blackcamo.run import scoring, setup, trust
from blackcamo.testing import CountingScorer
from blackcamo.types import Pixels, ScorerInfo
from tests.run.conftest import MANY, Search, paleness

Answer = Callable[[Sequence[Pixels], list[float]], Sequence[float]]


def nan(images: Sequence[Pixels], scores: list[float]) -> Sequence[float]:
    return [math.nan] * len(scores)


def too_many(images: Sequence[Pixels], scores: list[float]) -> Sequence[float]:
    return [*scores, 1.0]


def no_memory(images: Sequence[Pixels], scores: list[float]) -> Sequence[float]:
    raise MemoryError


def exits(images: Sequence[Pixels], scores: list[float]) -> Sequence[float]:
    raise SystemExit(0)


def unavailable(images: Sequence[Pixels], scores: list[float]) -> Sequence[float]:
    raise ScorerUnavailableError("closed for today")


@pytest.fixture
def scorer_that(monkeypatch: pytest.MonkeyPatch) -> Callable[..., CountingScorer]:
    """``scorer_that(fails, after=n)``: one that is well for n calls, and fails from then on."""

    def make(fails: Answer, *, after: int, until: float = math.inf) -> CountingScorer:
        def answer(images: Sequence[Pixels], scores: list[float]) -> Sequence[float]:
            well = not after < len(counting.calls) <= until
            return scores if well else fails(images, scores)

        counting = CountingScorer(paleness, answer=answer, info=ScorerInfo(name="counting"))
        for module in (scoring, setup, trust):
            monkeypatch.setattr(module, "load_scorer", lambda *_: counting)
        return counting

    return make


@pytest.mark.parametrize(
    ("fails", "cause"),
    [
        (nan, "the scorer returned nan"),
        (too_many, "ValueError: 2 scores for 1 images"),
        (no_memory, "MemoryError"),
        (exits, "SystemExit: 0"),
        (unavailable, "closed for today"),
    ],
)
def test_a_scorer_that_dies_after_the_baseline_is_told(
    scorer_that: Callable[..., CountingScorer],
    run_search: Search,
    tmp_path: Path,
    fails: Answer,
    cause: str,
) -> None:
    scorer = scorer_that(fails, after=1)
    result = run_search(budget=200, styles=MANY)
    total = result.queries["total"]
    assert total == scorer.images <= 1 + 32
    (count,) = result.failures.values()
    assert 7 <= count <= 24
    assert result.failures == {cause: count}
    assert (result.succeeded, result.recipe) == (False, "no change")
    told = result.error or ""
    assert f"scorer 'counting' kept failing, so that the search ended after {total} of 200 " in told
    assert cause in told
    note = f"{count} pictures have no score: {cause} ({count})"
    assert note in result.notes
    journal = (tmp_path / "out" / "studies.journal").read_text()
    assert f"{count} pictures have no score: " in journal


def test_what_was_found_before_is_delivered(
    scorer_that: Callable[..., CountingScorer], run_search: Search
) -> None:
    # Baseline, the styles and some ways of hiding; then two batches and their retries.
    scorer = scorer_that(no_memory, after=4, until=14)
    result = run_search(budget=200, styles=MANY)
    assert "kept failing" in (result.error or "")
    assert result.output is not None
    assert result.recipe != "no change"
    assert result.succeeded
    assert result.queries["total"] == scorer.images < 60


def test_a_search_whose_scorer_recovers_goes_on(
    scorer_that: Callable[..., CountingScorer], run_search: Search
) -> None:
    scorer = scorer_that(nan, after=1, until=4)
    first = run_search(styles=MANY)
    assert first.error is not None
    again = run_search(styles=MANY)
    assert again.error is None
    assert again.succeeded
    # The last of its failures may come once it goes on.
    ((cause, count),) = again.failures.items()
    assert count - first.failures[cause] in (0, 1)
    # One more is the check that a continued search begins with.
    assert again.queries["checks"] == 1
    assert again.queries["total"] == scorer.images - 1 <= 60


def test_a_verification_that_fails_is_told(
    scorer_that: Callable[..., CountingScorer], run_search: Search
) -> None:
    def alone(images: Sequence[Pixels], scores: list[float]) -> Sequence[float]:
        if len(images) == 1:
            raise ScorerError("scorer 'counting': status 429")
        return scores

    scorer = scorer_that(alone, after=1)
    result = run_search()
    assert "status 429" in (result.error or "")
    assert result.failures == {"scorer 'counting': status 429": 3}
    assert result.queries["verify"] == 3
    assert result.queries["total"] == scorer.images


def test_some_pictures_without_a_score_are_a_note(
    scorer_that: Callable[..., CountingScorer], run_search: Search
) -> None:
    def first(images: Sequence[Pixels], scores: list[float]) -> Sequence[float]:
        return [math.nan, *scores[1:]] if len(scores) > 1 else scores

    scorer_that(first, after=1)
    result = run_search()
    assert result.error is None
    (count,) = result.failures.values()
    assert f"{count} pictures have no score: the scorer returned nan ({count})" in result.notes


def test_a_photo_that_fails_carries_its_ledger(
    scorer_that: Callable[..., CountingScorer], photo: Path, tmp_path: Path
) -> None:
    scorer_that(no_memory, after=0)
    config = run.SearchConfig(budget=40, out=tmp_path / "out", storage=str(tmp_path / "x.journal"))
    bad, missing = run.search_many([photo, tmp_path / "none.jpg"], config=config)
    assert "cannot score the photo itself: MemoryError" in (bad.error or "")
    assert bad.queries["baseline"] == bad.queries["total"] == 1
    assert missing.queries == {
        "baseline": 0, "search": 0, "verify": 0, "retries": 0, "lost": 0, "cache_hits": 0,
        "total": 0, "budget": 40, "checks": 0, "travel": 0, "to_success": None,
    }  # fmt: skip
