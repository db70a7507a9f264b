"""Where a search begins."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from blackcamo import run
from blackcamo.errors import BlackcamoError, OptionError
from blackcamo.filters import load_chain
from blackcamo.run.starts import load_start
from blackcamo.space import Vectors
from blackcamo.strategies import Strategy
from blackcamo.types import Mode
from tests.run.conftest import Search

SPACE = load_chain().space


@pytest.mark.parametrize("mode", ["enhance", "imperceptible"])
def test_the_built_in_starts_fit_the_filters_and_differ(mode: Mode) -> None:
    space = load_chain(mode=mode).space
    start = load_start("winners", space)
    count, dimension = start.vectors.shape
    assert count > 4
    assert dimension == SPACE.dimension
    assert np.abs(start.vectors).max(1).min() > 0.05
    assert len(np.unique(start.vectors, axis=0)) == count
    assert start.identity["name"] == "winners"
    assert not load_start("neutral", space).vectors.any()


def test_each_mode_has_winners_of_its_own() -> None:
    other = load_start("winners", load_chain(mode="imperceptible").space)
    assert other.identity != load_start("winners", SPACE).identity


def test_what_starts_elsewhere_knows_only_its_own_parameters() -> None:
    tone = load_chain(["tone"]).space
    start = load_start("winners", tone)
    assert start.vectors.shape[1] == tone.dimension
    assert start.vectors.any(1).all()
    assert start.identity != load_start("winners", SPACE).identity


def test_a_strategy_begins_where_it_is_told() -> None:
    vector = np.linspace(-1, 1, 12)
    means = []
    for starts in (None, vector[None]):
        strategy = Strategy(dimension=12, budget=100, batch=64, seed=0, starts=starts)
        means.append(strategy.ask(64).mean(0))
    assert np.corrcoef(means[1], vector)[0, 1] > 0.9
    assert np.abs(means[0]).mean() < 0.3


def test_of_several_starts_all_are_tried_and_the_best_is_where_it_begins() -> None:
    starts = np.random.default_rng(0).uniform(-0.9, 0.9, (20, 12))

    def explored(order: list[int]) -> tuple[Vectors, list[int]]:
        strategy = Strategy(dimension=12, budget=200, batch=16, seed=0, starts=starts[order])
        sizes, proposed = [], np.empty((0, 12))
        for _ in range(6):
            vectors = strategy.ask(16)
            # The best is the one that was number 7.
            strategy.tell(vectors, np.linalg.norm(vectors - starts[7], axis=1))
            sizes.append(len(vectors))
            proposed = np.concatenate((proposed, vectors))
        return proposed, sizes

    proposed, sizes = explored(list(range(20)))
    assert sizes == [16, 4, 16, 16, 16, 16]
    np.testing.assert_array_equal(proposed[:20], starts)
    after = proposed[20:].mean(0)
    likeness = [np.corrcoef(after, start)[0, 1] for start in starts]
    assert int(np.argmax(likeness)) == 7
    # Where it begins does not depend on the order in which they were tried.
    again, _ = explored(list(range(20))[::-1])
    np.testing.assert_allclose(again[20:36], proposed[20:36])


def test_starts_take_half_of_a_small_budget() -> None:
    starts = np.random.default_rng(0).uniform(-0.9, 0.9, (20, 12))
    strategy = Strategy(dimension=12, budget=10, batch=16, seed=0, starts=starts)
    np.testing.assert_array_equal(strategy.ask(16), starts[:5])


def test_a_search_begins_at_a_preset_and_says_so(run_search: Search, tmp_path: Path) -> None:
    first = run_search(start="neutral")
    assert first.preset is not None
    second = run_search(start=str(first.preset), out=tmp_path / "second")
    assert second.preset is not None
    recorded = json.loads(second.preset.read_text())["provenance"]["start"]
    assert recorded["name"] == first.preset.name
    # Another start is another search, with a study of its own.
    assert second.study != first.study
    assert second.output is not None
    assert run.verify(second.output).reproduced


@pytest.mark.parametrize("start", ["mutd", "missing.preset.json", ""])
def test_other_starts_are_refused(run_search: Search, start: str) -> None:
    with pytest.raises(BlackcamoError, match=r"start is|missing"):
        run_search(start=start)


def test_a_preset_of_other_filters_is_refused(run_search: Search, tmp_path: Path) -> None:
    first = run_search(filters=("tone",))
    assert first.preset is not None
    with pytest.raises(OptionError, match="no parameter of the filters"):
        run_search(filters=("geometry",), start=str(first.preset))
