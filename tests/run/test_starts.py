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
from blackcamo.strategies import Strategy
from tests.run.conftest import Search

SPACE = load_chain().space


def test_the_built_in_start_fits_the_filters_and_changes_the_picture() -> None:
    start = load_start("muted", SPACE)
    assert start.vector.shape == (SPACE.dimension,)
    assert 0.05 < np.abs(start.vector).max() <= 1
    assert start.identity["name"] == "muted"
    assert not load_start("neutral", SPACE).vector.any()


def test_what_starts_elsewhere_knows_only_its_own_parameters() -> None:
    tone = load_chain(["tone"]).space
    start = load_start("muted", tone)
    assert start.vector.shape == (tone.dimension,)
    assert start.vector.any()
    assert start.identity != load_start("muted", SPACE).identity


def test_a_strategy_begins_where_it_is_told() -> None:
    vector = np.linspace(-1, 1, 12)
    means = []
    for start in (None, vector):
        strategy = Strategy(dimension=12, budget=100, batch=64, seed=0, start=start)
        means.append(strategy.ask(64).mean(0))
    assert np.corrcoef(means[1], vector)[0, 1] > 0.9
    assert np.abs(means[0]).mean() < 0.3


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
