"""How far a call has come, told while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a search stands; scores are the scorer's own, None before the first one.

    ``doing`` says what takes its time just now, if anything does; ``target`` is where the score
    should go, None where that is not known yet; ``photo`` is None while there is none.
    """

    queries: int
    budget: int
    best_score: float | None
    best_appeal: float | None
    reached: bool
    doing: str = ""
    target: float | None = None
    photo: Path | None = None

    @classmethod
    def begun(cls, budget: int) -> Progress:
        """That of a search that has not asked anything yet."""
        return cls(0, budget, None, None, reached=False)


ProgressCallback: TypeAlias = Callable[[Progress], None]
