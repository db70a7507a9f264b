"""How fast a service may be asked: one pace for all that ask it in this process."""

from __future__ import annotations

import math
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"[0-9]{1,12}(\.[0-9]{0,12})?")
_DATE_S = 1.0
"""Dates are whole seconds, and most programs cut off what is beyond."""


class Pace:
    """When a service may be asked next; safe to use from several threads.

    Args:
        clock: seconds that never run backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._free_at = -math.inf
        self._paused_until = -math.inf

    def pause(self, seconds: float) -> None:
        """Let nobody ask for so long; a pause that lasts longer stays."""
        with self._lock:
            self._paused_until = max(self._paused_until, self._clock() + seconds)

    @property
    def paused_s(self) -> float:
        """How long the service still wants to be left alone, 0 where it may be asked."""
        return max(self._paused_until - self._clock(), 0.0)

    def due_s(self) -> float:
        """How long until the next images may be sent, 0 where they may be now."""
        return max(self._free_at - self._clock(), self.paused_s, 0.0)

    def take(self, images: int, rate: float) -> bool:
        """Send ``images`` now, at ``rate`` a second (0: no limit); False where they are not due."""
        with self._lock:
            if self.due_s() > 0:
                return False
            if rate > 0:
                self._free_at = max(self._clock(), self._free_at) + images / rate
            return True


paces: defaultdict[str, Pace] = defaultdict(Pace)
"""Of every host that was asked, by scheme, name and port."""


def retry_after_s(headers: Mapping[str, str]) -> float:
    """Seconds for which an answer asks to be left alone: RFC 9110, 10.2.3, and fractions.

    A date counts from the server's own ``Date``, so that its clock need not be right.

    >>> retry_after_s({"retry-after": "2.5"})
    2.5
    """
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    until = _date(text)
    if until is None:
        return 0.0
    now = _date(headers.get("date", "")) or datetime.now(UTC)
    return max((until - now).total_seconds() + _DATE_S, 0.0)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    # "-0000" says nothing of the zone; HTTP's dates are all in Greenwich's.
    return found if found.tzinfo else found.replace(tzinfo=UTC)
