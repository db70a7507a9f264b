"""A service that limits its callers: waits are kept by all of them, and every image is counted."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from blackcamo.errors import ScorerError, ScorerUnavailableError
from blackcamo.ledger import Ledger
from blackcamo.oracle import Ended, Oracle
from blackcamo.scorers.http import http
from blackcamo.scorers.pace import Pace, paces
from blackcamo.types import PausingScorer, Pixels, ScorerOptions
from tests.scorers.service import Bucket, Fault, Service


@pytest.fixture
def service() -> Iterator[Service]:
    paces.clear()
    with Service() as running:
        yield running
    paces.clear()


def busy(retry_after: str | None = None, code: int = 429) -> Fault:
    headers = {} if retry_after is None else {"retry_after": retry_after}
    return lambda handler: handler.answer({"error": "busy"}, status=code, **headers)


def greys(*levels: int) -> list[Pixels]:
    return [np.full((5, 7, 3), level, np.uint8) for level in levels]


def options(**extra: str) -> ScorerOptions:
    return ScorerOptions(extra={"backoff_s": "0.01", **extra})


def ask(oracle: Oracle, *levels: int, kind: str = "search") -> list[float]:
    pictures = [
        (str(level), picture) for level, picture in zip(levels, greys(*levels), strict=True)
    ]
    return [a.score for a in oracle.ask(pictures, kind=kind, reference=False)]  # type: ignore[arg-type]


class Time:
    """A clock that only waiting moves, and what was waited for."""

    def __init__(self) -> None:
        self.now, self.waits = 1000.0, list[float]()

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(round(seconds, 6))
        self.now += seconds


@pytest.fixture
def clock(service: Service) -> Time:
    """Stands in for time where the service is asked."""
    made = Time()
    paces[service.url.removesuffix("/score")] = Pace(made)
    return made


def test_waits_double_and_follow_retry_after(service: Service, clock: Time) -> None:
    service.faults = [busy(code=500), busy(code=500), busy("7"), busy("0.25"), busy(code=503)]
    scorer = http(service.url.removeprefix("http:"), options(retries="5", backoff_s="0.5"))
    scorer.wait_with(clock.wait)
    assert scorer.score(greys(255)) == [100]
    assert clock.waits == [0.5, 1.0, 7.0, 4.0, 8.0]


@pytest.mark.parametrize("said", ["0.6", "1"])
def test_a_wait_outlives_the_call_and_is_kept_by_every_scorer(service: Service, said: str) -> None:
    service.faults = [busy(said)]
    argument = service.url.removeprefix("http:")
    with pytest.raises(ScorerUnavailableError, match=r"status 429, too many requests$"):
        http(argument, options(retries="0")).score(greys(1))
    others = [http(argument, options()) for _ in range(3)]
    threads = [threading.Thread(target=other.score, args=(greys(9),)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(service.times) == 4
    assert all(at - service.times[0] >= float(said) - 0.05 for at in service.times[1:])


@pytest.mark.parametrize("said", ["301", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_wait_that_is_too_long_ends_it_without_another_image(service: Service, said: str) -> None:
    service.faults = [None, busy(said)]
    ledger = Ledger(99)
    oracle = Oracle(http(service.url.removeprefix("http:"), options(batch="2")), ledger)
    first = ask(oracle, 0, 255, 1, 2, 3, 4)
    assert first[:2] == [0, 100]
    assert all(np.isnan(first[2:]))
    assert "longer than its option wait_s (300) allows" in (oracle.failing or "")
    assert all(np.isnan(ask(oracle, 5, 6)))
    assert service.images == ledger.total == 4


def test_a_wait_within_the_option_is_no_failure(service: Service, clock: Time) -> None:
    service.faults = [busy("3600")]
    scorer = http(service.url.removeprefix("http:"), options(wait_s="4000"))
    oracle = Oracle(scorer, Ledger(9), wait=clock.wait)
    assert ask(oracle, 255) == [100]
    assert (clock.waits, oracle.waited_s, oracle.failures) == ([3600], 3600, {})


def test_a_search_that_ends_while_it_waits_has_counted_what_was_sent(service: Service) -> None:
    def ended(_: float) -> None:
        raise Ended

    service.faults = [None, busy("60")]
    ledger = Ledger(99)
    oracle = Oracle(http(service.url.removeprefix("http:"), options(batch="2")), ledger, wait=ended)
    with pytest.raises(Ended):
        ask(oracle, 0, 255, 1, 2, 3, 4)
    assert service.images == ledger.total == 4
    assert ledger.counts()["retries"] == 0


@pytest.mark.parametrize("code", [429, 503])
def test_a_busy_service_is_not_asked_picture_by_picture(service: Service, code: int) -> None:
    service.faults = [busy("0.01", code)] * 9
    ledger = Ledger(99)
    oracle = Oracle(http(service.url.removeprefix("http:"), options(retries="2")), ledger)
    assert all(np.isnan(ask(oracle, 1, 2, 3)))
    assert f"status {code}" in (oracle.failing or "")
    assert service.images == ledger.total == 9
    assert ledger.counts()["retries"] == 6


def test_a_request_that_is_too_large_is_made_again_picture_by_picture(service: Service) -> None:
    service.faults = [busy(code=413)]
    ledger = Ledger(99)
    oracle = Oracle(http(service.url.removeprefix("http:"), options()), ledger)
    assert ask(oracle, 0, 255) == [0, 100]
    assert service.images == ledger.total == 4


@pytest.mark.parametrize("form", ["seconds", "fraction", "date"])
def test_a_token_bucket_slows_down_and_loses_nothing(service: Service, form: str) -> None:
    service.bucket = Bucket(10, 1.0, form)
    ledger = Ledger(999)
    oracle = Oracle(http(service.url.removeprefix("http:"), options(batch="4")), ledger)
    levels = range(0, 256, 8)
    assert ask(oracle, *levels) == [pytest.approx(level / 2.55) for level in levels]
    assert service.bucket.refusals > 1
    assert (service.answered, oracle.failures) == (32, {})
    assert service.images == ledger.total
    assert ledger.counts()["retries"] == 4 * service.bucket.refusals
    assert oracle.waited_s > 1


def test_a_dead_service_is_said_to_be_so(service: Service) -> None:
    scorer = http("//127.0.0.1:1/", options())
    assert isinstance(scorer, PausingScorer)
    began = time.monotonic()
    with pytest.raises(ScorerError, match=r"'http://127\.0\.0\.1:1/': cannot connect"):
        scorer.score(greys(1))
    assert time.monotonic() - began < 5
