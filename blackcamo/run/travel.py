"""How a camouflage travels: its score after what platforms and people do to a file.

Nothing here is searched for; it says what is left of a camouflage elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from blackcamo.channels import Passage
from blackcamo.oracle import Oracle
from blackcamo.types import Pixels


def travelled(
    pixels: Pixels, passages: Sequence[Passage], oracle: Oracle
) -> dict[str, float | None]:
    """The scores of a delivered picture (H, W, 3) after each channel; None where there is none.

    Each is asked for alone, in full precision, as a query of the oracle's own ledger.
    """
    asked = {
        passage.name: oracle.ask(
            [(passage.spec, passage.send(pixels))], kind="verify", reference=True
        )[0]
        for passage in passages
    }
    return {name: None if a.error is not None else a.score for name, a in asked.items()}
