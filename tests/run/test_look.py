"""Searching the look of a file, and what is left when the file is gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from blackcamo import run
from blackcamo.errors import OptionError, PresetError
from blackcamo.exporters import export_preset
from blackcamo.images import load_photo
from blackcamo.looks import Look, read_look
from blackcamo.preset import Preset, read_preset
from blackcamo.study import Study
from blackcamo.types import LookFilter, Pixels
from tests.looks.files import cube_text, film, write_hald
from tests.run.conftest import Search


@pytest.fixture
def measure() -> Callable[[Pixels], float]:
    """Brightness on a scale on which little is much, as the look of these tests darkens."""
    return lambda image: min(max(50 + 5 * (float(image.mean()) / 2.55 - 47.4), 0.0), 100.0)


@pytest.fixture
def cube(tmp_path: Path) -> Path:
    path = tmp_path / "dusk.cube"
    path.write_text(cube_text(film(17)))
    return path


def test_it_races_alone_or_beside_the_styles_that_are_named(run_search: Search, cube: Path) -> None:
    for styles, expected in ((None, {"look"}), (("vivid",), {"look", "vivid"})):
        result = run_search(look=cube, styles=styles, budget=24, into=str(styles))
        assert result.preset is not None
        storage = result.preset.parent / "studies.journal"
        trials = Study.load(storage, str(result.study)).evaluations().values()
        assert {e.style for e in trials} == {"none", *expected}


def test_its_strength_is_searched_with_light_and_clarity(run_search: Search, cube: Path) -> None:
    result = run_search(look=cube)
    assert result.preset is not None
    preset = read_preset(result.preset)
    assert "look" in preset.filters
    trials = run.front(str(result.study), storage=str(result.preset.parent / "studies.journal"))
    looks = [t.params for t in trials if t.style == "look"]
    assert any(p["look_percent"] >= 40 and p["exposure_ev"] != 0 for p in looks)
    assert any('look "dusk" ' in t.recipe for t in trials)


def test_its_strength_stays_where_it_is_asked_to_be_and_is_told(
    run_search: Search, cube: Path
) -> None:
    result = run_search(look=cube, look_strength=(3.0, 5.0), budget=24)
    assert result.preset is not None
    trials = Study.load(result.preset.parent / "studies.journal", str(result.study)).evaluations()
    strengths = [e.params["look_percent"] for e in trials.values() if e.style == "look"]
    assert strengths
    assert all(3 <= strength <= 5 for strength in strengths)
    told = run.front(str(result.study), storage=str(result.preset.parent / "studies.journal"))
    # However weak it is: it was asked for.
    assert all('look "dusk" ' in trial.recipe for trial in told if trial.style == "look")
    for wrong in ((0.0, 50.0), (60.0, 50.0), (50.0, 101.0)):
        with pytest.raises(OptionError, match="look strength"):
            run_search(look=cube, look_strength=wrong)


def test_nothing_needs_the_file_once_the_search_is_done(
    run_search: Search, cube: Path, photo: Path, tmp_path: Path
) -> None:
    result = run_search(look=cube)
    digest = read_look(cube).sha256
    cube.unlink()
    assert result.output is not None
    assert result.preset is not None
    assert run.verify(result.output).reproduced
    (applied,) = run.apply(result.preset, [photo], out=tmp_path / "applied")
    assert applied.output is not None
    assert applied.output.read_bytes() == result.output.read_bytes()
    storage = str(tmp_path / "out" / "studies.journal")
    exported = run.export(
        str(result.study), storage=storage, formats=("json", "cube", "pillow"), out=tmp_path / "ex"
    )
    (again,) = exported.exports["json"].files
    assert again.read_bytes() == result.preset.read_bytes()
    look = read_preset(again).look
    assert look is not None
    assert Look.from_json(look).sha256 == digest
    assert read_preset(again).recorded("look", dict) == {"name": "dusk", "sha256": digest}


def test_a_preset_exported_and_read_back_is_itself(
    run_search: Search, cube: Path, photo: Path, tmp_path: Path
) -> None:
    """What was exported as .cube and comes back at full strength gives the same picture."""
    first = run_search(look=cube)
    assert first.preset is not None
    found = read_preset(first.preset)
    # A table carries colours alone.
    names = {p.name for f in found.chain().filters if isinstance(f, LookFilter) for p in f.params}
    preset = replace(found, params={n: v for n, v in found.params.items() if n in names})
    for name in ("cube", "hald"):
        export = export_preset(preset, format=name, folder=tmp_path, stem="back")
        look = read_look(export.files[0])
        again = Preset(
            filters=("look",), lut_size=look.size, params={"look_percent": 100.0},
            look=look.to_json(),
        )  # fmt: skip
        assert look.size == {"cube": 33, "hald": 64}[name]
        pictures = []
        for what in (preset, again):
            (applied,) = run.apply(what, [photo], out=tmp_path / "x", before_channel=True)
            assert applied.output is not None
            pictures.append(load_photo(applied.output).pixels.astype(int))
        assert np.abs(pictures[0] - pictures[1]).max() <= 1


def test_a_study_goes_on_with_its_look_and_another_look_is_another_study(
    run_search: Search, cube: Path, tmp_path: Path
) -> None:
    first, again = run_search(look=cube), run_search(look=cube, budget=80)
    assert first.study == again.study
    assert again.queries["total"] != first.queries["total"]
    cube.write_text(cube_text(film(17) * 0.99))
    other = run_search(look=cube)
    assert len({first.study, other.study, run_search().study}) == 3
    write_hald(tmp_path / "dusk.png", 4)
    assert run_search(look=tmp_path / "dusk.png", budget=2).study not in (first.study, other.study)


def test_what_reading_changed_is_a_note(run_search: Search, tmp_path: Path) -> None:
    path = tmp_path / "hot.cube"
    path.write_text(cube_text(film(9) * 1.2))
    assert any("outside of 0-1 were clipped" in note for note in run_search(look=path).notes)


def test_a_large_look_is_kept_in_pieces(run_search: Search, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).random((33, 33, 33, 3))
    path = tmp_path / "noise.cube"
    path.write_text(cube_text(noise))
    result = run_search(look=path, budget=10)
    exported = run.export(
        str(result.study),
        storage=str(tmp_path / "out" / "studies.journal"),
        pick=1,
        formats=("json",),
        out=tmp_path / "ex",
    )
    look = read_preset(exported.exports["json"].files[0]).look
    assert look is not None
    assert len(str(look["png"])) > 200_000
    assert Look.from_json(look).sha256 == read_look(path).sha256


def test_a_bad_look_is_refused_before_the_first_query(run_search: Search, tmp_path: Path) -> None:
    (tmp_path / "bad.cube").write_text("LUT_3D_SIZE 2\n0 0 0\n")
    with pytest.raises(PresetError, match=r"bad\.cube has 1 rows of colours"):
        run_search(look=tmp_path / "bad.cube")
    assert not (tmp_path / "out").exists()
