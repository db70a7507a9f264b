"""Names of studies: readable, unique per configuration, found by their beginnings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from blackcamo.errors import UnknownNameError
from blackcamo.study import Study, delete_study, list_studies, study_name
from tests.study.conftest import opened, write_batch


def test_names_are_readable_and_tell_configurations_apart() -> None:
    name = study_name("kodim01", "niqe", {"seed": 0, "batch": 16})
    assert re.fullmatch(r"kodim01-niqe-[0-9a-f]{8}", name)
    assert name == study_name("kodim01", "niqe", {"batch": 16, "seed": 0})
    assert name != study_name("kodim01", "niqe", {"seed": 1, "batch": 16})


@pytest.mark.parametrize(
    ("stem", "readable"),
    [
        ("Été à la mer (2)", "Été-à-la-mer-2"),
        ("a/b\\c:d*e", "a-b-c-d-e"),
        ("...", "..."),
        ("??", "photo"),
        ("x" * 300, "x" * 60),
    ],
)
def test_any_file_name_makes_a_name(stem: str, readable: str) -> None:
    assert study_name(stem, "niqe", {}).rpartition("-niqe-")[0] == readable


def test_studies_are_listed_loaded_and_deleted_by_name(storage: str, tmp_path: Path) -> None:
    for name, batches in (("b-niqe-22", 1), ("a-niqe-11", 2)):
        with opened(storage, name) as study:
            for batch in range(batches):
                write_batch(study, batch)
    listed = list_studies(storage)
    assert [(s.name, s.trials) for s in listed] == [("a-niqe-11", 8), ("b-niqe-22", 4)]
    assert listed[0].attributes["photo"]["name"] == "a.jpg"
    delete_study(storage, "a-niqe-11", pictures=tmp_path / "pictures")
    assert [s.name for s in list_studies(storage)] == ["b-niqe-22"]
    with pytest.raises(UnknownNameError, match="unknown study 'a-niqe-11'; did you mean 'b-niqe"):
        Study.load(storage, "a-niqe-11")


def test_a_beginning_must_be_unique(journal: str) -> None:
    for name in ("a-niqe-11", "a-niqe-12"):
        with opened(journal, name):
            pass
    assert Study.load(journal, "a-niqe-12").name == "a-niqe-12"
    with pytest.raises(UnknownNameError, match=r"a-niqe-11 \(empty\); a-niqe-12 \(empty\)"):
        Study.load(journal, "a-niqe-1")
    with opened(journal, "a-niqe-11") as study:
        write_batch(study, 0)
    assert Study.load(journal, "a-niqe-1").name == "a-niqe-11", "the other one is empty"
    with pytest.raises(UnknownNameError):
        Study.load(journal, "")
