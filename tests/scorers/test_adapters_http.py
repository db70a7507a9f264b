from __future__ import annotations

import math
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from blackcamo.errors import MissingExtraError, OptionError, ScorerError
from blackcamo.ledger import Ledger
from blackcamo.oracle import Oracle
from blackcamo.scorers import load_scorer
from blackcamo.scorers.http import Service as HttpScorer
from blackcamo.scorers.pace import paces
from blackcamo.types import Pixels, RetryingScorer, ScorerOptions
from tests.scorers.service import Fault, Handler, Service


@pytest.fixture
def service() -> Iterator[Service]:
    paces.clear()
    with Service() as running:
        yield running


class Permits:
    """A budget for retries that counts what it grants."""

    def __init__(self, budget: int) -> None:
        self.left, self.granted = budget, 0

    def __call__(self, images: int) -> bool:
        if images > self.left:
            return False
        self.left -= images
        self.granted += images
        return True


def scorer_of(url: str, **extra: str) -> HttpScorer:
    scorer = load_scorer(url, ScorerOptions(extra={"backoff_s": "0.01", **extra}))
    assert isinstance(scorer, HttpScorer)
    return scorer


def greys(*levels: int) -> list[Pixels]:
    return [np.full((5 + i, 7, 3), level, np.uint8) for i, level in enumerate(levels)]


def expected(images: Sequence[Pixels]) -> list[float]:
    return [float(image.mean() / 2.55) for image in images]


def status(code: int, **headers: str) -> Fault:
    return lambda handler: handler.answer({"error": "no"}, status=code, **headers)


def scores(value: object) -> Fault:
    return lambda handler: handler.answer({"scores": value})


def drop(handler: Handler) -> None:
    handler.close_connection = True


def drip(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    for _ in range(15):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


def late(handler: Handler) -> None:
    time.sleep(1.3)
    handler.answer({"scores": [1.0]})


def flood(handler: Handler) -> None:
    handler.raw(b" " * 200_000)


def test_scores_are_those_of_the_pixels_sent_in_batches(service: Service) -> None:
    images = greys(0, 10, 100, 200, 255)
    assert scorer_of(service.url, batch="2").score(images) == expected(images)
    assert service.sizes == [2, 2, 1]


def test_reference_sends_one_image_at_a_time(service: Service) -> None:
    images = greys(1, 2, 3)
    assert scorer_of(service.url).score(images, reference=True) == expected(images)
    assert service.sizes == [1, 1, 1]


def test_an_image_that_is_none_is_not_sent(service: Service) -> None:
    bad = np.zeros((4, 4), np.uint8)
    got = scorer_of(service.url).score([*greys(50), bad, *greys(60)])
    assert math.isnan(got[1])
    assert [got[0], got[2]] == expected([*greys(50), *greys(60)])
    assert service.images == 2


@pytest.mark.parametrize("fault", [status(500), status(503), status(429), drop, late, drip])
def test_a_passing_fault_is_retried_and_counted(service: Service, fault: Fault) -> None:
    permits = Permits(10)
    scorer = scorer_of(service.url, timeout_s="1")
    assert isinstance(scorer, RetryingScorer)
    scorer.permit_retries(permits)
    service.faults = [fault, fault]
    images = greys(10, 20, 30)
    assert scorer.score(images) == expected(images)
    # What arrived there is what was asked for and what was granted again, exactly.
    assert service.images == len(images) + permits.granted == 9


@pytest.mark.parametrize("budget", [5, 8, 11, 14, 100])
def test_the_ledger_counts_what_the_service_received(service: Service, budget: int) -> None:
    ledger = Ledger(budget)
    oracle = Oracle(scorer_of(service.url, batch="2", timeout_s="1"), ledger)
    pictures = [(str(i), image) for i, image in enumerate(greys(10, 20, 30, 40, 50))]
    service.faults = [status(500), drop, late, None, status(400), status(503), None, drop]
    answers = oracle.ask(pictures, kind="search", reference=False)
    assert service.images == ledger.total <= budget
    for (_, image), answer in zip(pictures, answers, strict=True):
        assert answer.error or answer.score == expected([image])[0]


def test_retries_end_and_say_why(service: Service) -> None:
    permits = Permits(100)
    scorer = scorer_of(service.url, retries="3")
    scorer.permit_retries(permits)
    service.faults = [status(500)] * 10
    with pytest.raises(ScorerError, match=r"status 500$"):
        scorer.score(greys(1, 2))
    assert (service.images, permits.granted) == (8, 6)


def test_retries_stop_at_the_budget(service: Service) -> None:
    permits = Permits(3)
    scorer = scorer_of(service.url, retries="9")
    scorer.permit_retries(permits)
    service.faults = [status(500)] * 10
    with pytest.raises(ScorerError, match="budget allows no retry"):
        scorer.score(greys(1, 2))
    assert (service.images, permits.granted) == (4, 2)


@pytest.mark.parametrize("code", [200, 201, 202, 203, 206])
def test_every_status_of_success_is_one(service: Service, code: int) -> None:
    service.faults = [lambda h: h.answer({"scores": [1.0, 2.0]}, status=code)]
    assert scorer_of(service.url).score(greys(1, 2)) == [1, 2]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (status(400), "status 400"),
        (status(302, location="http://127.0.0.1:1/"), "status 302"),
        (scores([1.0]), "1 scores for 2 images"),
        (scores([1.0, 2.0, 3.0]), "3 scores for 2 images"),
        (scores("12"), "not .*scores"),
        (lambda h: h.answer([1.0, 2.0]), "not .*scores"),
        (lambda h: h.raw(b"\xff<html>"), "not .*scores"),
        (flood, "longer than"),
    ],
)
def test_garbage_is_neither_believed_nor_asked_for_again(
    service: Service, fault: Fault, reason: str
) -> None:
    scorer = scorer_of(service.url)
    service.faults = [fault]
    with pytest.raises(ScorerError, match=reason):
        scorer.score(greys(1, 2))
    assert service.images == 2
    assert scorer.score(greys(9)) == expected(greys(9))


def test_what_is_no_number_leaves_its_neighbours_alone(service: Service) -> None:
    service.faults = [scores([1.5, None, "x", math.nan, math.inf, 2.5])]
    got = scorer_of(service.url).score(greys(1, 2, 3, 4, 5, 6))
    assert (got[0], got[5]) == (1.5, 2.5)
    assert all(math.isnan(score) for score in got[1:5])


def test_one_lost_request_does_not_lose_the_others(service: Service) -> None:
    service.faults = [None, status(400)]
    images = greys(10, 20, 30)
    got = scorer_of(service.url, batch="1").score(images)
    assert math.isnan(got[1])
    assert [got[0], got[2]] == expected([images[0], images[2]])


def test_connection_refused() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        permits = Permits(10)
        scorer = scorer_of(url)
        scorer.permit_retries(permits)
        with pytest.raises(ScorerError, match="cannot connect"):
            scorer.score(greys(1))
    assert permits.granted == 2


def test_rate_is_kept(service: Service) -> None:
    scorer = scorer_of(service.url, rate="50", batch="5")
    began = time.monotonic()
    scorer.score(greys(*range(15)))
    # Requests of 5 images, 50 images a second.
    assert all(t - began >= 0.1 * i for i, t in enumerate(service.times))
    assert len(service.times) == 3


def test_authentication_comes_from_the_environment_and_shows_nowhere(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SERVICE_KEY", "Bearer s3cr3t")
    caplog.set_level("DEBUG")
    scorer = scorer_of(service.url, auth_env="SERVICE_KEY", retries="0")
    scorer.score(greys(1))
    assert service.headers[0]["Authorization"] == "Bearer s3cr3t"
    service.faults = [lambda h: h.answer({"echo": h.headers["authorization"]}, status=500)]
    with pytest.raises(ScorerError) as caught:
        scorer.score(greys(1))
    shown = [repr(caught.value), repr(scorer), repr(scorer.info), repr(vars(scorer)), caplog.text]
    assert not any("s3cr3t" in text for text in shown)


def test_authentication_in_a_header_of_ones_own(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_KEY", "k")
    scorer_of(service.url, auth_env="SERVICE_KEY", auth_header="X-Api-Key").score(greys(1))
    assert service.headers[0]["X-Api-Key"] == "k"


@pytest.mark.parametrize(
    ("url", "extra", "message"),
    [
        ("http:", {}, "needs a host"),
        ("http:///score", {}, "needs a host"),
        ("http://127.0.0.1:99999/", {}, "malformed"),
        ("https://me:s3cr3t@host/", {}, "auth_env"),
        ("http://host/", {"auth_env": "SERVICE_KEY"}, "unencrypted"),
        ("https://host/", {"auth_env": "NOT_SET"}, "'NOT_SET' .* is not set"),
        ("https://host/", {"auth_env": "BROKEN_KEY"}, "printable ASCII"),
        ("https://host/", {"auth_env": "SERVICE_KEY", "auth_header": "a b"}, "no header's name"),
        ("https://host/", {"auth_header": "X"}, "needs auth_env"),
        ("https://host/", {"timeout": "3"}, "timeout_s"),
        ("https://host/", {"timeout_s": "soon"}, "timeout_s is 'soon'"),
        ("https://host/", {"timeout_s": "nan"}, "between 0.01 and 3600"),
        ("https://host/", {"batch": "0"}, "between 1 and 1024"),
        ("https://host/", {"retries": "11"}, "between 0 and 10"),
        ("https://host/", {"rate": "-1"}, "rate"),
        ("https://host/", {"wait_s": "-1"}, "wait_s is '-1'; it must be a number between 0 and 86"),
    ],
)
def test_options_are_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, url: str, extra: dict[str, str], message: str
) -> None:
    monkeypatch.setenv("SERVICE_KEY", "k")
    monkeypatch.setenv("BROKEN_KEY", "s3cr3t\r\nX: y")
    with pytest.raises(OptionError, match=message) as caught:
        load_scorer(url, ScorerOptions(extra=extra))
    assert "s3cr3t" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_range_threshold_and_direction_are_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLACKCAMO_HOME", str(tmp_path))
    plain = load_scorer("https://host:8443/v1/score?model=a").info
    assert plain.name == "https://host:8443/v1/score"
    assert (plain.low, plain.high, plain.threshold, plain.higher_is_better) == (0, 100, 50, True)
    options = ScorerOptions(low=-1, high=1, threshold=0.5, higher_is_better=False)
    chosen = load_scorer("https://host:8443/v1/score?model=b", options).info
    assert (chosen.low, chosen.high, chosen.threshold, chosen.higher_is_better) == (
        -1,
        1,
        0.5,
        False,
    )
    assert chosen.digest != plain.digest


def test_without_httpx_the_command_that_installs_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(MissingExtraError, match=r"pip install .*\[http\]'"):
        load_scorer("http://host/")
