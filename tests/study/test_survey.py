"""Journals of many studies: what is read of them, and what is written of a trial."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from blackcamo.errors import StudyError
from blackcamo.run import studies
from blackcamo.study import Study, list_studies
from blackcamo.study.storage import open_storage
from blackcamo.study.survey import summarise
from blackcamo.types import UNCHANGED, Proposal
from tests.study.conftest import counts, evaluation_of, opened, proposals_of, write_batch

SAMPLE = Path(__file__).parents[1] / "data" / "studies_schema2.journal"
"""Three studies of the build before: finished, killed with answers, killed without."""


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return Path(shutil.copy(SAMPLE, tmp_path / "studies.journal"))


def edit(journal: Path, change: Any) -> None:
    """Apply a function to every line but the first, by which a journal is known, parsed."""
    first, *others = journal.read_text().splitlines()
    changed = [json.dumps(change(json.loads(line))) for line in others]
    journal.write_text("\n".join([first, *changed, ""]))


def test_studies_of_the_build_before_are_read_and_gone_on_with(sample: Path) -> None:
    whole = Study.load(sample, "whole")
    asked = [Proposal(UNCHANGED, ()), *proposals_of(1), *proposals_of(2)]
    expected = [repr(evaluation_of(p)) for p in asked]
    assert [*map(repr, whole.evaluations().values())] == expected
    assert whole.recall("look", dict[str, float]) == {"x": 1 / 3}
    for name, lost in (("answered-fake-1", 0), ("sent-fake-1", 4)):
        with opened(sample, name) as study:
            assert len(study.evaluations()) == 8 - lost
            assert study.ledger == {**counts(8 - lost), "lost": lost, "checks": 0}
            write_batch(study, 1 if lost else 2)
            assert list(study.evaluations()) == list(range(8 if lost else 12))


@pytest.mark.parametrize("rewritten", [False, True])
def test_a_survey_says_what_optunas_replay_says(sample: Path, rewritten: bool) -> None:
    with opened(sample, "new") as study:
        write_batch(study, 0)
        study.begin(1, proposals_of(1), [{}] * 4)
        study.annotate({"delivered": {"trial": 2}})
    if rewritten:
        # As programs write it that order fields otherwise.
        edit(sample, lambda log: dict(sorted(log.items(), reverse=True)))
    replayed = JournalStorage(JournalFileBackend(str(sample)))
    expected = [
        summarise(s.study_name, s.user_attrs, replayed.get_all_trials(s._study_id))
        for s in replayed.get_all_studies()
    ]
    found = open_storage(sample).summaries()
    assert found == expected
    assert [s.trials for s in found] == [9, 4, 4, 4]
    assert found[3].style == "vivid"


def test_one_study_of_many_is_read_as_it_is_among_all(sample: Path) -> None:
    for name in ("whole-fake-1", "sent-fake-1"):
        limited, full = open_storage(sample), open_storage(sample)
        limited.limit(name)
        study_id = full.optuna.get_study_id_from_name(name)
        assert limited.optuna.get_study_id_from_name(name) == study_id
        found, expected = (s.optuna.get_all_trials(study_id) for s in (limited, full))
        assert found == expected
        assert [t._trial_id for t in found] == [t._trial_id for t in expected]
        records = [s.optuna.get_study_system_attrs(study_id) for s in (limited, full)]
        assert records[0] == records[1]
        assert limited.optuna.get_n_trials(0) == 9, "those of others are counted"
    assert not limited.optuna.get_all_trials(0)[0].user_attrs, "and no more"


def test_a_trial_takes_less_than_before_and_optuna_reads_it(tmp_path: Path) -> None:
    journal = tmp_path / "new.journal"
    with opened(journal, "a") as study:
        write_batch(study, 1)

    def taken(path: Path) -> float:
        made = [x for x in path.read_bytes().splitlines() if b'"op_code":4' in x]
        return sum(map(len, made)) / len(made)

    assert taken(journal) < 0.75 * taken(SAMPLE)
    logs = [json.loads(line) for line in journal.read_bytes().splitlines()]
    assert len([log for log in logs if log["op_code"] == 8]) == 4, "one note each"
    records = [log["system_attr"] for log in logs if log["op_code"] == 3]
    (answers,) = (r["blackcamo:answers"] for r in records if "blackcamo:answers" in r)
    assert len(json.dumps(answers["trials"])) < 4 * 60, "what is noted is not written again"
    assert max(len(log["worker_id"]) for log in logs) <= 10
    before = JournalStorage(JournalFileBackend(str(SAMPLE))).get_all_trials(0)[1:5]
    now = JournalStorage(JournalFileBackend(str(journal))).get_all_trials(0)
    assert [(t.params, t.distributions, t.values) for t in now] == [
        (t.params, t.distributions, t.values) for t in before
    ]


def test_damage_in_one_study_is_told_with_it_and_leaves_the_others(sample: Path) -> None:
    text = sample.read_bytes()
    # The first study's trial 3 ends in nonsense; where it is from can still be told.
    line = next(x for x in text.splitlines() if b'"op_code":6' in x and b'"trial_id":3' in x)
    sample.write_bytes(text.replace(line, line[: len(line) // 2]))
    listed = {s.name: s for s in list_studies(sample)}
    assert "it is no JSON" in str(listed["whole-fake-1"].damage)
    assert listed["sent-fake-1"].damage is None
    with opened(sample, "sent-fake-1") as study:
        write_batch(study, 1)
    with pytest.raises(StudyError, match=r"is a damaged journal: line \d+: it is no JSON$"):
        Study.load(sample, "whole")


def test_studies_that_lack_fields_are_listed_as_damaged(sample: Path) -> None:
    assert [(e.name, e.verdict) for e in studies(sample)] == [
        # These made-up studies record no scorer.
        (name, "damaged")
        for name in ("whole-fake-1", "answered-fake-1", "sent-fake-1")
    ]


def test_lines_that_tell_nothing_are_named(sample: Path) -> None:
    sample.write_bytes(sample.read_bytes().replace(b'{"op_code":4', b'{"op_kode":4', 1))
    for look in (lambda: list_studies(sample), lambda: open_storage(sample).optuna):
        with pytest.raises(StudyError, match=r"line \d+: operation None is none of Optuna's"):
            look()


def test_a_journal_that_something_shortens_during_a_search_ends_it(tmp_path: Path) -> None:
    journal = tmp_path / "x.journal"
    with opened(journal) as study:
        write_batch(study, 0)
        data = journal.read_bytes()
        journal.write_bytes(data[: data.index(b"\n", len(data) // 2) + 1])
        with pytest.raises(StudyError, match="has become shorter than it was, by another program"):
            write_batch(study, 1)
