"""From candidates to evaluations."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from blackcamo.appeal.visible import create
from blackcamo.channel import Channel
from blackcamo.errors import BudgetError
from blackcamo.filters import Chain, load_chain
from blackcamo.filters.optics import Optics
from blackcamo.filters.tone import Tone
from blackcamo.images import Credit
from blackcamo.objective import Candidate, Objective
from blackcamo.oracle import Ledger, Oracle
from blackcamo.rendering import Picture, Renderer, render
from blackcamo.testing import CountingScorer, make_photo
from blackcamo.types import (
    Appraisal,
    Evaluation,
    Falloff,
    Kind,
    LookViews,
    Mode,
    Param,
    Params,
    Pixels,
    Views,
)
from blackcamo.vision.arrays import to_pixels


class Touchy:
    """A look that fails for some candidates, as a plug-in may."""

    name = "touchy"
    lut_size = 33
    params = (Param("touch", 0, 1, 0, "", "touch"),)

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        if bool((params["touch"] > 0.5).any()):
            raise RuntimeError("ouch")
        return rgb


@pytest.fixture
def pixels() -> Pixels:
    return to_pixels(make_photo())


def make(
    pixels: Pixels, *, chain: Chain | None = None, budget: int = 100, appeal_floor: float = 0.0
) -> Any:
    scorer = CountingScorer()
    oracle = Oracle(scorer, Ledger(budget))
    renderer = Renderer(pixels, chain or load_chain(), Channel(), create(), "enhance")
    return Objective(renderer, oracle, appeal_floor=appeal_floor), scorer, oracle


def evaluate(objective: Objective, vectors: Sequence[Iterable[float]]) -> list[Evaluation]:
    return objective.evaluate(objective.prepare(vectors))


def random_vectors(count: int, dimension: int) -> list[list[float]]:
    vectors = np.random.default_rng(0).uniform(-1, 1, (count, dimension))
    return [[float(v) for v in vector] for vector in vectors]


def test_the_baseline_is_the_photo_after_the_channel(pixels: Pixels) -> None:
    objective, scorer, oracle = make(pixels)
    baseline = objective.baseline()
    received = Channel().send(pixels)[1]
    assert baseline.score == scorer.score([received])[0]
    assert (baseline.appeal, set(baseline.vector)) == (100.0, {0.0})
    # As after a kill between the answer and its record.
    assert objective.baseline() == baseline
    assert oracle.ledger.counts()["baseline"] == 1


def test_the_reference_is_the_score_of_the_baseline_without_an_appraisal(pixels: Pixels) -> None:
    objective, _, oracle = make(pixels)
    answer = objective.reference()
    assert oracle.ledger.counts()["baseline"] == 1
    # The same picture, so that it costs nothing again.
    assert objective.baseline().score == answer.score
    assert oracle.ledger.counts()["baseline"] == 1


def test_a_candidate_is_the_same_alone_in_a_batch_delivered_and_rendered(pixels: Pixels) -> None:
    chain = load_chain()
    objective, _, _ = make(pixels, chain=chain)
    vectors = random_vectors(5, chain.space.dimension)
    together = evaluate(objective, vectors)
    for vector, evaluation in zip(vectors, together, strict=True):
        (alone,) = evaluate(make(pixels)[0], [vector])
        assert alone == evaluation
        delivered, data = objective.deliver(evaluation.params, Credit(artist="Ada"))
        assert delivered.jpeg_sha256 == evaluation.jpeg_sha256
        assert delivered.appeal == evaluation.appeal
        again = render(chain, pixels, evaluation.params)
        assert hashlib.sha256(Channel().encode(again)).hexdigest() == evaluation.jpeg_sha256
        np.testing.assert_array_equal(Channel().decode(data), Channel().send(again)[1])


def test_what_people_would_mind_is_weakened_before_it_costs_a_query(pixels: Pixels) -> None:
    vectors = random_vectors(6, load_chain().space.dimension)
    strong, _, _ = make(pixels)
    before = strong.prepare(vectors)
    assert sum(c.picture.appraisal.value < 80 for c in before) >= 4
    objective, scorer, _ = make(pixels, appeal_floor=80.0)
    after = objective.prepare(vectors)
    assert scorer.images == 0
    space = load_chain().space
    for one, other in zip(before, after, strict=True):
        assert one.vector == other.vector
        if one.picture.appraisal.value >= 80:
            assert one.params == other.params
            continue
        assert other.picture.appraisal.value > min(one.picture.appraisal.value, 77)
        strong_vector, weak_vector = space.encode(one.params), space.encode(other.params)
        free = [not p.modifier and p.step is None for p in space.params]
        assert np.all(np.abs(weak_vector[free]) <= np.abs(strong_vector[free]) + 1e-9)
    evaluations = objective.evaluate(after)
    assert [e.params for e in evaluations] == [c.params for c in after]


class Strict:
    """Minds the look alone, of every candidate that has one."""

    name = "strict"

    def __call__(self, views: Views, mode: Mode) -> list[Appraisal]:
        return self.of(views)

    def of(self, views: LookViews) -> list[Appraisal]:
        moved = (views.graded - views.aligned).abs().amax((1, 2, 3)).tolist()
        values = [100 * math.exp(-((9 * m) ** 2)) for m in moved]
        return [
            Appraisal(v, {"look": v}, {"geometry": 100.0, "look": v, "spatial": 100.0})
            for v in values
        ]


def test_only_the_filters_that_answer_for_it_are_weakened(pixels: Pixels) -> None:
    chain = Chain([Tone(), Optics()])
    renderer = Renderer(pixels, chain, Channel(), Strict(), "enhance")
    strong = chain.space.encode({"exposure_ev": 0.4, "vignette_percent": 20.0})
    ((params, picture),) = renderer.prepare([chain.space.decode(strong)], shares=[{}], floor=90.0)
    assert isinstance(picture, Picture)
    assert 0.1 < params["exposure_ev"] < 0.37
    assert params["vignette_percent"] == pytest.approx(20.0)
    assert picture.appraisal.value > 85


class Foresighted(Strict):
    """The same, said before there is anything else to see."""

    def __init__(self) -> None:
        self.appraised = 0

    def __call__(self, views: Views, mode: Mode) -> list[Appraisal]:
        self.appraised += 1
        return super().__call__(views, mode)

    def appraise_looks(self, views: LookViews, mode: Mode) -> list[Appraisal]:
        assert not isinstance(views, Views)
        return self.of(views)


def test_a_look_is_right_before_the_rest_is_rendered(pixels: Pixels) -> None:
    chain, strong = Chain([Tone(), Optics()]), {"exposure_ev": 0.4, "vignette_percent": 20.0}
    prepared = []
    for measure in (Strict(), foresighted := Foresighted()):
        renderer = Renderer(pixels, chain, Channel(), measure, "enhance")
        prepared += renderer.prepare([chain.space.complete(strong)], shares=[{}], floor=90.0)
    ((late, _), (early, picture)) = prepared
    assert isinstance(picture, Picture)
    assert picture.appraisal.value >= 90
    assert early["exposure_ev"] == pytest.approx(late["exposure_ev"], rel=0.1)
    assert foresighted.appraised == 1


@dataclass
class Lawful:
    """Appeal that falls with the exposure by a law that it tells, or keeps to itself."""

    power: float
    told: bool
    name: str = "lawful"
    appraised: int = 0

    def __call__(self, views: Views, mode: Mode) -> list[Appraisal]:
        self.appraised += 1
        moved = (views.graded - views.aligned).mean((1, 2, 3)).abs().tolist()
        law: dict[Kind, Falloff] = {"look": Falloff(90.0, self.power)} if self.told else {}
        values = [90 * math.exp(-1.3 * (12 * m) ** self.power) if m else 100.0 for m in moved]
        return [
            Appraisal(v, {}, {"geometry": 100.0, "look": v, "spatial": 100.0}, law) for v in values
        ]


@pytest.mark.parametrize("power", [0.8, 1.0, 1.2])
def test_a_law_that_is_told_brings_a_candidate_to_the_floor(pixels: Pixels, power: float) -> None:
    def weakened(told: bool) -> float:
        measure = Lawful(power, told)
        renderer = Renderer(pixels, Chain([Tone()]), Channel(), measure, "enhance")
        ((_, picture),) = renderer.prepare([{"exposure_ev": -0.48}], shares=[{}], floor=70.0)
        assert isinstance(picture, Picture)
        return picture.appraisal.value

    told, untold = (abs(weakened(told=told) - 71.5) for told in (True, False))
    assert told < 1.5
    assert told < untold


def test_a_batch_is_rendered_as_strong_as_those_before_make_it_probable(pixels: Pixels) -> None:
    measure, chain = Lawful(1.0, told=True), Chain([Tone()])
    exposures = [[-0.48, -0.47, -0.45, -0.44], [-0.46], [-0.1]]
    batches = [[chain.space.encode({"exposure_ev": e}) for e in batch] for batch in exposures]

    def searched(learned: Sequence[Evaluation] = ()) -> tuple[list[list[Candidate]], Objective]:
        renderer = Renderer(pixels, chain, Channel(), measure, "enhance")
        oracle = Oracle(CountingScorer(), Ledger(9))
        objective = Objective(renderer, oracle, appeal_floor=70.0)
        objective.learn(learned)
        done, counts = [], []
        for batch in batches[1:] if learned else batches:
            before = measure.appraised
            done.append(objective.prepare(batch))
            counts.append((measure.appraised - before) / len(batch))
        # Nothing was known; that strength was right; nobody minds this one.
        assert counts == [2, 1, 1][-len(counts) :]
        return done, objective

    done, objective = searched()
    appeals = [
        [c.picture.appraisal.value for c in batch if isinstance(c.picture, Picture)]
        for batch in done
    ]
    assert all(70 <= value < 74 for value in (*appeals[0], *appeals[1]))
    assert appeals[2][0] > 74
    assert done[2][0].params == chain.space.decode(batches[2][0])
    # A continued search says what a batch came to, and makes the same of the next.
    again, _ = searched(objective.evaluate(done[0]))
    assert [c.params for batch in again for c in batch] == [c.params for b in done[1:] for c in b]


def test_candidates_are_brought_to_the_floor_of_their_batch(pixels: Pixels) -> None:
    chain = Chain([Tone()])
    renderer = Renderer(pixels, chain, Channel(), Lawful(1.0, told=True), "enhance")
    objective = Objective(renderer, Oracle(CountingScorer(), Ledger(9)))
    strong = [chain.space.encode({"exposure_ev": e}) for e in (-0.48, -0.47, -0.46, -0.45)]
    for appeal in (70.0, 80.0, 70.0):
        objective.appeal_floor = appeal
        for candidate in objective.prepare(strong):
            assert isinstance(candidate.picture, Picture)
            assert appeal <= candidate.picture.appraisal.value < appeal + 4


def test_what_could_not_be_rendered_teaches_nothing(pixels: Pixels) -> None:
    chain = Chain([Touchy(), Tone()])

    def searched(*, failing: bool, continued: bool = False) -> list[Candidate]:
        renderer = Renderer(pixels, chain, Channel(), Lawful(1.0, told=True), "enhance")
        oracle = Oracle(CountingScorer(), Ledger(99))
        objective = Objective(renderer, oracle, appeal_floor=70.0)
        if failing:
            touched = [chain.space.encode({"touch": 0.9, "exposure_ev": -0.48})] * 16
            failed = objective.prepare(touched)
            assert all(isinstance(candidate.picture, str) for candidate in failed)
            if continued:
                objective.learn(objective.evaluate(failed))
        objective.prepare(
            [chain.space.encode({"exposure_ev": e}) for e in (-0.48, -0.47, -0.45, -0.44)]
        )
        return objective.prepare([chain.space.encode({"exposure_ev": -0.46})])

    undisturbed = searched(failing=False)
    assert searched(failing=True)[0].params == undisturbed[0].params
    assert searched(failing=True, continued=True)[0].params == undisturbed[0].params


def test_a_failing_filter_fails_its_candidate_and_costs_no_query(pixels: Pixels) -> None:
    objective, scorer, oracle = make(pixels, chain=Chain([Touchy(), Tone()]))
    space = Chain([Touchy(), Tone()]).space
    calm, touched = ({"touch": t, "exposure_ev": 0.3} for t in (0.2, 0.9))
    evaluations = evaluate(objective, [space.encode(p) for p in (calm, touched, calm)])
    assert [e.error for e in evaluations] == [None, "RuntimeError: ouch", None]
    assert math.isnan(evaluations[1].score)
    assert [e.cached for e in evaluations] == [False, False, True]
    assert scorer.images == oracle.ledger.total == 1
    assert objective.deliver(touched, Credit()) is None


def test_delivering_beyond_the_budget_is_refused(pixels: Pixels) -> None:
    objective, scorer, _ = make(pixels, budget=1)
    objective.baseline()
    with pytest.raises(BudgetError):
        objective.deliver({"exposure_ev": 0.2}, Credit())
    # The unchanged photo is known by then.
    delivered: tuple[Any, bytes] = objective.deliver(neutral(), Credit())
    assert delivered[0].cached
    assert scorer.images == 1


def neutral() -> Mapping[str, float]:
    return load_chain().space.neutral


def test_rendering_leaves_torchs_threads_as_they_were(pixels: Pixels) -> None:
    before = torch.get_num_threads()
    evaluate(make(pixels)[0], random_vectors(3, load_chain().space.dimension))
    assert torch.get_num_threads() == before
