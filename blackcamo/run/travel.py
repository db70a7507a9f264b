"""How a camouflage travels: its score after what platforms and people do to a file.

Nothing here is searched for; it says what is left of a camouflage elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from blackcamo.channels import Passage
from blackcamo.oracle import Oracle
from blackcamo.types import Pixels


def travelled(
    pixels: Pixels,
    passages: Sequence[Passage],
    oracle: Oracle,
    *,
    arrived: Callable[[str, Pixels, float | None], None] = lambda *_: None,
) -> dict[str, float | None]:
    """The scores of a delivered picture (H, W, 3) after each channel; None where there is none.

    Each is asked for alone, in full precision, as a query of the oracle's own ledger.

    Args:
        arrived: called after each channel with its name, what arrives, and its score.
    """
    scores: dict[str, float | None] = {}
    for passage in passages:
        received = passage.send(pixels)
        (answer,) = oracle.ask([(passage.spec, received)], kind="verify", reference=True)
        scores[passage.name] = None if answer.error is not None else answer.score
        arrived(passage.name, received, scores[passage.name])
    return scores
