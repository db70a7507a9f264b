"""The order that choices imply, and the notes that people may add to."""

from __future__ import annotations

import itertools

import pytest

from blackcamo.study import Study
from blackcamo.study.jury import worths
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
