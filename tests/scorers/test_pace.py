"""When a service may be asked again, as it says itself."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from blackcamo.scorers.pace import Pace, retry_after_s

NOW = 1_700_000_000


class Clock:
    """Stands still until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("2.5", 2.5),
        (" 3 ", 3.0),
        ("3600", 3600.0),
        # Not a number of seconds, and no date: as if it were not there.
        ("", 0.0),
        ("-5", 0.0),
        ("nan", 0.0),
        ("inf", 0.0),
        ("1e9", 0.0),
        ("soon", 0.0),
        ("5 minutes", 0.0),
        ("٧", 0.0),
    ],
)
def test_seconds_and_fractions(said: str, seconds: float) -> None:
    assert retry_after_s({"retry-after": said}) == seconds


@pytest.mark.parametrize(
    "form",
    ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"],
    ids=["IMF-fixdate", "RFC 850", "asctime"],
)
def test_dates_in_the_three_forms_of_http(form: str) -> None:
    until = time.strftime(form, time.gmtime(NOW + 9))
    # The server's clock is years behind ours: only the difference of its own dates counts.
    headers = {"retry-after": until, "date": formatdate(NOW, usegmt=True)}
    assert retry_after_s(headers) == 10.0


def test_a_date_without_the_servers_own_counts_from_our_clock() -> None:
    until = formatdate(time.time() + 30, usegmt=True)
    assert 28 < retry_after_s({"retry-after": until}) <= 31
    assert retry_after_s({"retry-after": formatdate(NOW, usegmt=True)}) == 0.0


def test_a_pause_is_for_everybody_and_the_longest_stays() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert pace.take(5, 0)
    pace.pause(10)
    pace.pause(2)
    assert (pace.take(1, 0), pace.due_s(), pace.paused_s) == (False, 10, 10)
    clock.now += 9.5
    assert not pace.take(1, 0)
    clock.now += 0.5
    assert pace.take(1, 0)


def test_the_rate_spreads_images_and_a_pause_goes_before_it() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert pace.take(10, 4)
    assert not pace.take(1, 4)
    assert (pace.due_s(), pace.paused_s) == (2.5, 0)
    pace.pause(1)
    assert pace.due_s() == 2.5
    clock.now += 2.5
    assert pace.take(1, 4)
    assert pace.due_s() == 0.25
