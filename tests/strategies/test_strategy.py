"""Strategies: nevergrad's optimisers behind ask and tell, replayed and kept quiet."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from blackcamo.errors import MissingExtraError, OptionError, StudyError, UnknownNameError
from blackcamo.strategies import DEFAULT_STRATEGY, Strategy, strategy_names

DIMENSION = 6
BATCHES = (16, 16, 16, 5)
Vectors = NDArray[np.float64]


def make(name: str, *, seed: int = 0, batch: int = 16) -> Strategy:
    return Strategy(name, dimension=DIMENSION, budget=sum(BATCHES), batch=batch, seed=seed)


def losses_of(vectors: Vectors) -> Vectors:
    return np.asarray(((vectors - 0.4) ** 2).sum(axis=1))


def explore(strategy: Strategy) -> list[Vectors]:
    proposed = []
    for n in BATCHES:
        vectors = strategy.ask(n)
        strategy.tell(losses_of(vectors))
        proposed.append(vectors)
    return proposed


@pytest.mark.parametrize("name", ["CMA", "DiagonalCMA", "RandomSearch", "TwoPointsDE"])
@pytest.mark.parametrize("told", [1, 2, 3])
def test_a_replay_of_the_recorded_losses_goes_on_with_the_same_proposals(
    name: str, told: int
) -> None:
    proposed = explore(make(name))
    np.random.seed(1)  # noqa: NPY002 - someone else's randomness must not matter
    random.seed(1)
    resumed = make(name)
    for vectors in proposed[:told]:
        resumed.ask(len(vectors))
        resumed.tell(losses_of(vectors))
    for expected in proposed[told:]:
        vectors = resumed.ask(len(expected))
        np.testing.assert_array_equal(vectors, expected)
        resumed.tell(losses_of(vectors))


@pytest.mark.parametrize("name", ["CMA", "CMAbounded", "OldCMA", "DiagonalCMA"])
@pytest.mark.parametrize("batch", [12, 16])
def test_a_generation_of_cma_is_as_large_as_a_batch(name: str, batch: int) -> None:
    """Whoever is told a generation proposes what follows from all of it, and only then."""
    first, second = ([make(name, batch=batch) for _ in range(2)] for _ in range(2))
    told = losses_of(first[0].ask(batch))
    first[1].ask(batch)
    first[0].tell(told)
    first[1].tell(told[::-1].copy())
    assert not np.allclose(first[0].ask(batch), first[1].ask(batch))
    # Told all but one of it, they have learned nothing yet.
    for strategy, losses in zip(second, (told, told[::-1].copy()), strict=True):
        strategy.ask(batch - 1)
        strategy.tell(losses[:-1])
    np.testing.assert_array_equal(second[0].ask(1), second[1].ask(1))


@pytest.mark.parametrize("name", ["CMA", "OldCMA", "DiagonalCMA", "RandomSearch"])
def test_one_coordinate_is_searched_as_well_and_spoils_no_later_search(name: str) -> None:
    lone = Strategy(name, dimension=1, budget=64, batch=8, seed=0)
    for _ in range(8):
        vectors = lone.ask(8)
        assert vectors.shape == (8, 1)
        lone.tell(losses_of(vectors))
    explore(make(name))


def test_every_proposal_is_told_and_who_is_told_may_draw_numbers() -> None:
    told: list[tuple[int, int]] = []

    def proposed(done: int, of: int) -> None:
        told.append((done, of))
        np.random.random()  # noqa: NPY002
        random.random()

    strategy = Strategy(
        "CMA", dimension=DIMENSION, budget=sum(BATCHES), batch=16, seed=0, proposed=proposed
    )
    for expected, vectors in zip(explore(make("CMA")), explore(strategy), strict=True):
        np.testing.assert_array_equal(vectors, expected)
    assert told == [(done, n) for n in BATCHES for done in range(1, n + 1)]


def test_what_was_told_is_not_told_again() -> None:
    strategy = make("CMA")
    vectors = strategy.ask(4)
    strategy.tell(losses_of(vectors))
    with pytest.raises(StudyError, match="has been told"):
        strategy.tell(losses_of(vectors))


def test_it_begins_at_the_middle_of_the_box() -> None:
    vectors = make("CMA").ask(16)
    assert np.abs(vectors.mean(0)).max() < 0.35
    # Steps of the whole box would lose what is good at its middle.
    assert 0.15 < vectors.std() < 0.45


def test_proposals_have_the_promised_shape_and_range() -> None:
    for vectors, n in zip(explore(make("CMA")), BATCHES, strict=True):
        assert vectors.shape == (n, DIMENSION)
        assert vectors.dtype == np.float64
        assert np.abs(vectors).max() <= 1.0


def test_seeds_differ_and_learning_helps() -> None:
    first, other = explore(make("CMA")), explore(make("CMA", seed=1))
    assert not np.array_equal(first[0], other[0])
    assert losses_of(first[2]).mean() < losses_of(first[0]).mean() * 0.75


def test_global_randomness_is_neither_used_nor_left_changed() -> None:
    np.random.seed(7)  # noqa: NPY002
    random.seed(7)
    expected = np.random.random(), random.random()  # noqa: NPY002
    np.random.seed(7)  # noqa: NPY002
    random.seed(7)
    # TBPSA's relatives and the portfolio draw from the process-wide generators.
    explore(make("Portfolio"))
    assert (np.random.random(), random.random()) == expected  # noqa: NPY002


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    explore(make(DEFAULT_STRATEGY))
    with pytest.raises((OptionError, MissingExtraError)):
        make("AXP", batch=1)
    assert capfd.readouterr() == ("", "")


def test_every_default_is_a_registered_name() -> None:
    names = strategy_names()
    assert list(names) == sorted(names)
    assert {DEFAULT_STRATEGY, "RandomSearch", "DiagonalCMA"} <= set(names)


def test_typing_errors_get_a_hint() -> None:
    with pytest.raises(UnknownNameError, match="unknown strategy 'CMAA'; did you mean 'CMA'"):
        make("CMAA")


def test_one_at_a_time_optimisers_need_a_batch_of_one() -> None:
    with pytest.raises(OptionError, match=r"'Powell' proposes one at a time; say --batch 1 "):
        make("Powell")
    assert make("Powell", batch=1).ask(1).shape == (1, DIMENSION)


def test_missing_packages_are_named() -> None:
    with pytest.raises(MissingExtraError, match=r"'AXP' needs a package .*'ax'"):
        make("AXP", batch=1)


def test_what_numpy_breaks_is_refused_before_it_costs_queries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert make("NGOpt").ask(1).shape == (1, DIMENSION)
    monkeypatch.setattr(np, "__version__", "2.4.1")
    for name in ("NGOpt", "MetaModel", "RFMetaModelDE", "NgIoh2", "NGDSRW", "Carola7", "Wiz"):
        with pytest.raises(OptionError, match=rf"'{name}' .* numpy 2.4.1; install numpy < 2.4"):
            make(name)
    make("CMA")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_losses_must_be_finite(bad: float) -> None:
    strategy = make("RandomSearch")
    strategy.ask(2)
    with pytest.raises(OptionError, match="2 finite losses are needed"):
        strategy.tell(np.array([0.0, bad]))
    strategy.tell(np.zeros(2))


def test_asking_and_telling_take_turns() -> None:
    strategy = make("RandomSearch")
    strategy.ask(2)
    with pytest.raises(StudyError, match="2 candidates of 'RandomSearch' wait"):
        strategy.ask(1)
    with pytest.raises(OptionError, match="2 finite losses are needed"):
        strategy.tell(np.zeros(1))
    strategy.tell(np.zeros(2))
    with pytest.raises(OptionError, match="at least 1"):
        strategy.ask(0)


@pytest.mark.parametrize("option", ["dimension", "budget", "batch"])
def test_numbers_must_be_positive(option: str) -> None:
    options: dict[str, Any] = {"dimension": 2, "budget": 10, "batch": 2, "seed": 0, option: 0}
    with pytest.raises(OptionError, match=f"{option} is 0"):
        Strategy("CMA", **options)
    with pytest.raises(OptionError, match="seed is -1"):
        Strategy("CMA", dimension=2, budget=10, batch=2, seed=-1)
