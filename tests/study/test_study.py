"""A study records everything, exactly, and Optuna itself can read it."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna.trial import TrialState
from sqlalchemy.pool import NullPool

from blackcamo.errors import StudyError, UnknownNameError
from blackcamo.strategies import Race
from blackcamo.study import Study, delete_study, list_studies
from blackcamo.types import UNCHANGED, Evaluation, Free, Proposal, Style
from tests.study.conftest import (
    ATTRIBUTES,
    SPACES,
    VIVID,
    counts,
    evaluation_of,
    opened,
    params_of,
    proposals_of,
    spaces_of,
    write_batch,
)


def same(a: Iterable[Evaluation], b: Iterable[Evaluation]) -> bool:
    """Equality with NaN equal to itself, whatever the order of parameters."""

    def told(one: Evaluation) -> str:
        return repr(replace(one, params=dict(sorted(one.params.items()))))

    return list(map(told, a)) == list(map(told, b))


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
        expected = proposals_of(batch.index, len(batch.numbers))
        assert batch.proposals == expected
        assert same(batch.evaluations, [evaluation_of(p) for p in expected])
    assert same(study.evaluations().values(), [e for b in batches for e in b.evaluations])
    assert list(study.evaluations()) == list(range(8))
    assert any(math.isnan(e.score) for e in study.evaluations().values())
    assert {e.style for e in study.evaluations().values()} == {"vivid", "noir"}


def test_the_parameters_that_stand_for_a_proposal_are_recorded(storage: str) -> None:
    # As after a repair: neither the free nor the fixed ones are those of the vector, and what
    # hides is drawn to nothing, which its range does not hold.
    proposal = proposals_of(0, 3)[2]
    params = {"contrast": 1 / 3, "exposure_ev": 0.1 + 0.2, "levels": 14.0, "ripple": 0.1}
    evaluation = replace(evaluation_of(proposal), params=params)
    with opened(storage) as study:
        study.finish(study.begin(0, [proposal], [params]), [evaluation], ledger=counts(1))
    ((number, found),) = Study.load(storage, "a-fake-1").evaluations().items()
    assert (number, found.vector) == (0, proposal.vector)
    assert same([found], [evaluation])


def test_the_photo_unchanged_is_a_style_of_its_own(storage: str) -> None:
    unchanged = Proposal(UNCHANGED, ())
    with opened(storage) as study:
        numbers = study.begin(0, [unchanged], [{}])
        study.finish(numbers, [evaluation_of(unchanged)], ledger=counts(1))
        write_batch(study, 1)
    first = Study.load(storage, "a-fake-1").evaluations()[0]
    assert (first.style, first.vector, first.params) == (UNCHANGED, (), {})
    assert foreign(storage).trials[0].params == {"style": UNCHANGED}


def test_a_race_goes_on_from_its_record_as_if_it_had_never_stopped(storage: str) -> None:
    def race() -> Race:
        lanes = {name: space.lane for name, space in SPACES.items()}
        return Race(lanes, budget=60, batch=6, seed=3)

    def loss(evaluation: Evaluation) -> float:
        return 99.0 if math.isnan(evaluation.score) else evaluation.score - evaluation.appeal / 9

    def go_on(study: Study, batches: int) -> list[list[Proposal]]:
        racing, told = race(), []
        for index in range(batches):
            recorded = next((b for b in study.batches() if b.index == index), None)
            proposals = racing.ask(6)
            if recorded is None:
                numbers = study.begin(index, proposals, params_of(proposals))
                found = [evaluation_of(p) for p in proposals]
                study.finish(numbers, found, ledger=counts(6 * index + len(proposals)))
            else:
                assert recorded.proposals == proposals
                found = list(recorded.evaluations)
            racing.tell(proposals, [loss(e) for e in found])
            told.append(proposals)
        return told

    with opened(storage) as study:
        whole = go_on(study, 9)
    for batches in (3, 6, 9):
        with opened(storage, "in-parts") as study:
            parts = go_on(study, batches)
    assert parts == whole
    studies = [Study.load(storage, name) for name in ("a-fake-1", "in-parts")]
    assert same(*[study.evaluations().values() for study in studies])
    assert any(p.vector[2] > -1 for batch in whole for p in batch), "something hides in the end"


def test_optuna_sees_styles_physical_units_states_directions_and_names(storage: str) -> None:
    with opened(storage) as study:
        for batch in range(6):
            write_batch(study, batch)
    seen = foreign(storage)
    assert [d.name for d in seen.directions] == ["MINIMIZE", "MAXIMIZE"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert seen.metric_names == ["score", "appeal"]
    styles = CategoricalDistribution((UNCHANGED, "vivid", "noir"))
    assert [t.distributions for t in seen.trials[1:3]] == [
        {
            "style": styles,
            "exposure_ev": FloatDistribution(-2.0, 0.0),
            "fade": FloatDistribution(0.0, 0.2),
        },
        {
            "style": styles,
            "exposure_ev": FloatDistribution(-1.0, 1.0),
            "levels": FloatDistribution(10.0, 34.0),
            "ripple": FloatDistribution(0.0, 1.5),
        },
    ], "what is not searched is no parameter"
    proposals = [p for batch in range(6) for p in proposals_of(batch)]
    failed = 0
    for trial, proposal in zip(seen.trials, proposals, strict=True):
        expected = evaluation_of(proposal)
        fixed = VIVID.fixed if proposal.style == "vivid" else {}
        assert {**trial.params, **fixed} == {**expected.params, "style": proposal.style}
        assert trial.user_attrs.get("fixed", {}) == fixed
        assert trial.system_attrs == {}, "constraints would hide trials"
        if math.isnan(expected.score):
            failed += 1
            assert trial.state == TrialState.FAIL
            assert trial.user_attrs["found"]["error"] == "ValueError: made up"
        else:
            assert trial.state == TrialState.COMPLETE
            assert trial.values == [expected.score, expected.appeal]
    assert failed > 0
    assert seen.user_attrs["photo"] == {"name": "a.jpg", "sha256": "ab"}
    assert seen.best_trials


def test_running_trials_are_live_with_true_times(storage: str) -> None:
    proposals = proposals_of(0)
    with opened(storage) as study:
        study.begin(0, proposals, params_of(proposals))
        (_, first, *_) = running = foreign(storage).trials
        assert [t.state for t in running] == [TrialState.RUNNING] * 4
        assert first.params == {"style": "noir", **evaluation_of(proposals[1]).params}
        study.finish(
            [t.number for t in running],
            [evaluation_of(p) for p in proposals],
            ledger=counts(4),
        )
    done = foreign(storage).trials[1]
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
        assert study.recall("verify:3", dict[str, float]) is None
        study.keep("verify:3", {"score": 1 / 3}, ledger=counts(1))
    with opened(storage) as study:
        assert study.recall("verify:3", dict[str, float]) == {"score": 1 / 3}


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


def test_ends_of_ranges_are_recorded_though_sums_would_end_beyond_them(journal: str) -> None:
    # -0.1 + (0.3 - -0.1) is 0.30000000000000004, which Optuna would refuse.
    spaces = spaces_of(Style("s", "Made up.", (Free("exposure_ev", -0.5, 0.3, -0.1),)))
    with Study.open(journal, "a-fake-1", spaces, higher_is_better=True, attributes={}) as study:
        ends = [Proposal("s", (1.0, 0.0)), Proposal("s", (-1.0, 0.0))]
        study.begin(0, ends, [spaces["s"].decode(p.vector) for p in ends])
        seen = [t.params["exposure_ev"] for t in foreign(journal).trials]
    assert seen == [0.3, -0.5]


def test_a_study_of_an_older_version_is_neither_read_nor_gone_on_with(
    storage: str, tmp_path: Path
) -> None:
    with opened(storage) as study:
        write_batch(study, 0)
        study.store.describe(study.id, {"schema": 1})
    with pytest.raises(StudyError, match="was made with schema 1, not 2"), opened(storage):
        pass
    with pytest.raises(StudyError, match=r"'a-fake-1' in .* is of schema 1, and this version read"):
        Study.load(storage, "a-fa")
    assert [(s.name, s.trials) for s in list_studies(storage)] == [("a-fake-1", 4)]
    delete_study(storage, "a-fake-1", pictures=tmp_path)
    assert list_studies(storage) == []
