"""Whether the scorer of a study that goes on is still the one that it began with.

A digest tells that of weights and code that blackcamo reads itself. It cannot of a service that is
deployed anew, or of a function that reads its weights from a file.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping

from blackcamo.errors import ScorerError, StudyError
from blackcamo.images import Photo
from blackcamo.ledger import Ledger
from blackcamo.oracle import Oracle
from blackcamo.run.setup import Setup
from blackcamo.run.verification import REFERENCE
from blackcamo.study import Study
from blackcamo.types import ScorerInfo

_SAME_POINTS = 1e-3
"""Of a 0-100 scale: how far two scores of one picture by one scorer may lie apart, as in the
contract of scorers (a service may compute on another machine the next day)."""


def same_score(one: float, other: float, info: ScorerInfo) -> bool:
    """Whether one scorer may have given both scores to one picture."""
    return abs(one - other) <= _SAME_POINTS * (info.high - info.low) / 100


def require_same_scorer(
    setup: Setup, photo: Photo, study: Study, *, wait: Callable[[float], None] = time.sleep
) -> None:
    """Ask for the photo unchanged again where a study has its score: one query, beside the budget.

    It is counted as ``checks``, so that a search that is continued goes on to the same candidates
    as one that never stopped.

    Args:
        wait: waits so many seconds for a scorer that asks for a pause.

    Raises:
        StudyError: the score is another one; both are named.
        ScorerError: the scorer cannot be asked.
    """
    jpeg, received = setup.unchanged(photo)
    digest = hashlib.sha256(jpeg).hexdigest()
    recorded = study.recall(REFERENCE, dict[str, float]) or {}
    if digest not in recorded:
        return
    before = study.ledger.get("checks", 0)

    def sending(counts: Mapping[str, int]) -> None:
        study.checking(before + counts["total"])

    oracle = Oracle(
        setup.scorer_of(photo), Ledger.unlimited(), sending=sending, wait=wait, turn=setup.turn
    )
    (answer,) = oracle.ask([(digest, received)], kind="baseline", reference=True)
    name = setup.scorer.info.name
    if answer.error is not None:
        raise ScorerError(
            f"{photo.path}: scorer {name!r} cannot score the photo itself again, which continuing "
            f"study {study.name!r} begins with: {answer.error}"
        )
    if not same_score(answer.score, recorded[digest], setup.scorer.info):
        raise StudyError(
            f"{photo.path}: the photo itself scored {recorded[digest]:.6g} when study "
            f"{study.name!r} began, and scores {answer.score:.6g} now: the model behind scorer "
            f"{name!r} is another one. Go on with the model of then, or begin anew after "
            f"`blackcamo delete {study.name}` or with another --storage"
        )
