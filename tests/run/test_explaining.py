"""explain: which clauses a camouflage takes, measured on the photo."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from blackcamo import run
from blackcamo.errors import OptionError, PhotoError, PresetError, UnknownNameError
from blackcamo.images import load_photo
from blackcamo.preset import Preset, read_preset
from blackcamo.run.naming import preset_beside
from blackcamo.testing import CountingScorer
from tests.run.conftest import paleness
from tests.run.finished import searched


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explaining")
    assert searched(folder, budget=40, alternatives=1).succeeded
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "copy"))


@pytest.fixture
def preset(folder: Path) -> Preset:
    return meant(folder, folder / "out" / "photo.preset.json")


def meant(folder: Path, target: str | Path) -> Preset:
    return run.preset_meant(target, storage=folder / "out" / "studies.journal")


def test_study_preset_and_camouflage_mean_the_same(folder: Path, preset: Preset) -> None:
    for target in ("photo", folder / "out" / "photo.camo.jpg", folder / "photo.jpg"):
        assert meant(folder, target) == preset


def test_what_means_nothing_is_refused(folder: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"unknown study 'missing\.json'"):
        meant(folder, "missing.json")
    (other := folder / "out" / "photo.camo.jpg").write_bytes((folder / "photo.jpg").read_bytes())
    with pytest.raises(PhotoError, match=f"{other}: is not the file"):
        meant(folder, other)


def test_shares_add_up_and_every_number_is_that_of_a_picture(
    folder: Path, preset: Preset, scorer: CountingScorer
) -> None:
    found = run.explain(preset, photos=[folder])
    assert found.score == preset.provenance["score_after"]
    assert found.appeal == preset.provenance["appeal"]
    assert found.score_before == preset.provenance["score_before"]
    assert found.complete
    assert len(found.clauses) > 2
    shares = [(c.score_share, c.appeal_share) for c in found.clauses]
    score, appeal = (sum(share or math.nan for share in side) for side in zip(*shares, strict=True))
    assert score == pytest.approx(found.score - found.score_before, abs=1e-9)
    assert appeal == pytest.approx(found.appeal - found.appeal_before, abs=1e-9)
    assert scorer.images == found.queries["total"] <= 64
    assert all(call == (1, True) for call in scorer.calls)
    # One of them by another way: the preset without that clause, applied to the photo.
    clause = found.clauses[0]
    left = {
        k: v for k, v in json.loads(preset.to_json())["params"].items() if k not in clause.params
    }
    fewer = Preset.from_json(json.dumps({**json.loads(preset.to_json()), "params": left}))
    (applied,) = run.apply(fewer, [folder / "photo.jpg"], out=folder / "applied")
    assert applied.output is not None
    without = paleness(load_photo(applied.output).pixels)
    assert clause.score_without == pytest.approx(without)
    change = f"{abs(without - found.score):.1f}"
    assert clause.says.startswith(f"without it counting says {change} ")


def test_the_minimal_recipe_is_shorter_verified_and_written(
    folder: Path, preset: Preset, scorer: CountingScorer
) -> None:
    found = run.explain(preset, photos=[folder], out=folder / "less")
    kept = [clause for clause in found.clauses if clause.kept]
    assert 0 < len(kept) < len(found.clauses)
    assert found.output == folder / "less" / "photo.minimal.camo.jpg"
    assert found.preset == preset_beside(found.output)
    written = read_preset(found.preset)
    assert {name for clause in kept for name in clause.params} <= written.params.keys()
    assert not {n for c in found.clauses if not c.kept for n in c.params} & written.params.keys()
    assert written.recorded("score_after", float) == found.score_minimal
    assert written.recorded("appeal", float) == found.appeal_minimal >= found.appeal_floor
    assert found.score_minimal <= found.target
    assert found.score_minimal == pytest.approx(paleness(load_photo(found.output).pixels))
    assert found.queries["verify"] == 1
    assert scorer.images == found.queries["total"]
    assert run.verify(found.output).reproduced
    (shown,) = run.report([folder / "less"], photos=[folder]).results
    assert shown.succeeded
    assert found.strip is not None
    strip = cv2.imdecode(np.fromfile(found.strip, np.uint8), cv2.IMREAD_COLOR)
    assert strip is not None
    assert strip.shape[1] == 1600


def test_files_of_others_stay(folder: Path, preset: Preset, scorer: CountingScorer) -> None:
    (mine := folder / "photo.minimal.explain.png").write_bytes(b"mine")
    found = run.explain(preset, photos=[folder], out=folder)
    assert found.output == folder / "photo.minimal-2.camo.jpg"
    assert mine.read_bytes() == b"mine"


@pytest.mark.parametrize("budget", [3, 5, 8])
def test_the_budget_is_kept(
    folder: Path, preset: Preset, scorer: CountingScorer, budget: int
) -> None:
    found = run.explain(preset, photos=[folder], budget=budget, out=folder / "less")
    assert scorer.images == found.queries["total"] == budget
    assert not found.complete
    assert [clause.score_share for clause in found.clauses] == [None] * len(found.clauses)
    assert sum(clause.score_without is not None for clause in found.clauses) <= budget - 3
    assert found.score_minimal <= found.target


def test_what_cannot_be_explained_is_said(folder: Path, preset: Preset) -> None:
    with pytest.raises(OptionError, match="budget is 2; it must be at least 3"):
        run.explain(preset, photos=[folder], budget=2)
    nothing = Preset.from_json(json.dumps({**json.loads(preset.to_json()), "params": {}}))
    with pytest.raises(PresetError, match="changes nothing"):
        run.explain(nothing, photos=[folder])
