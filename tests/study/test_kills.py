"""A search that is killed anywhere goes on as if nothing had happened."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from optuna.trial import TrialState

from blackcamo.errors import StudyError
from blackcamo.study import Study
from blackcamo.study.storage import open_storage
from tests.study.conftest import (
    PostgreSQL,
    counts,
    evaluation_of,
    opened,
    params_of,
    proposals_of,
    write_batch,
)
from tests.study.processes import REFUSED, die_at, ended, join, posix, search, start

# From Python 3.12 on; the threads are those of the test runner.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")

BATCHES, N = 2, 2


def kill_and_resume(storage: str, name: str, folder: Path, operation: int) -> bool:
    """Kill a search in its n-th operation, finish it and compare; False if it ended before."""
    seen = folder / f"{name}.seen"
    seen.touch()

    def killed() -> None:
        die_at(operation)
        search(storage, name, batches=BATCHES, n=N, seen=seen)

    status = ended(killed)
    assert status in (0, -signal.SIGKILL)
    search(storage, name, batches=BATCHES, n=N, seen=seen)

    study = Study.load(storage, name)
    expected = [evaluation_of(p) for batch in range(BATCHES) for p in proposals_of(batch, N)]
    assert repr(list(study.evaluations().values())) == repr(expected)
    assert list(study.evaluations()) == list(range(BATCHES * N)), "same numbers, none doubled"
    assert [b.index for b in study.batches()] == list(range(BATCHES))
    assert study.ledger["total"] == BATCHES * N
    assert len(seen.read_text()) == study.ledger["total"] + study.ledger["lost"]
    assert study.ledger["lost"] <= N
    store = open_storage(storage)
    trials = store.optuna.get_all_trials(store.optuna.get_study_id_from_name(name))
    assert {t.state for t in trials} <= {TrialState.COMPLETE, TrialState.FAIL}
    assert len(trials) == BATCHES * N
    return status != 0


@posix
@pytest.mark.parametrize("stride", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_a_journal_survives_a_kill_in_any_write(tmp_path: Path, stride: int) -> None:
    storage = str(tmp_path / "x.journal")
    operation = 1
    while kill_and_resume(storage, f"s{operation}", tmp_path, operation):
        operation += stride
    assert operation > 20


@posix
@pytest.mark.parametrize("stride", [29, pytest.param(1, marks=pytest.mark.slow)])
def test_a_database_survives_a_kill_in_any_statement(
    postgresql: str, tmp_path: Path, stride: int
) -> None:
    operation = 1
    while kill_and_resume(postgresql, f"s{operation}", tmp_path, operation):
        operation += stride
    assert operation > 40


def test_an_error_leaves_no_trial_running_and_counts_what_was_lost(storage: str) -> None:
    proposals = proposals_of(1)
    with opened(storage) as study:
        write_batch(study, 0)
        study.begin(1, proposals, params_of(proposals))
        study.sending(counts(8))
        with pytest.raises(ZeroDivisionError), opened(storage, "other") as other:
            divide(other.begin(0, proposals, params_of(proposals))[0], by=0)
    study = Study.load(storage, "a-fake-1")
    assert len(study.evaluations()) == 4
    assert (study.ledger["total"], study.ledger["lost"]) == (4, 4)
    with opened(storage) as study:
        write_batch(study, 1)
    study = Study.load(storage, "a-fake-1")
    assert [b.numbers for b in study.batches()] == [(0, 1, 2, 3), (8, 9, 10, 11)]
    assert (study.ledger["total"], study.ledger["lost"]) == (8, 4)
    assert not Study.load(storage, "other").evaluations()


@posix
def test_notes_of_a_batch_count_once_it_is_recorded(storage: str) -> None:
    proposals = proposals_of(0)

    def killed() -> None:
        with opened(storage) as study:
            numbers = study.begin(0, proposals, params_of(proposals))
            study.sending(counts(4))
            write = study.store.write

            def write_or_die(study_id: int, key: str, value: object) -> None:
                if key.endswith("answers"):
                    os.kill(os.getpid(), signal.SIGKILL)
                write(study_id, key, value)

            study.store.write = write_or_die  # type: ignore[method-assign]
            wrong = [replace(evaluation_of(p), jpeg_bytes=1) for p in proposals]
            study.finish(numbers, wrong, ledger=counts(4))

    assert ended(killed) == -signal.SIGKILL
    assert not Study.load(storage, "a-fake-1").evaluations()
    with opened(storage) as study:
        assert (study.ledger["total"], study.ledger["lost"]) == (0, 4)
        numbers = study.begin(0, proposals, params_of(proposals))
        assert numbers == (0, 1, 2, 3)
        study.finish(numbers, [evaluation_of(p) for p in proposals], ledger=counts(4))
    found = Study.load(storage, "a-fake-1").evaluations()
    assert [repr(e) for e in found.values()] == [repr(evaluation_of(p)) for p in proposals]


@posix
def test_other_candidates_than_the_killed_ones_get_new_trials(journal: str) -> None:
    def killed() -> None:
        with opened(journal) as study:
            study.begin(0, proposals_of(0), params_of(proposals_of(0)))
            os.kill(os.getpid(), signal.SIGKILL)

    assert ended(killed) == -signal.SIGKILL
    with opened(journal) as study:
        first, _, third, _ = proposals_of(0)
        # One has the vector of the third in another style, two are asked for again, one is new:
        # two are lost.
        asked = [replace(third, style="noir"), third, proposals_of(5)[0], first]
        numbers = study.begin(0, asked, params_of(asked))
        assert numbers == (4, 2, 5, 0)
        study.finish(numbers, [evaluation_of(p) for p in asked], ledger=counts(4))
    assert list(Study.load(journal, "a-fake-1").evaluations()) == [0, 2, 4, 5]


@posix
def test_of_processes_that_come_at_once_one_writes(storage: str) -> None:
    ready, go = os.pipe()
    done, finish = os.pipe()

    def contend() -> None:
        os.close(go)
        os.close(finish)
        os.read(ready, 1)
        with opened(storage) as study:
            write_batch(study, 0)
            # Hold the study until everybody has tried.
            os.read(done, 1)

    pids = [start(contend) for _ in range(3)]
    os.close(go)
    refused = [join_any(pids) for _ in range(2)]
    assert refused == [REFUSED, REFUSED]
    os.close(finish)
    assert join_any(pids) == 0
    assert len(Study.load(storage, "a-fake-1").evaluations()) == 4


def divide(number: int, *, by: int) -> float:
    return number / by


def join_any(pids: list[int]) -> int:
    pid, status = os.wait()
    pids.remove(pid)
    return os.waitstatus_to_exitcode(status)


@posix
@pytest.mark.parametrize("kind", ["journal", "postgresql"])
@pytest.mark.parametrize("batches", [4, pytest.param(32, marks=pytest.mark.slow)])
def test_four_processes_write_four_studies_into_one_storage(
    kind: str, batches: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    storage = request.getfixturevalue(kind)

    def work(index: int) -> None:
        search(storage, f"s{index}", batches=batches, n=16, seen=tmp_path / f"{index}")

    pids = [start(partial(work, index)) for index in range(4)]
    assert [join(pid) for pid in pids] == [0, 0, 0, 0]
    for index in range(4):
        study = Study.load(storage, f"s{index}")
        assert list(study.evaluations()) == list(range(16 * batches))
        assert study.ledger == {**counts(16 * batches), "lost": 0, "checks": 0}
        expected = [evaluation_of(p) for batch in range(batches) for p in proposals_of(batch, 16)]
        assert repr(list(study.evaluations().values())) == repr(expected)


def test_a_database_that_stops_is_reported_and_gone_on_with_when_it_is_back(
    postgresql: str, postgresql_server: PostgreSQL
) -> None:
    with opened(postgresql) as study:
        write_batch(study, 0)
        postgresql_server.stop()
        try:
            with pytest.raises(StudyError, match=r"postgresql.*; the work so far is kept") as error:
                write_batch(study, 1)
            assert "\n" not in str(error.value)
        finally:
            postgresql_server.start()
        write_batch(study, 1)
    assert len(Study.load(postgresql, "a-fake-1").evaluations()) == 8
