"""A search that is stopped delivers what it has, and goes on as if it had never been stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from blackcamo import run
from blackcamo.testing import CountingScorer
from tests.run.conftest import Search


def after(batches: int, scorer: CountingScorer) -> run.Stop:
    """Stop once the scorer has seen so many batches of candidates."""
    return lambda: sum(call.images > 1 for call in scorer.calls) >= batches


# The starts of the styles are one batch and a part of the next.
@pytest.mark.parametrize("batch", [8, 6])
def test_a_stopped_search_delivers_and_goes_on_to_the_same_bytes(
    run_search: Search, scorer: CountingScorer, batch: int
) -> None:
    whole = run_search(into="whole", batch=batch)
    images = scorer.images
    scorer.calls.clear()
    stopped = run_search(into="stopped", batch=batch, stop=after(2, scorer))
    assert stopped.interrupted
    assert stopped.output is not None
    assert stopped.output.exists()
    assert stopped.queries["total"] == scorer.images < images
    again = run_search(into="stopped", batch=batch, stop=after(4, scorer))
    assert again.interrupted
    assert (again.queries["total"] or 0) > (stopped.queries["total"] or 0)
    finished = run_search(into="stopped", batch=batch)
    assert not finished.interrupted
    assert finished.queries["search"] == whole.queries["search"]
    assert (finished.queries["lost"], finished.queries["checks"]) == (0, 2)
    assert finished.output is not None
    assert whole.output is not None
    assert finished.output.read_bytes() == whole.output.read_bytes()
    assert finished.queries["total"] == scorer.images - 2 <= 60
    assert run.verify(finished.output).reproduced


def test_no_photo_is_begun_after_the_stop(
    photo: Path, scorer: CountingScorer, tmp_path: Path
) -> None:
    other = tmp_path / "other.jpg"
    other.write_bytes(photo.read_bytes())
    config = run.SearchConfig(
        budget=40, batch=8, out=tmp_path / "out", storage=str(tmp_path / "s.journal")
    )
    (only,) = run.search_many([photo, other], config=config, stop=after(1, scorer))
    assert only.photo == photo
    assert only.interrupted


@pytest.mark.parametrize("stops", [1, 3])
def test_a_stop_at_once_delivers_the_photo_unchanged(
    run_search: Search, scorer: CountingScorer, stops: int
) -> None:
    for _ in range(stops):
        result = run_search(stop=lambda: True)
        assert result.interrupted
        assert result.score_after == result.score_before
        assert result.recipe == "no change"
