"""Waiting for a scorer that asks for a pause."""

from __future__ import annotations

import time
from collections.abc import Callable

from blackcamo.oracle import Ended

PATIENCE_S = 10.0
"""How long a search that is to end still waits, so that what it found can be verified."""
_TICK_S = 0.2


def wait(
    seconds: float, *, stop: Callable[[], bool], tell: Callable[[str], None] = lambda _: None
) -> None:
    """Wait so long, and tell how long it still is.

    Raises:
        Ended: ``stop`` says that the search is to end, and it would be long.
    """
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if left > PATIENCE_S and stop():
            raise Ended
        tell(f"waiting {left:.0f} s for the scorer")
        time.sleep(min(left, _TICK_S))
