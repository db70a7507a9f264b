"""A search waits for its scorer, tells so, and need not be waited for when it is to end."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from blackcamo.oracle import Ended
from blackcamo.run import Progress
from blackcamo.run.waiting import PATIENCE_S, wait
from blackcamo.testing import CountingScorer
from tests.run.conftest import MANY, Search


def test_it_waits_and_tells() -> None:
    told: list[str] = []
    began = time.monotonic()
    wait(0.5, stop=lambda: False, tell=told.append)
    assert time.monotonic() - began >= 0.5
    assert told[0] == "waiting 0 s for the scorer"
    assert len(told) >= 2


def test_what_is_to_end_waits_no_longer_than_a_while() -> None:
    began = time.monotonic()
    with pytest.raises(Ended):
        wait(PATIENCE_S + 1, stop=lambda: True)
    wait(0.1, stop=lambda: True)
    assert time.monotonic() - began < PATIENCE_S


class Pausing(CountingScorer):
    """Asks for a long pause before the third request."""

    most_images = 4

    def pause_s(self) -> float:
        return 3600.0 if len(self.calls) == 2 else 0.0

    def wait_with(self, wait: Callable[[float], None]) -> None:
        """Pauses come before requests only."""


@pytest.fixture
def limited(scorer: CountingScorer) -> CountingScorer:
    """The one of other tests, limited."""
    scorer.__class__ = Pausing
    return scorer


def test_a_search_that_ends_while_it_waits_delivers_and_counts_what_was_sent(
    run_search: Search, limited: CountingScorer
) -> None:
    scorer, seen = limited, list[Progress]()

    def stop() -> bool:
        return any(p.doing.startswith("waiting") for p in seen)

    result = run_search(progress=seen.append, stop=stop, styles=MANY)
    assert result.interrupted
    assert result.error is None
    assert "waiting 3600 s for the scorer" in {p.doing for p in seen}
    assert result.output is not None
    # The baseline, and the first four of a batch, whose answers the end has taken.
    assert scorer.images == 5
    assert (result.queries["total"], result.queries["lost"]) == (1, 4)
    scorer.__class__ = CountingScorer
    again = run_search(styles=MANY)
    assert not again.interrupted
    assert (again.queries["lost"], again.queries["checks"]) == (4, 1)
    assert again.queries["total"] == scorer.images - 5 <= 60
    whole = run_search(into="whole", styles=MANY)
    assert again.output is not None
    assert whole.output is not None
    assert again.output.read_bytes() == whole.output.read_bytes()


def test_a_strategy_that_takes_its_time_is_told_proposal_by_proposal(
    run_search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Progress] = []
    run_search(progress=seen.append, batch=4, budget=40)
    assert [p.doing for p in seen if p.doing] == ["loading pocketiqa", "verifying"]
    monkeypatch.setattr("blackcamo.run.search_loop._SLOW_S", -1.0)
    run_search(progress=seen.append, batch=4, budget=40, into="slow")
    told = [p.doing for p in seen if "proposes" in p.doing]
    assert told[:4] == [f"CMA proposes, {n} of 4" for n in (1, 2, 3, 4)]
