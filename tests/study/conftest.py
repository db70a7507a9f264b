"""Studies to write: a space, evaluations, and storages of every kind that is at hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blackcamo.space import FilterSpace
from blackcamo.study import Study
from blackcamo.types import Evaluation, Param


@dataclass(frozen=True)
class Filter:
    name: str
    params: tuple[Param, ...]


SPACE = FilterSpace(
    [
        Filter(
            "tone",
            (
                Param("exposure_ev", -2.0, 1.5, 0.0, "EV", "brightness"),
                Param("levels", 2.0, 34.0, 34.0, "", "levels per channel", step=4.0),
                Param("fade", 0.0, 0.3, 0.0, "", "lift of the blacks"),
            ),
        )
    ]
)
ATTRIBUTES = {"photo": {"name": "a.jpg", "sha256": "ab"}, "space": SPACE.digest, "seed": 7}


def vectors_of(batch: int, n: int = 4) -> Any:
    return np.random.default_rng(batch).uniform(-1, 1, (n, SPACE.dimension))


def evaluation_of(vector: Sequence[float]) -> Evaluation:
    """What a made-up objective says: a failure now and then, floats that need every digit."""
    x = [float(v) for v in vector]
    failed = x[0] > 0.8
    return Evaluation(
        vector=tuple(x),
        params=SPACE.decode(x),
        score=math.nan if failed else 50.0 + 30.0 * math.sin(x[0] * 3),
        appeal=100.0 * math.exp(-(x[1] ** 2)),
        parts={"damage": x[2] / 3, "grade": 1 / 3},
        jpeg_sha256=f"{abs(hash(tuple(x))):064x}",
        jpeg_bytes=12345,
        width_px=512,
        height_px=384,
        cached=x[1] > 0.9,
        error="ValueError: made up" if failed else None,
    )


def counts(total: int) -> dict[str, int]:
    return {"baseline": 0, "search": total, "verify": 0, "total": total, "budget": 100}


def opened(
    storage: str | Path, name: str = "a-fake-1", **options: Any
) -> AbstractContextManager[Study]:
    return Study.open(
        storage, name, SPACE, **{"higher_is_better": True, "attributes": ATTRIBUTES, **options}
    )


def write_batch(study: Study, batch: int, n: int = 4) -> tuple[int, ...]:
    vectors = vectors_of(batch, n)
    total = study.ledger.get("total", 0) + n
    numbers = study.begin(batch, vectors)
    study.sending(counts(total))
    study.finish(numbers, [evaluation_of(v) for v in vectors], ledger=counts(total))
    return numbers


@pytest.fixture
def journal(tmp_path: Path) -> str:
    return str(tmp_path / "studies.journal")
