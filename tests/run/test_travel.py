"""What is left of a camouflage on its way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from blackcamo.channels import STANDARD, channels
from blackcamo.ledger import Ledger
from blackcamo.oracle import Oracle
from blackcamo.run.travel import travelled
from blackcamo.testing import CountingScorer, make_photo
from blackcamo.types import Pixels, ScorerInfo
from blackcamo.vision.arrays import to_pixels
from tests.run.conftest import Search

TRIPS = channels([STANDARD]).passages


@pytest.fixture
def pixels() -> Pixels:
    return to_pixels(make_photo(96, 128))


def test_scores_are_those_of_what_arrives_each_asked_once(pixels: Pixels) -> None:
    scorer = CountingScorer(lambda image: float(image.shape[1]), info=ScorerInfo("width"))
    ledger = Ledger.unlimited()
    told = travelled(pixels, TRIPS, Oracle(scorer, ledger))
    assert told["resize:75%+jpeg:90"] == 96
    assert told["crop:1+jpeg:90"] == 127
    assert told["avif:75"] == 128
    assert scorer.images == ledger.total == len(TRIPS)
    assert all(call.reference for call in scorer.calls)


def test_what_cannot_be_scored_on_its_way_has_no_score(pixels: Pixels) -> None:
    def flat_is_none(image: Pixels) -> float:
        return float("nan") if image.shape[1] == 96 else 50.0

    scorer = CountingScorer(flat_is_none, info=ScorerInfo("width"))
    told = travelled(pixels, TRIPS, Oracle(scorer, Ledger.unlimited()))
    assert {name for name, score in told.items() if score is None} == {"resize:75%+jpeg:90"}
    json.dumps(told, allow_nan=False)


def test_a_search_says_how_its_result_travels_beside_its_budget(
    run_search: Search, scorer: CountingScorer, photo: Path
) -> None:
    result = run_search(budget=30, travel=True)
    assert list(result.travel) == [trip.name for trip in TRIPS]
    assert result.queries["travel"] == len(TRIPS)
    total = result.queries["total"]
    assert total is not None
    assert scorer.images == total + len(TRIPS)
    assert total <= 30
    plain = run_search(photo, into="plain", budget=30)
    assert plain.travel == {}
    assert plain.queries["travel"] == 0
    assert plain.score_after == result.score_after
