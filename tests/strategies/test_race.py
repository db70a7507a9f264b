"""A race of styles: tried once, halved, and what hides searched in the best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from blackcamo.errors import OptionError, StudyError, UnknownNameError
from blackcamo.strategies import Race
from blackcamo.types import Lane, Proposal

BUDGET, BATCH = 320, 16
WAYS = {"weave": 3, "codec": 2, "useless": 2}
LANES = {name: Lane(3, WAYS) for name in "abcdef"}
BASE = {"a": 60.0, "b": 30.0, "c": 20.0, "d": 40.0, "e": 50.0, "f": 70.0}
"""Loss of each style at its start."""
SAVES = {"weave": 60.0, "codec": 20.0, "useless": -1.0}
"""What may be saved by hiding, in every style alike, at coordinates of .6."""


def make(lanes: dict[str, Lane] | None = None, *, seed: int = 0, profiled: bool = False) -> Race:
    lanes = LANES if lanes is None else lanes
    return Race(lanes, profiled=profiled, budget=BUDGET, batch=BATCH, seed=seed)


def hiding(proposal: Proposal) -> dict[str, tuple[float, ...]]:
    return LANES[proposal.style].hiding(proposal.vector)


def own(proposal: Proposal) -> tuple[float, ...]:
    return proposal.vector[:3]


def loss(proposal: Proposal) -> float:
    found = BASE[proposal.style] + 3 * float(((np.array(own(proposal)) - 0.5) ** 2).sum() - 0.75)
    for way, at in hiding(proposal).items():
        found -= SAVES[way] * (1 - float(((np.array(at) - 0.6) ** 2).mean()))
    return found


def run(
    race: Race,
    batches: int = BUDGET // BATCH,
    loss: Callable[[Proposal], float] = loss,
) -> list[list[Proposal]]:
    done = []
    for _ in range(batches):
        proposals = race.ask(BATCH)
        race.tell(proposals, [loss(p) for p in proposals])
        done.append(proposals)
    return done


def test_every_style_is_tried_once_at_its_start_with_nothing_hidden() -> None:
    first = make().ask(BATCH)
    assert [p.style for p in first] == list(LANES)
    assert not any(any(own(p)) or hiding(p) for p in first)
    # A small batch takes several.
    race = make()
    seen = []
    for _ in range(3):
        proposals = race.ask(2)
        race.tell(proposals, [loss(p) for p in proposals])
        seen += [p.style for p in proposals]
    assert seen == list(LANES)


@pytest.mark.parametrize("batch", [4, 16])
def test_ways_of_hiding_are_tried_alone_in_the_best_style_and_then_those_that_pay(
    batch: int,
) -> None:
    race, seen = make(), list[Proposal]()
    while len(seen) < 6 + 6 + 4:
        proposals = race.ask(min(batch, 16 - len(seen)))
        race.tell(proposals, [loss(p) for p in proposals])
        seen += proposals
    alone, together = seen[6:12], seen[12:16]
    assert {p.style for p in alone} == {"c"}
    assert [hiding(p) for p in alone] == [
        {way: (strength, *(0.0,) * (size - 1))}
        for way, size in WAYS.items()
        for strength in (0.0, 1.0)
    ]
    # Neither strength is right, but .6 is nearer to 1; what saves nothing is left.
    assert [p.style for p in together] == list("cbde")
    assert {frozenset(hiding(p).items()) for p in together} == {
        frozenset({("weave", (1.0, 0.0, 0.0)), ("codec", (1.0, 0.0))})
    }


def test_the_field_is_halved_and_the_best_gets_the_rest() -> None:
    told = 0
    searched: list[tuple[float, str]] = []
    for batch in run(make()):
        styles = {p.style for p in batch}
        if len(batch) == BATCH and len(styles) == 1:
            searched.append((told / BUDGET, styles.pop()))
        told += len(batch)
    assert {s for share, s in searched if share < 0.15} <= set("bcde"), "the worst two are out"
    assert {s for share, s in searched if 0.15 <= share < 0.25} <= set("bc")
    assert {s for share, s in searched if share >= 0.25} == {"c"}


def test_the_best_style_is_searched_in_what_hides_and_now_and_then_in_its_own() -> None:
    batches = [b for b in run(make()) if len(b) == BATCH][2:]
    kinds = []
    for batch in batches[-9:]:
        styles, hidden = {own(p) for p in batch}, {frozenset(hiding(p).items()) for p in batch}
        assert (len(styles) == 1) != (len(hidden) == 1)
        assert all(hiding(p).keys() == {"weave", "codec"} for p in batch)
        kinds.append("own" if len(styles) > 1 else "hidden")
    assert kinds.count("own") == 3
    everything = [p for b in batches for p in b]
    assert loss(min(everything, key=loss)) < BASE["c"] - 60 - 17


def test_twice_what_hides_best_is_tried_in_every_other_style() -> None:
    batches = run(make(), 24)
    spread = [b for b in batches if len({p.style for p in b}) == 5]
    assert len(spread) == 2
    for batch in spread:
        assert sorted(p.style for p in batch) == list("abdef")
        assert batch[0].style == "b", "the better ones first"
        before = [p for b in batches[: batches.index(batch)] for p in b]
        best = hiding(min(before, key=loss))
        assert all(hiding(p) == best for p in batch)


def test_where_hiding_saves_too_little_the_budget_goes_to_styles() -> None:
    def hardly(proposal: Proposal) -> float:
        return loss(replace(proposal, vector=LANES["a"].vector(own(proposal))))

    told = 0
    for number, batch in enumerate(run(make(), loss=hardly)):
        if number > 1:
            assert not any(map(hiding, batch))
            styles = "bcde" if told < 0.4 * BUDGET else "bc" if told < 0.7 * BUDGET else "c"
            assert {p.style for p in batch} <= set(styles)
        told += len(batch)


def test_the_search_goes_on_in_the_style_where_it_is_best_then() -> None:
    def fooled(proposal: Proposal) -> float:
        # With much hidden in it, f is the best of all.
        much = hiding(proposal).get("weave", (0.0, 0.0, 0.0))[1] != 0
        return -500.0 if proposal.style == "f" and much else loss(proposal)

    searched = [b[0].style for b in run(make(), loss=fooled) if len(b) == BATCH]
    assert (searched[-10], searched[-1]) == ("c", "f")
    assert "c" not in searched[searched.index("f") :]


def test_a_style_with_no_room_of_its_own_is_searched_in_what_hides_though_nothing_pays() -> None:
    race = make({"a": Lane(0, WAYS)})
    batches = []
    for _ in range(4):
        proposals = race.ask(8)
        race.tell(proposals, [1.0] * len(proposals))
        batches.append(proposals)
    assert [len(b) for b in batches] == [1, 6, 1, 8]
    assert len({p.vector for p in batches[-1]}) == 8


def test_with_a_profile_every_style_is_tried_with_what_hides() -> None:
    lanes = {s: Lane(3, {"weave": 3}) for s in "abcdef"}
    first, second, *_ = batches = run(make(lanes, profiled=True), loss=lambda p: BASE[p.style])
    assert [(p.style, p.vector) for p in first] == [(s, (0.0,) * 6) for s in lanes]
    assert len(second) == BATCH, "there is nothing to find out first"
    assert all(p.vector[3] > -1 for b in batches for p in b if len(b) < BATCH)


def test_nothing_to_hide_leaves_the_last_share_to_the_best_style() -> None:
    race = Race({s: Lane(3) for s in "ab"}, budget=64, batch=16, seed=0)
    styles = []
    for _ in range(4):
        proposals = race.ask(16)
        race.tell(proposals, [BASE[p.style] for p in proposals])
        styles.append({p.style for p in proposals})
    assert styles[-1] == {"b"}


@pytest.mark.parametrize("told", [1, 5, 10, 18])
def test_a_replay_goes_on_with_the_same_proposals(told: int) -> None:
    done = run(make())
    resumed = make()
    for proposals in done[:told]:
        resumed.ask(BATCH)
        resumed.tell(proposals, [loss(p) for p in proposals])
    for expected in done[told:]:
        assert resumed.ask(BATCH) == expected
        resumed.tell(expected, [loss(p) for p in expected])


def test_seeds_differ() -> None:
    assert run(make(), 4)[3] != run(make(seed=1), 4)[3]


def test_asking_and_telling_take_turns() -> None:
    race = make()
    proposals = race.ask(3)
    with pytest.raises(StudyError, match="3 candidates wait"):
        race.ask(3)
    with pytest.raises(StudyError, match="other candidates than those recorded"):
        race.tell(proposals[:2], [0.0, 0.0])
    moved = [Proposal(p.style, (0.1, *p.vector[1:])) for p in proposals]
    with pytest.raises(StudyError, match="other candidates than those recorded"):
        race.tell(moved, [0.0] * 3)
    renamed = [Proposal("f", p.vector) for p in proposals]
    with pytest.raises(StudyError, match="other candidates than those recorded"):
        race.tell(renamed, [0.0] * 3)
    with pytest.raises(OptionError, match="3 finite losses are needed"):
        race.tell(proposals, [0.0, 1.0, float("nan")])
    race.tell(proposals, [0.0] * 3)
    with pytest.raises(OptionError, match="at least 1"):
        race.ask(0)


def test_what_cannot_race_is_refused() -> None:
    with pytest.raises(OptionError, match="no style suits the photo"):
        make({})
    race = Race(LANES, strategy="CMAA", budget=BUDGET, batch=BATCH, seed=0)
    run(race, 3)
    with pytest.raises(UnknownNameError, match="did you mean 'CMA'"):
        race.ask(BATCH)
