"""The scorers' contract: a good scorer keeps it, and every kind of broken one is caught."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from blackcamo.errors import ScorerError
from blackcamo.testing import Call, CountingScorer, ScorerContract
from blackcamo.types import Pixels, Scorer, ScorerInfo


class TestCountingScorerKeepsTheContract(ScorerContract):
    def make_scorer(self) -> Scorer:
        return CountingScorer()


def contract_of(make: Callable[[], Scorer]) -> ScorerContract:
    class Contract(ScorerContract):
        def make_scorer(self) -> Scorer:
            return make()

    return Contract()


def answering(answer: Callable[[Sequence[Pixels], list[float]], Sequence[float]]) -> ScorerContract:
    return contract_of(lambda: CountingScorer(answer=answer))


def test_neighbours_that_change_a_score() -> None:
    contract = answering(lambda images, scores: [s + 0.01 * len(scores) for s in scores])
    with pytest.raises(AssertionError):
        contract.test_same_alone_and_in_any_batch()


def test_scores_in_another_order() -> None:
    contract = answering(lambda images, scores: sorted(scores))
    with pytest.raises(AssertionError):
        contract.test_same_alone_and_in_any_batch()


def test_a_bad_picture_that_spoils_all() -> None:
    def answer(images: Sequence[Pixels], scores: list[float]) -> list[float]:
        spoilt = any(min(image.shape[:2]) < 2 for image in images)
        return [math.nan] * len(scores) if spoilt else scores

    contract = answering(answer)
    contract.test_every_picture_gets_a_score()
    with pytest.raises(AssertionError):
        contract.test_bad_pictures_spare_their_neighbours()


@pytest.mark.parametrize(
    "answer",
    [
        lambda images, scores: scores[1:],
        lambda images, scores: [*scores, 1.0],
        lambda images, scores: [math.nan] * len(scores),
    ],
)
def test_missing_scores(answer: Callable[[Sequence[Pixels], list[float]], Sequence[float]]) -> None:
    with pytest.raises(AssertionError):
        answering(answer).test_every_picture_gets_a_score()


def test_chance() -> None:
    rng = np.random.default_rng(0)
    contract = answering(lambda images, scores: [s + rng.random() * 1e-6 for s in scores])
    contract.test_same_alone_and_in_any_batch()
    with pytest.raises(AssertionError):
        contract.test_same_every_time()


def test_a_reference_of_its_own() -> None:
    class TwoFaced(CountingScorer):
        def score(self, images: Sequence[Pixels], *, reference: bool = False) -> Sequence[float]:
            return [s + reference for s in super().score(images, reference=reference)]

    contract = contract_of(TwoFaced)
    with pytest.raises(AssertionError):
        contract.test_reference_agrees()
    type(contract).reference_tolerance = 1.5
    contract.test_reference_agrees()


def test_writing_into_pictures() -> None:
    def measure(image: Pixels) -> float:
        image[0, 0] = 0
        return float(image.mean())

    with pytest.raises(ValueError, match="read-only"):
        contract_of(lambda: CountingScorer(measure)).test_pictures_are_left_alone()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"low": 100.0},
        {"high": math.inf},
        {"threshold": 101.0},
        {"digest": "sha256:ff"},
    ],
)
def test_declarations_that_contradict_themselves(wrong: dict[str, object]) -> None:
    info = replace(ScorerInfo(name="x"), **wrong)  # type: ignore[arg-type]
    with pytest.raises(AssertionError):
        contract_of(lambda: CountingScorer(info=info)).test_declaration()


def test_every_image_is_counted() -> None:
    def answer(images: Sequence[Pixels], scores: list[float]) -> list[float]:
        if len(images) == 3:
            raise ScorerError("three are too many")
        return scores

    scorer = CountingScorer(answer=answer)
    grey = np.full((8, 8, 3), 51, np.uint8)
    assert scorer.score([grey, grey]) == [20.0, 20.0]
    with pytest.raises(ScorerError):
        scorer.score([grey] * 3, reference=True)
    assert scorer.images == 5
    assert scorer.calls == [Call(2, False), Call(3, True)]
