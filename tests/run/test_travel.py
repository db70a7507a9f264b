"""What is left of a camouflage on its way."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from blackcamo.ledger import Ledger
from blackcamo.oracle import Oracle
from blackcamo.run.travel import TRIPS, travelled
from blackcamo.testing import CountingScorer, make_photo
from blackcamo.types import Pixels, ScorerInfo
from blackcamo.vision.arrays import to_pixels
from tests.run.conftest import Search


@pytest.fixture
def pixels() -> Pixels:
    return to_pixels(make_photo(96, 128))


def test_each_trip_does_what_it_says(pixels: Pixels) -> None:
    arrived = {name: trip(pixels) for name, trip in TRIPS.items()}
    sizes = {name: made.shape[:2] for name, made in arrived.items()}
    assert sizes.pop("crop 1 px") == (95, 127)
    assert sizes.pop("resize 90 %") == (86, 115)
    assert sizes.pop("resize 75 %") == (72, 96)
    assert set(sizes.values()) == {(96, 128)}
    off = {name: float(np.abs(arrived[name].astype(int) - pixels).mean()) for name in sizes}
    assert all(0 < levels < 6 for levels in off.values())
    assert off["jpeg 95"] < off["jpeg 85"] < off["jpeg 75"]
    assert off["jpeg 90 4:4:4"] < off["jpeg 85"]


def test_scores_are_those_of_what_arrives_each_asked_once(pixels: Pixels) -> None:
    scorer = CountingScorer(lambda image: float(image.shape[1]), info=ScorerInfo("width"))
    ledger = Ledger.unlimited()
    told = travelled(pixels, Oracle(scorer, ledger))
    assert told["resize 75 %"] == 96
    assert told["crop 1 px"] == 127
    assert told["avif 75"] == 128
    assert scorer.images == ledger.total == len(TRIPS)
    assert all(call.reference for call in scorer.calls)


def test_what_cannot_be_scored_on_its_way_has_no_score(pixels: Pixels) -> None:
    def flat_is_none(image: Pixels) -> float:
        return float("nan") if image.shape[1] == 96 else 50.0

    scorer = CountingScorer(flat_is_none, info=ScorerInfo("width"))
    told = travelled(pixels, Oracle(scorer, Ledger.unlimited()))
    assert {name for name, score in told.items() if score is None} == {"resize 75 %"}
    json.dumps(told, allow_nan=False)


def test_a_search_says_how_its_result_travels_beside_its_budget(
    run_search: Search, scorer: CountingScorer, photo: Path
) -> None:
    result = run_search(budget=30, travel=True)
    assert result.travel.keys() == TRIPS.keys()
    assert result.queries["travel"] == len(TRIPS)
    total = result.queries["total"]
    assert total is not None
    assert scorer.images == total + len(TRIPS)
    assert total <= 30
    plain = run_search(photo, into="plain", budget=30)
    assert plain.travel == {}
    assert plain.queries["travel"] == 0
    assert plain.score_after == result.score_after
