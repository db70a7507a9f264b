"""blackcamo studies and front: what was searched when, found by its beginning, without torch."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blackcamo import run
from blackcamo.cli import main
from blackcamo.run.recipes import RECIPES
from blackcamo.run.review import Review
from blackcamo.study import Study
from blackcamo.types import UNCHANGED, ScorerInfo
from tests.study.conftest import ATTRIBUTES, opened

SEARCH = (
    "--scorer", "python:tests.cli.fakes:plainness", "--threshold", "50", "--target", "49",
    "--budget", "24", "--style", "vivid,clear", "--no-pictures", "-q",
)  # fmt: skip


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[int, str]]:
    """A folder with two searches of a photo, and an empty study; the names of both by seed."""
    folder = tmp_path_factory.mktemp("studies")
    photo, storage = folder / "photo.jpg", str(folder / "studies.journal")
    y, x = np.mgrid[0:96, 0:128]
    scene = 122 + 60 * np.sin(x / 9) + 40 * np.cos(y / 7)
    pixels = np.clip(np.stack([scene, scene - 10, scene + 12], -1), 0, 255)
    Image.fromarray(pixels.astype(np.uint8)).save(photo, quality=95)
    leave_empty(storage, "photo-empty-00000000")
    for seed in (7, 3):
        words = [*SEARCH, "--seed", str(seed), "--storage", storage, "--out", str(folder / "out")]
        assert main(["search", str(photo), *words]) in (0, 3)
    entries = run.studies(storage)
    return folder, {entry.seed: entry.name for entry in entries if entry.seed is not None}


def leave_empty(storage: str, name: str) -> None:
    """What a search leaves that failed before the first query."""
    with opened(storage, name, attributes={**ATTRIBUTES, "scorer": asdict(ScorerInfo("fake"))}):
        pass


def answer(capsys: pytest.CaptureFixture[str], *words: object) -> Any:
    assert main([*map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_studies_tell_date_style_mode_seed_and_result_the_newest_last(
    searched: tuple[Path, Mapping[int, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, names = searched
    storage = ("--storage", folder / "studies.journal")
    listed = answer(capsys, "studies", *storage)["studies"]
    assert [(entry["seed"], entry["mode"]) for entry in listed] == [(7, "enhance"), (3, "enhance")]
    assert [entry["name"] for entry in listed] == [names[7], names[3]]
    newest = listed[-1]
    assert newest["date"] >= listed[0]["date"]
    presets = [json.loads(p.read_text()) for p in (folder / "out").glob("*.preset.json")]
    of_it = [p for p in presets if p["provenance"]["study"] == names[3]]
    (preset,) = (p for p in of_it if p["style"] == newest["style"])
    recorded = preset["provenance"]
    assert newest["best_score"] == recorded["score_after"]
    assert newest["score_before"] == recorded["score_before"]
    assert (newest["verdict"] == "camouflaged") == recorded["succeeded"]
    assert main(["studies", *map(str, storage)]) == 0
    header, first, last = capsys.readouterr().out.splitlines()
    assert header.split() == ["study", "date", "style", "mode", "seed", "trials", "result"]
    assert first.split()[0] == names[7]
    result = f"{newest['score_before']:.1f} -> {newest['best_score']:.1f}, appeal "
    assert result in last
    assert last.endswith(newest["verdict"])
    assert newest["date"][:16] in last


def test_empty_studies_are_hidden_unless_asked_for(
    searched: tuple[Path, Mapping[int, str]], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    storage = ("--storage", searched[0] / "studies.journal")
    first, *_ = answer(capsys, "studies", "--all", *storage)["studies"]
    assert (first["name"], first["trials"], first["date"]) == ("photo-empty-00000000", 0, None)
    assert main(["studies", "--all", *map(str, storage)]) == 0
    assert capsys.readouterr().out.splitlines()[1].endswith("not finished")
    leave_empty(str(tmp_path / "x.journal"), "only-empty-1")
    assert main(["studies", "--storage", str(tmp_path / "x.journal")]) == 0
    told = capsys.readouterr()
    assert len(told.out.splitlines()) == 1
    assert "has no study in which anything was tried; --all lists the others" in told.err


def test_an_ambiguous_beginning_lists_its_studies_and_last_takes_the_newest(
    searched: tuple[Path, Mapping[int, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, names = searched
    storage = ("--storage", str(folder / "studies.journal"))
    assert main(["front", "photo", *storage]) == 2
    err = capsys.readouterr().err
    assert "'photo' is the beginning of 2 studies: " in err
    assert err.index(names[7]) < err.index(names[3]), "the newest last"
    assert "photo-empty" not in err
    assert "take the newest with --last" in err
    assert answer(capsys, "front", "photo", "--last", *storage)["study"] == names[3]
    words = ("--no-score", "--format", "json", "--out", folder / "presets")
    assert answer(capsys, "export", "photo", "--last", *words, *storage)["study"] == names[3]
    assert main(["front", "flower", "--last", *storage]) == 2
    assert "unknown study 'flower'" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("studies",), ("front", "photo", "--last")])
def test_looking_at_studies_loads_no_torch(
    words: tuple[str, ...], searched: tuple[Path, Mapping[int, str]]
) -> None:
    code = (
        "import sys; from blackcamo.cli import main; status = main(sys.argv[1:]); "
        "sys.exit(', '.join({'torch', 'nevergrad'} & set(sys.modules)) or status)"
    )
    storage = ("--storage", str(searched[0] / "studies.journal"))
    told = subprocess.run(
        [sys.executable, "-c", code, *words, *storage], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert "photo" in told.stdout or "trial" in told.stdout


def test_the_recipes_that_are_kept_are_those_of_the_filters(
    searched: tuple[Path, Mapping[int, str]],
) -> None:
    folder, names = searched
    study = Study.load(folder / "studies.journal", names[3])
    review = Review(study)
    kept = dict(review.attributes[RECIPES])
    assert {int(number) for number in kept} >= set(review.front) - {0}
    review.attributes = {k: v for k, v in review.attributes.items() if k != RECIPES}
    assert {number: review.recipe(int(number)) for number in kept} == kept
    others = {review.recipe(n) for n, e in review.trials.items() if e.style != UNCHANGED}
    assert len(others) > 1
