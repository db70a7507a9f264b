"""The order that choices imply, and the notes that people may add to."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from blackcamo.errors import UnknownNameError
from blackcamo.study import Study, delete_study
from blackcamo.study.jury import judged, jury_pictures, open_jury, worths
from blackcamo.study.jury_name import jury_name
from tests.study.conftest import opened, write_batch


def order(preferences: list[tuple[int, int]]) -> list[int]:
    found = worths(preferences)
    return sorted(found, key=lambda n: -found[n])


def test_who_goes_first_is_worst() -> None:
    left, preferences = [4, 7, 1, 9, 3], []
    for worst in (7, 3, 4, 9):
        left.remove(worst)
        preferences += [(better, worst) for better in left]
    assert order(preferences) == [1, 9, 4, 3, 7]
    found = worths(preferences)
    assert sum(found.values()) == pytest.approx(0, abs=1e-4)
    assert max(map(abs, found.values())) < 20, "finite, though some always win"


def test_contradictions_are_weighed() -> None:
    assert order([(1, 2), (1, 2), (2, 1)]) == [1, 2]
    assert worths([(1, 2), (2, 1)]) == pytest.approx({1: 0, 2: 0}, abs=1e-6)
    assert worths([]) == {}


def test_the_order_does_not_depend_on_that_of_the_choices() -> None:
    preferences = [(1, 2), (1, 3), (2, 3), (3, 1), (1, 2)]
    expected = worths(preferences)
    for some in itertools.islice(itertools.permutations(preferences), 0, None, 17):
        assert worths(list(some)) == pytest.approx(expected, abs=1e-4)


def test_what_people_write_below_our_note_is_kept(storage: str) -> None:
    dashboard = pytest.importorskip("optuna_dashboard", reason="the extra dashboard is missing")
    import optuna

    with opened(storage) as study:
        write_batch(study, 0)
        study.describe("first " + "x" * 5000)
        theirs = optuna.load_study(study_name=study.name, storage=study.store.optuna)
        note = dashboard.get_note(theirs)
        assert note.startswith("first xxx")
        assert "below this line is kept" in note
        dashboard.save_note(theirs, note + "\nNot for the web site.")
        study.describe("second")
        note = dashboard.get_note(theirs)
        assert note.startswith("second\n")
        assert note.endswith("Not for the web site.")
        version = study.store.read(study.id, "dashboard:note_ver")
        study.describe("second")
        assert study.store.read(study.id, "dashboard:note_ver") == version, "nothing to write"
        dashboard.save_note(theirs, "mine alone")
        study.describe("third")
        assert dashboard.get_note(theirs) == "mine alone"
    assert Study.load(storage, "a-fake-1").evaluations()


def test_choices_on_any_storage_are_read_back(storage: str, tmp_path: Path) -> None:
    preferential = pytest.importorskip(
        "optuna_dashboard.preferential", reason="the extra dashboard is missing"
    )
    from optuna.samplers import RandomSampler

    with opened(storage) as study:
        write_batch(study, 0)
        study.pictures(tmp_path).add({n: (f"{n}.jpg", bytes([n])) for n in (0, 2, 3)})
    study = Study.load(storage, "a-fake-1")
    with pytest.raises(UnknownNameError, match=r"has no jury; `blackcamo dashboard a-fake-1`"):
        judged(study)
    open_jury(study, [0, 1, 2], tmp_path, seed=3)
    assert [(j.number, j.worth, j.vetoed) for j in judged(study)] == [
        (0, None, False),
        (2, None, False),
    ], "trial 1 has no picture"
    open_jury(study, [0, 2, 3], tmp_path, seed=3)
    shown = [j.number for j in judged(study)]
    assert shown == [0, 2, 3], "none twice"
    assert sorted(p.path.read_bytes() for p in jury_pictures(study, tmp_path)) == [
        bytes([n]) for n in shown
    ]
    jury = preferential.load_study(
        study_name=jury_name(study.name), storage=study.store.optuna, sampler=RandomSampler()
    )
    by_number = {trial.user_attrs["trial"]: trial for trial in jury.trials}
    jury.report_preference([by_number[0], by_number[3]], by_number[2])
    ranked = judged(study)
    assert [(j.number, j.vetoed) for j in ranked] == [(0, False), (3, False), (2, True)]
    delete_study(storage, study.name, pictures=tmp_path)
    assert not list(tmp_path.glob("*-*"))
    assert study.store.optuna.get_all_studies() == []
