"""Disk use stays bounded, and what is deleted is gone."""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path

import pytest

from blackcamo import run
from blackcamo.errors import UnknownNameError
from blackcamo.study import Study
from tests.run.conftest import Search


def test_pruning_keeps_the_photo_the_front_and_the_winner(
    run_search: Search, tmp_path: Path
) -> None:
    result = run_search(budget=60)
    storage = str(tmp_path / "out" / "studies.journal")
    folder = tmp_path / "out" / "pictures"
    front = {entry.number for entry in run.front(str(result.study), storage=storage)}
    pictures = Study.load(storage, str(result.study)).pictures(folder)
    before = set(pictures.all())
    assert before > front
    # One that no study knows, long since, and one that a search may be about to record.
    old, new = (folder / str(uuid.uuid4()) for _ in range(2))
    for path in (old, new):
        path.write_bytes(b"x" * 100)
    long_ago = time.time() - 7200
    os.utime(old, (long_ago, long_ago))
    pruned = run.prune_artifacts(storage=storage, pictures=folder)
    after = pictures.all()
    assert set(after) >= front | {0}
    assert pruned.removed == len(before) - len(after) + 1
    assert pruned.kept == len(after)
    assert pruned.removed_bytes > 100
    assert (old.exists(), new.exists()) == (False, True)
    assert len(list(folder.iterdir())) == len(after) + 1
    assert run.prune_artifacts(storage=storage, pictures=folder).removed == 0


def test_a_deleted_study_takes_its_pictures_along(run_search: Search, tmp_path: Path) -> None:
    result = run_search(budget=40)
    storage = str(tmp_path / "out" / "studies.journal")
    folder = tmp_path / "out" / "pictures"
    assert any(folder.iterdir())
    with pytest.raises(UnknownNameError, match="did you mean"):
        run.delete(str(result.study)[:-1], storage=storage)
    run.delete(str(result.study), storage=storage, pictures=folder)
    assert not any(folder.iterdir())
    assert run.studies(storage) == []
    assert result.output is not None
    assert result.output.exists()


def test_a_search_that_is_asked_to_stop_delivers_what_it_has(run_search: Search) -> None:
    asked: list[None] = []

    def stop() -> bool:
        asked.append(None)
        return len(asked) > 2

    stopped = run_search(budget=60, stop=stop, target=1.0)
    assert stopped.output is not None
    assert stopped.queries["search"] == 2 * 8
    assert run.verify(stopped.output).reproduced
    # Run again it goes on to its budget.
    finished = run_search(budget=60, target=1.0)
    assert finished.study == stopped.study
    whole = run_search(budget=60, target=1.0, into="whole")
    assert finished.output is not None
    assert whole.output is not None
    assert finished.output.read_bytes() == whole.output.read_bytes()
