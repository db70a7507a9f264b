"""choose and deliver: clearly different results of a study, and any of them in full."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import webbrowser
from pathlib import Path

import numpy as np
import pytest

from blackcamo import run
from blackcamo.cli import main
from blackcamo.errors import OptionError, PhotoError, StudyError
from blackcamo.images import load_photo
from blackcamo.preset import read_preset
from blackcamo.run.differing import different
from blackcamo.run.naming import preset_beside
from blackcamo.testing import CountingScorer
from tests.cli.program import PROGRAM
from tests.run.conftest import MANY, paleness
from tests.run.finished import searched


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("choosing")
    assert searched(folder, budget=40, until="budget", styles=MANY, alternatives=1).succeeded
    return folder


@pytest.fixture(scope="module")
def chosen(made: Path) -> run.ChooseResult:
    """What is shown of it, in its folder ``shown``; made once, as it renders for seconds."""
    return run.choose("photo", storage=storage(made), photos=[made], out=made / "shown")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "copy"))


def storage(folder: Path) -> str:
    return str(folder / "out" / "studies.journal")


def study(folder: Path) -> str:
    return run.study_of(folder / "photo.jpg", storage(folder))


def test_what_is_shown_differs_and_the_delivered_one_is_the_first(
    chosen: run.ChooseResult, folder: Path
) -> None:
    made = chosen
    assert made.study == study(folder)
    assert 2 <= len(made.options) <= 6
    assert "delivered" in made.options[0].known_for
    assert len({option.style for option in made.options}) > 1
    assert {option.verdict for option in made.options} == {"camouflaged"}
    best = max(made.options, key=lambda option: option.appeal)
    assert "most liked" in best.known_for
    page = made.page.read_text("utf-8")
    for option in made.options:
        assert f"blackcamo deliver {made.study} --pick {option.pick}<" in page
    assert str(made.page.parent) not in page
    assert made.sheet.read_bytes().startswith(b"\x89PNG")


def test_a_page_of_another_study_stays(folder: Path) -> None:
    shown = folder / "others"
    shown.mkdir()
    (shown / "photo.choose.html").write_text("mine")
    for _ in range(2):
        made = run.choose("photo", storage=storage(folder), photos=[folder], out=shown)
        assert made.page == shown / "photo-2.choose.html"
    assert (shown / "photo.choose.html").read_text() == "mine"


def test_pictures_that_look_the_same_are_shown_once() -> None:
    levels = {
        n: np.full((2, 2, 3), v, np.float32) for n, v in {4: 90, 1: 91, 2: 99, 3: 103}.items()
    }
    assert different(levels, {4: "a", 1: "b", 2: "c", 3: "d"}) == [4, 3, 2]
    # What is of the first one's style has to differ more to come before others.
    assert different(levels, {4: "a", 1: "b", 2: "c", 3: "a"}) == [4, 2, 3]


def test_any_pick_is_rendered_verified_and_written(
    chosen: run.ChooseResult, folder: Path, scorer: CountingScorer
) -> None:
    made = chosen
    pick = made.options[-1].pick
    for _ in range(2):  # the same files, however often
        found = run.deliver(
            "photo", pick=pick, storage=storage(folder), photos=[folder], out=folder / "shown"
        )
    assert found.output == folder / "shown" / f"photo.trial{pick}.camo.jpg"
    assert found.preset == preset_beside(found.output)
    assert (found.queries["total"], scorer.images) == (2, 4)
    assert found.succeeded
    assert found.score_after == pytest.approx(paleness(load_photo(found.output).pixels))
    assert found.score_after == pytest.approx(made.options[-1].score, abs=0.2)
    assert found.appeal == pytest.approx(made.options[-1].appeal, abs=0.2)
    recorded = read_preset(found.preset)
    assert recorded.recorded("score_after", float) == found.score_after
    digest = recorded.recorded("camouflage", dict)["sha256"]
    assert digest == load_photo(found.output).sha256
    shown = run.report([folder / "shown"], photos=[folder])
    assert [result.error for result in shown.results] == [None]


def test_the_delivered_trial_has_the_bytes_that_the_search_wrote(
    folder: Path, scorer: CountingScorer
) -> None:
    found = run.deliver(
        "photo", pick="best", storage=storage(folder), photos=[folder], out=folder / "again"
    )
    assert found.output is not None
    assert found.output.read_bytes() == (folder / "out" / "photo.camo.jpg").read_bytes()


def test_files_of_others_stay(folder: Path, scorer: CountingScorer) -> None:
    (folder / "photo.trial1.camo.jpg").write_bytes(b"mine")
    found = run.deliver("photo", pick=1, storage=storage(folder), photos=[folder], out=folder)
    assert found.output is not None
    assert found.output.name.startswith("photo.trial1-2.")
    assert any("stays" in note for note in found.notes)
    assert (folder / "photo.trial1.camo.jpg").read_bytes() == b"mine"


def test_what_is_not_there_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="no trial 999"):
        run.deliver("photo", pick=999, storage=storage(folder), photos=[folder])
    with pytest.raises(PhotoError, match="not found"):
        run.choose("photo", storage=storage(folder), photos=[tmp_path / "copy" / "out"])
    other = tmp_path / "other.jpg"
    other.write_bytes(b"other")
    with pytest.raises(StudyError, match="no study of this photo"):
        run.study_of(other, storage(folder))


def test_the_page_opens_in_the_browser_of_the_user(folder: Path) -> None:
    opened = folder / "opened"
    browser = folder / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {opened}\n')
    browser.chmod(0o755)
    done = subprocess.run(
        [*PROGRAM, "choose", "photo.jpg", "--storage", storage(folder), "--open", "--json"],
        cwd=folder,
        env={**os.environ, "BROWSER": str(browser)},
        capture_output=True,
        text=True,
        check=True,
    )
    page = folder / json.loads(done.stdout)["page"]
    assert opened.read_text() == page.as_uri()


def test_a_search_opens_what_there_is_to_choose_from(
    photo: Path, scorer: CountingScorer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    words = ("--budget", "24", "--batch", "8", "--no-pictures", "--quiet", "--open")
    assert main(["search", str(photo), *words]) == 0
    page = tmp_path / "camouflage" / "photo" / "photo.choose.html"
    assert opened == [page.as_uri()]
    assert "blackcamo deliver photo-counting-" in page.read_text("utf-8")
    # Where nothing succeeded there is nothing to choose from.
    assert main(["search", str(photo), *words, "--target", "1", "--seed", "1"]) == 3
    assert len(opened) == 1
