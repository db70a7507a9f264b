"""A study records everything, exactly, and Optuna itself can read it."""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import numpy as np
import optuna
import pytest
from optuna.trial import TrialState
from sqlalchemy.pool import NullPool

from blackcamo.errors import StudyError, UnknownNameError
from blackcamo.space import FilterSpace
from blackcamo.study import Study
from blackcamo.types import Param
from tests.study.conftest import (
    ATTRIBUTES,
    Filter,
    counts,
    evaluation_of,
    opened,
    vectors_of,
    write_batch,
)


def same(a: object, b: object) -> bool:
    """Equality with NaN equal to itself."""
    return repr(a) == repr(b)


def foreign(storage: str, name: str = "a-fake-1") -> optuna.Study:
    """The study as Optuna alone opens it."""
    if "://" not in storage:
        backend = optuna.storages.journal.JournalFileBackend(storage)
        return optuna.load_study(study_name=name, storage=optuna.storages.JournalStorage(backend))
    url = storage.replace("postgresql:", "postgresql+psycopg:")
    # Without a pool no connection stays open.
    database = optuna.storages.RDBStorage(url, engine_kwargs={"poolclass": NullPool})
    return optuna.load_study(study_name=name, storage=database)


def test_what_is_written_is_read_back_to_the_last_digit(storage: str) -> None:
    with opened(storage) as study:
        for index, n in ((0, 1), (1, 4), (2, 3)):
            write_batch(study, index, n)
    study = Study.load(storage, "a-fake-1")
    batches = study.batches()
    assert [b.index for b in batches] == [0, 1, 2]
    assert [b.numbers for b in batches] == [(0,), (1, 2, 3, 4), (5, 6, 7)]
    assert [b.queries for b in batches] == [1, 5, 8]
    for batch in batches:
        expected = vectors_of(batch.index, len(batch.numbers))
        np.testing.assert_array_equal(batch.vectors, expected)
        assert same(batch.evaluations, tuple(evaluation_of(v) for v in expected))
    assert same(list(study.evaluations().values()), [e for b in batches for e in b.evaluations])
    assert list(study.evaluations()) == list(range(8))
    assert any(math.isnan(e.score) for e in study.evaluations().values())


def test_optuna_sees_physical_units_states_directions_and_names(storage: str) -> None:
    with opened(storage) as study:
        for batch in range(6):
            write_batch(study, batch)
    seen = foreign(storage)
    assert [d.name for d in seen.directions] == ["MINIMIZE", "MAXIMIZE"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert seen.metric_names == ["score", "appeal"]
    assert seen.trials[0].distributions == {
        "exposure_ev": optuna.distributions.FloatDistribution(-2.0, 1.5),
        "levels": optuna.distributions.FloatDistribution(2.0, 34.0, step=4.0),
        "fade": optuna.distributions.FloatDistribution(0.0, 0.3),
    }
    vectors = np.concatenate([vectors_of(batch) for batch in range(6)])
    failed = 0
    for trial, vector in zip(seen.trials, vectors, strict=True):
        expected = evaluation_of(vector)
        assert trial.params == expected.params
        assert trial.system_attrs == {}, "constraints would hide trials"
        if math.isnan(expected.score):
            failed += 1
            assert trial.state == TrialState.FAIL
            assert trial.user_attrs["error"] == "ValueError: made up"
        else:
            assert trial.state == TrialState.COMPLETE
            assert trial.values == [expected.score, expected.appeal]
    assert failed > 0
    assert seen.user_attrs["photo"] == {"name": "a.jpg", "sha256": "ab"}
    assert seen.best_trials


def test_running_trials_are_live_with_true_times(storage: str) -> None:
    with opened(storage) as study:
        study.begin(0, vectors_of(0))
        (first, *_) = running = foreign(storage).trials
        assert [t.state for t in running] == [TrialState.RUNNING] * 4
        assert first.params == evaluation_of(vectors_of(0)[0]).params
        study.finish(
            [t.number for t in running],
            [evaluation_of(v) for v in vectors_of(0)],
            ledger=counts(4),
        )
    done = foreign(storage).trials[0]
    assert done.datetime_start == first.datetime_start
    assert done.duration is not None
    assert 0 < done.duration.total_seconds() < 60


def test_scorers_that_call_good_low_turn_the_direction_round(storage: str) -> None:
    with opened(storage, higher_is_better=False) as study:
        write_batch(study, 0)
    assert foreign(storage).directions[0].name == "MAXIMIZE"
    with pytest.raises(StudyError, match="has other objectives"), opened(storage):
        pass


def test_a_study_made_with_other_attributes_is_refused_with_the_difference(storage: str) -> None:
    with opened(storage):
        pass
    other = {**ATTRIBUTES, "photo": {"name": "a.jpg", "sha256": "cd"}}
    with (
        pytest.raises(StudyError, match=r"was made with photo.sha256 'ab', not 'cd'"),
        opened(storage, attributes=other),
    ):
        pass
    with opened(storage, about={"versions": {"numpy": "1"}}) as study:
        study.annotate({"versions": {"numpy": "2"}})
    assert Study.load(storage, "a-fake-1").attributes["versions"] == {"numpy": "2"}


def test_kept_answers_are_recalled(storage: str) -> None:
    with opened(storage) as study:
        assert study.recall("verify:3") is None
        study.keep("verify:3", {"score": 1 / 3}, ledger=counts(1))
    with opened(storage) as study:
        assert study.recall("verify:3") == {"score": 1 / 3}


def test_readers_cannot_write_and_do_not_create(storage: str, tmp_path: Path) -> None:
    with opened(storage) as study:
        write_batch(study, 0)
    study = Study.load(storage, "a-fake-1")
    with pytest.raises(StudyError, match="open for reading"):
        study.keep("x", 1)
    with pytest.raises(UnknownNameError, match="did you mean 'a-fake-1'"):
        Study.load(storage, "b-fake-1")
    assert Study.load(storage, "a-fa").name == "a-fake-1"
    with pytest.raises(StudyError, match="there is no storage"):
        Study.load(tmp_path / "none.journal", "a")
    assert not (tmp_path / "none.journal").exists()


def test_parameters_beyond_their_range_by_a_rounding_error_are_recorded(journal: str) -> None:
    # -0.1 + (0.3 - -0.1) is 0.30000000000000004, which Optuna would refuse.
    space = FilterSpace([Filter("lift", (Param("lift", -0.5, 0.3, -0.1, "", "made up"),))])
    with Study.open(journal, "a-fake-1", space, higher_is_better=True, attributes={}) as study:
        study.begin(0, [[1.0], [-1.0]])
        assert [t.params for t in foreign(journal).trials] == [{"lift": 0.3}, {"lift": -0.5}]
