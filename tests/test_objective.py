"""From candidates to evaluations."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from blackcamo.channel import Channel
from blackcamo.errors import BudgetError
from blackcamo.filters import Chain, load_chain
from blackcamo.filters.tone import Tone
from blackcamo.filters.weave import Weave
from blackcamo.finish import finish
from blackcamo.images import Credit
from blackcamo.ledger import Ledger
from blackcamo.objective import Objective
from blackcamo.oracle import Oracle
from blackcamo.rendering import Anchor, Picture, Renderer, render
from blackcamo.styles.hidden import WAYS
from blackcamo.styles.space import StyleSpace
from blackcamo.testing import CountingScorer, make_photo
from blackcamo.types import (
    UNCHANGED,
    Appraisal,
    Evaluation,
    Free,
    Mode,
    Param,
    Params,
    Pixels,
    Proposal,
    Style,
    Views,
)
from blackcamo.vision.arrays import to_pixels
from blackcamo.vision.facts import facts

BRIGHT = Style("bright", "Lighter.", (Free("exposure_ev", 0.0, 0.5, 0.1),))
HIDES = tuple(way for way in WAYS if way.name in ("colour weave", "softness"))
CALM = (0.0, *(x for way in HIDES for x in (-1.0, *(0.0,) * (len(way.free) - 1))))


class Touchy:
    """A look that fails for some candidates, as a plug-in may."""

    name = "touchy"
    lut_size = 33
    params = (Param("touch", 0, 1, 0, "", "touch"),)

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        if bool((params["touch"] > 0.5).any()):
            raise RuntimeError("ouch")
        return rgb


class Mild:
    """90 for what is as it was; every level that the look or what hides moves costs a tenth."""

    name = "mild"

    def __init__(self) -> None:
        self.appraised = 0

    def __call__(self, views: Views, mode: Mode) -> list[Appraisal]:
        self.appraised += len(views.frames)
        look = 255 * (views.graded - views.aligned).abs().mean((1, 2, 3))
        hidden = 255 * (views.delivered - views.styled_delivered).abs().mean((1, 2, 3))
        return [
            Appraisal(90 - min(a, 80), {"look": 90 - a, "hidden": 90 - b})
            for a, b in zip((look + 4 * hidden).tolist(), hidden.tolist(), strict=True)
        ]


@pytest.fixture
def pixels() -> Pixels:
    return to_pixels(make_photo())


def style_space(pixels: Pixels, style: Style = BRIGHT, chain: Chain | None = None) -> StyleSpace:
    space = (chain or Chain([Tone(), Weave()])).space
    known = {p.name for p in space.params} >= {f.name for way in HIDES for f in way.free}
    return StyleSpace(style, facts(pixels), space, hidden=HIDES if known else ())


def make(
    pixels: Pixels,
    *,
    chain: Chain | None = None,
    styles: Sequence[Style] = (BRIGHT,),
    budget: int = 100,
    appeal_floor: float = 0.0,
    measure: Mild | None = None,
) -> Any:
    scorer = CountingScorer()
    oracle = Oracle(scorer, Ledger(budget))
    chain = chain or Chain([Tone(), Weave()])
    renderer = Renderer(pixels, chain, Channel(), measure or Mild(), "enhance")
    spaces = {style.name: style_space(pixels, style, chain) for style in styles}
    return Objective(renderer, oracle, spaces, appeal_floor=appeal_floor), scorer, oracle


def evaluate(objective: Objective, proposals: Sequence[Proposal]) -> list[Evaluation]:
    return objective.evaluate(objective.prepare(proposals))


def bright(exposure: float, hidden: Sequence[float] = CALM[1:]) -> Proposal:
    return Proposal("bright", (exposure, *hidden))


def between(
    pixels: Pixels, good: Proposal, bad: Proposal, styles: Sequence[Style] = (BRIGHT,)
) -> float:
    """A floor that lies between the appeal of two proposals."""
    objective, _, _ = make(pixels, styles=styles)
    above, below = (c.picture.appraisal.value for c in objective.prepare([good, bad]))
    assert above > below + 1.5
    return float((above + below) / 2)


def some(count: int) -> list[Proposal]:
    vectors = np.random.default_rng(0).uniform(-1, 1, (count, len(CALM)))
    return [Proposal("bright", tuple(v)) for v in vectors.tolist()]


def test_the_baseline_is_the_photo_after_the_channel(pixels: Pixels) -> None:
    objective, scorer, oracle = make(pixels)
    baseline = objective.baseline()
    received = Channel().send(pixels)[1]
    assert baseline.score == scorer.score([received])[0]
    assert (baseline.style, baseline.vector, baseline.params) == (UNCHANGED, (), {})
    assert baseline.appeal == 90
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
    objective, _, _ = make(pixels)
    for proposal, evaluation in zip(some(5), evaluate(objective, some(5)), strict=True):
        (alone,) = evaluate(make(pixels)[0], [proposal])
        assert alone == evaluation
        delivered, data = objective.deliver(evaluation, Credit(artist="Ada"))
        assert delivered.jpeg_sha256 == evaluation.jpeg_sha256
        assert (delivered.style, delivered.vector) == ("bright", proposal.vector)
        assert delivered.appeal == evaluation.appeal
        again = render(Chain([Tone(), Weave()]), pixels, evaluation.params)
        assert hashlib.sha256(Channel().encode(again)).hexdigest() == evaluation.jpeg_sha256
        np.testing.assert_array_equal(Channel().decode(data), Channel().send(again)[1])


def test_what_people_would_mind_is_drawn_to_its_styles_start_before_it_costs_a_query(
    pixels: Pixels,
) -> None:
    plain, _, _ = make(pixels)
    floor = between(pixels, bright(0.0), bright(1.0))
    objective, scorer, _ = make(pixels, appeal_floor=floor)
    objective.prepare([bright(0.0)])
    ((mild), (repaired)) = objective.prepare([bright(0.2), bright(1.0)])
    assert scorer.images == 0
    assert mild.params == plain.prepare([bright(0.2)])[0].params, "above the floor it stays"
    assert floor <= repaired.picture.appraisal.value < floor + 3
    assert 0.1 < repaired.params["exposure_ev"] < 0.5
    assert repaired.proposal == bright(1.0)
    (evaluation,) = objective.evaluate([repaired])
    assert evaluation.params == repaired.params


def test_what_hides_is_drawn_to_nothing_and_leaves_the_style_as_it_was_found(
    pixels: Pixels,
) -> None:
    hidden = tuple(1.0 for _ in CALM[1:])
    styled, strong = make(pixels)[0].prepare([bright(0.5), bright(0.5, hidden)])
    floor = between(pixels, bright(0.5), bright(0.5, hidden))
    objective, _, _ = make(pixels, appeal_floor=floor)
    objective.prepare([bright(0.0)])
    objective.prepare([bright(0.5)])
    (weaker,) = objective.prepare([bright(0.5, hidden)])
    assert weaker.params["exposure_ev"] == styled.params["exposure_ev"]
    assert 0 < weaker.params["weave_jnd"] < strong.params["weave_jnd"]
    assert weaker.picture.appraisal.value >= floor


def test_what_is_wanted_stands_for_the_floor_where_there_can_be_as_much(pixels: Pixels) -> None:
    floor = between(pixels, bright(0.0), bright(1.0))
    objective, _, _ = make(pixels, appeal_floor=floor)
    (start,) = objective.prepare([bright(0.0)])
    most = start.picture.appraisal.value
    assert floor + 3 < most
    by_floor, gentle, too_much = (
        objective.prepare([bright(1.0)], wanted=wanted)[0] for wanted in (None, most - 2, most)
    )
    assert gentle.picture.appraisal.value >= most - 2 > by_floor.picture.appraisal.value
    assert gentle.params["exposure_ev"] < by_floor.params["exposure_ev"]
    assert too_much.params == by_floor.params


def test_a_style_that_was_repaired_hides_things_as_it_was_repaired(pixels: Pixels) -> None:
    hidden = tuple(0.1 for _ in CALM[1:])
    floor = between(pixels, bright(0.0), bright(1.0))
    objective, _, _ = make(pixels, appeal_floor=floor)
    objective.prepare([bright(0.0)])
    (repaired,) = objective.prepare([bright(1.0)])
    assert repaired.params["exposure_ev"] < 0.5
    (hiding,) = objective.prepare([bright(1.0, hidden)])
    assert hiding.params["exposure_ev"] == repaired.params["exposure_ev"]
    # A continued search learns it from what is recorded.
    again, _, _ = make(pixels, appeal_floor=floor)
    again.learn(objective.evaluate([*objective.prepare([bright(0.0)]), repaired]))
    assert again.prepare([bright(1.0, hidden)])[0].params == hiding.params


def test_what_hides_in_a_style_that_was_not_found_is_drawn_to_the_styles_start(
    pixels: Pixels,
) -> None:
    hidden = tuple(1.0 for _ in CALM[1:])
    floor = between(pixels, bright(0.0), bright(1.0, hidden))
    objective, _, _ = make(pixels, appeal_floor=floor)
    objective.prepare([bright(0.0)])
    (drawn,) = objective.prepare([bright(1.0, hidden)])
    assert drawn.picture.appraisal.value >= floor
    assert 0.1 < drawn.params["exposure_ev"] < 0.5
    assert 0 < drawn.params["weave_jnd"] < 4


def test_styles_are_drawn_each_to_its_own_start(pixels: Pixels) -> None:
    dark = Style("dark", "Darker.", (Free("exposure_ev", -0.5, 0.0, -0.1),))
    start, strong = Proposal("dark", CALM), Proposal("dark", (-1.0, *CALM[1:]))
    styles = [BRIGHT, dark]
    floor = between(pixels, start, strong, styles)
    objective, _, _ = make(pixels, styles=styles, appeal_floor=floor)
    objective.prepare([bright(0.0)])
    # A start that was no candidate is rendered all the same: that costs no query.
    assert -0.5 < objective.prepare([strong])[0].params["exposure_ev"] < -0.1
    found = objective.prepare([strong])
    objective.prepare([start])
    assert objective.prepare([strong])[0].params == found[0].params


def test_an_anchor_under_the_floor_repairs_nothing(pixels: Pixels) -> None:
    measure = Mild()
    renderer = Renderer(pixels, Chain([Tone()]), Channel(), measure, "enhance")
    anchor = Anchor({"exposure_ev": 0.3}, 60.0, 90.0)
    for bound in (None, anchor):
        measure.appraised = 0
        bright = [{"exposure_ev": 0.5}]
        ((params, picture),) = renderer.prepare(bright, anchors=[bound])
        assert isinstance(picture, Picture)
        assert picture.appraisal.value < 90
        assert (params, measure.appraised) == ({"exposure_ev": 0.5}, 1)


def test_what_hides_is_judged_against_the_styled_picture(pixels: Pixels) -> None:
    objective, _, _ = make(pixels)
    hidden = tuple(1.0 for _ in CALM[1:])
    plain, hiding = objective.prepare([bright(1.0), bright(1.0, hidden)])
    assert plain.picture.appraisal.parts["hidden"] == 90
    assert hiding.picture.appraisal.parts["hidden"] < 89
    assert hiding.picture.appraisal.parts["look"] < plain.picture.appraisal.parts["look"]


def test_a_finish_is_sent_but_not_judged(pixels: Pixels) -> None:
    white = finish("white")
    bare, framed = (
        Renderer(pixels, Chain([Tone()]), Channel(), Mild(), "enhance", finish=one)
        for one in (None, white)
    )
    ((_, alone), (_, inside)) = (r.prepare([{"exposure_ev": 0.2}])[0] for r in (bare, framed))
    assert isinstance(alone, Picture)
    assert isinstance(inside, Picture)
    assert inside.received.shape[0] > alone.received.shape[0]
    assert inside.appraisal.value == pytest.approx(alone.appraisal.value, abs=0.5)
    sent = render(Chain([Tone()]), pixels, {"exposure_ev": 0.2}, finish=white)
    assert Channel().encode(sent) == inside.jpeg
    assert framed.unchanged()[1].shape == inside.received.shape


def test_a_failing_filter_fails_its_candidate_and_costs_no_query(pixels: Pixels) -> None:
    chain = Chain([Touchy(), Tone()])
    touch = Style("touch", "Touched.", (Free("touch", 0, 1, 0.2),), {"exposure_ev": 0.3})
    objective, scorer, oracle = make(pixels, chain=chain, styles=[touch])
    calm, touched = (Proposal("touch", (v,)) for v in (0.0, 1.0))
    evaluations = evaluate(objective, [calm, touched, calm])
    assert [e.error for e in evaluations] == [None, "RuntimeError: ouch", None]
    assert math.isnan(evaluations[1].score)
    assert [e.cached for e in evaluations] == [False, False, True]
    assert scorer.images == oracle.ledger.total == 1
    assert objective.deliver(evaluations[1], Credit()) is None


def test_delivering_beyond_the_budget_is_refused(pixels: Pixels) -> None:
    objective, scorer, _ = make(pixels, budget=1)
    unchanged = objective.baseline()
    (candidate,) = objective.prepare([bright(0.2)])
    other = dataclasses.replace(unchanged, style="bright", params=candidate.params)
    with pytest.raises(BudgetError):
        objective.deliver(other, Credit())
    # The unchanged photo is known by then.
    delivered: tuple[Any, bytes] = objective.deliver(unchanged, Credit())
    assert delivered[0].cached
    assert scorer.images == 1


def test_rendering_leaves_torchs_threads_as_they_were(pixels: Pixels) -> None:
    before = torch.get_num_threads()
    evaluate(make(pixels, chain=load_chain())[0], some(3))
    assert torch.get_num_threads() == before
