"""A race of styles: tried once, halved, and what hides searched in the best."""

from __future__ import annotations

import numpy as np
import pytest

from blackcamo.errors import OptionError, StudyError, UnknownNameError
from blackcamo.strategies import Race
from blackcamo.types import Lane, Proposal

BUDGET, BATCH = 320, 16
LANES = {name: Lane(style=3, hidden=4) for name in "abcdef"}
BASE = {"a": 60.0, "b": 30.0, "c": 20.0, "d": 40.0, "e": 50.0, "f": 70.0}
"""Loss of each style at its start."""
HIDING = 60.0
"""What may be saved by hiding, in every style alike."""


def make(lanes: dict[str, Lane] | None = None, *, seed: int = 0, budget: int = BUDGET) -> Race:
    return Race(LANES if lanes is None else lanes, budget=budget, batch=BATCH, seed=seed)


def loss(proposal: Proposal) -> float:
    own, hidden = np.array(proposal.vector[:3]), np.array(proposal.vector[3:])
    # What hides helps, up to a point that is the same for every style.
    found = BASE[proposal.style] + 3 * float(((own - 0.5) ** 2).sum() - 0.75)
    return found + HIDING * float(((hidden - 0.6) ** 2).sum() - 4 * 0.36)


def run(race: Race, batches: int = BUDGET // BATCH) -> list[list[Proposal]]:
    done = []
    for _ in range(batches):
        proposals = race.ask(BATCH)
        race.tell(proposals, [loss(p) for p in proposals])
        done.append(proposals)
    return done


def hides(proposal: Proposal) -> bool:
    return any(proposal.vector[3:])


def test_every_style_is_tried_once_at_its_start() -> None:
    first = make().ask(BATCH)
    assert [p.style for p in first] == list(LANES)
    assert not any(any(p.vector) for p in first)
    # A small batch takes several.
    race = make()
    seen = []
    for _ in range(3):
        proposals = race.ask(2)
        race.tell(proposals, [loss(p) for p in proposals])
        seen += [p.style for p in proposals]
    assert seen == list(LANES)


def test_the_field_is_halved_and_the_best_gets_the_rest() -> None:
    told = 0
    searched: list[tuple[float, str]] = []
    for batch in run(make()):
        styles = {p.style for p in batch}
        if len(batch) == BATCH and len(styles) == 1:
            searched.append((told / BUDGET, styles.pop()))
        told += len(batch)
    assert {s for share, s in searched if share < 0.15} <= set("bcde"), "the worst two are out"
    assert {s for share, s in searched if 0.15 <= share < 0.25} == set("bc")
    assert {s for share, s in searched if share >= 0.25} == {"c"}


def test_hiding_starts_in_the_best_styles_from_weak_to_strong() -> None:
    _, second, third, *_ = run(make(), 3)
    assert [p.style for p in second] == [s for s in "cbde" for _ in range(3)]
    strengths = [p.vector[3] for p in second]
    assert strengths == sorted(strengths[:3]) * 4
    assert not any(any(p.vector[:3]) or any(p.vector[4:]) for p in second)
    assert not any(map(hides, third))


def test_what_hides_is_searched_once_a_style_is_found() -> None:
    batches = run(make())
    told = 0
    for number, batch in enumerate(batches):
        if number > 1:
            assert any(map(hides, batch)) == (told >= 0.25 * BUDGET)
        told += len(batch)
    hidden = [p for b in batches[2:] for p in b if hides(p) and p.style == "c"]
    own = {p.vector[:3] for p in hidden}
    assert len(own) == 1, "the style stays as it was at its best"
    best = min((p for b in batches for p in b if p.style == "c" and not hides(p)), key=loss)
    assert own == {best.vector[:3]}
    assert loss(min(hidden, key=loss)) < loss(best) - 3


def test_twice_what_hides_best_is_tried_in_every_other_style() -> None:
    batches = run(make())
    spread = [b for b in batches if len({p.style for p in b}) > 1 and any(map(hides, b))]
    spread = spread[1:]
    assert len(spread) == 2
    for batch in spread:
        assert sorted(p.style for p in batch) == list("abdef")
        assert batch[0].style == "b", "the better ones first"
        before = [p for b in batches[: batches.index(batch)] for p in b if hides(p)]
        assert {p.vector[3:] for p in batch} == {min(before, key=loss).vector[3:]}


def test_where_hiding_saves_too_little_the_budget_goes_to_styles() -> None:
    def hardly(proposal: Proposal) -> float:
        return loss(Proposal(proposal.style, (*proposal.vector[:3], *(0.0,) * 4)))

    race, told = make(), 0
    for number in range(BUDGET // BATCH):
        proposals = race.ask(BATCH)
        race.tell(proposals, [hardly(p) for p in proposals])
        if number > 1:
            assert not any(map(hides, proposals))
            styles = "bcde" if told < 0.4 * BUDGET else "bc" if told < 0.7 * BUDGET else "c"
            assert {p.style for p in proposals} <= set(styles)
        told += len(proposals)


def test_the_search_goes_on_in_the_style_where_it_is_best_then() -> None:
    def fooled(proposal: Proposal) -> float:
        # Once something hides in it, d is the best of all.
        return -500.0 if proposal.style == "d" and hides(proposal) else loss(proposal)

    race, searched = make(), []
    for _ in range(BUDGET // BATCH):
        proposals = race.ask(BATCH)
        race.tell(proposals, [fooled(p) for p in proposals])
        if len(proposals) == BATCH and all(map(hides, proposals)):
            searched.append(proposals[0].style)
    assert (searched[0], searched[-1]) == ("c", "d")
    assert "c" not in searched[searched.index("d") :]


def test_a_style_with_no_room_of_its_own_begins_with_what_hides() -> None:
    race = make({"a": Lane(style=0, hidden=4)})
    proposals = race.ask(4)
    assert [p.vector for p in proposals] == [(0.0,) * 4]
    race.tell(proposals, [1.0])
    assert all(any(p.vector) for p in race.ask(4))


def test_nothing_to_hide_leaves_the_last_share_to_the_best_style() -> None:
    race = Race({s: Lane(3, 0) for s in "ab"}, budget=64, batch=16, seed=0)
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
    assert run(make(), 3)[2] != run(make(seed=1), 3)[2]


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
    run(race, 2)
    with pytest.raises(UnknownNameError, match="did you mean 'CMA'"):
        race.ask(BATCH)
