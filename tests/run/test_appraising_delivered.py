"""`blackcamo appeal` of what a search delivered says what the search said."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blackcamo.cli import main
from blackcamo.preset import read_preset
from blackcamo.run import SearchResult, appraise
from blackcamo.types import Pixels
from tests.run.conftest import Search, write_photo

pytestmark = pytest.mark.usefixtures("plugged_in")


@dataclass(frozen=True)
class Delivered:
    """A photo, and the file and preset that a search made of it."""

    photo: Path
    file: Path
    preset: Path
    appeal: float


@pytest.fixture
def measure() -> Callable[[Pixels], float]:
    """High for the photo, which is asked about first, and low for every candidate."""
    first: list[Pixels] = []

    def fooled(image: Pixels) -> float:
        first.append(image)
        return 60.0 if np.array_equal(image, first[0]) else 40.0

    return fooled


@pytest.fixture
def searched(run_search: Search, tmp_path: Path) -> Delivered:
    """A file whose geometry is a turn and a keystone."""
    photo = write_photo(tmp_path / "wide.jpg", height_px=240, width_px=320)
    return delivered(run_search(photo, styles=("lean",), budget=24, appeal_floor=0.0))


def delivered(found: SearchResult) -> Delivered:
    assert found.output is not None
    assert found.preset is not None
    assert found.appeal is not None
    return Delivered(found.photo, found.output, found.preset, found.appeal)


@pytest.mark.parametrize(
    "options",
    [
        {"styles": ("lean",)},
        {"styles": ("lean",), "finish": "gallery"},
        {"styles": ("cut", "vivid", "black-and-white", "lomo")},
        {"styles": ("cut",), "keep_size": True, "quality": 80},
        {"mode": "imperceptible"},
    ],
    ids=["lean", "framed", "styles", "kept-size", "imperceptible"],
)
def test_every_file_has_the_appeal_that_its_search_recorded(
    run_search: Search, tmp_path: Path, options: dict[str, Any]
) -> None:
    photo = write_photo(tmp_path / "wide.jpg", height_px=240, width_px=320)
    found = run_search(photo, budget=32, appeal_floor=0.0, **options)
    assert found.output is not None
    files = [found.output, *(choice.output for choice in found.choices)]
    assert len(files) == min(3, len(options.get("styles", files)))
    for result in appraise(photo, files):
        preset = Path(str(result.photo).replace(".camo.jpg", ".preset.json"))
        assert result.preset == preset
        recorded = read_preset(preset)
        assert result.appeal == pytest.approx(recorded.recorded("appeal", float), abs=0.01)
        parts = recorded.recorded("appeal_parts", dict)
        assert result.parts == pytest.approx(parts, abs=0.1)


def test_its_preset_is_found_by_its_bytes_under_any_name(searched: Delivered) -> None:
    renamed = searched.file.with_name("holiday.jpg")
    searched.file.rename(renamed)
    (result,) = appraise(searched.photo, [renamed])
    assert result.preset == searched.preset
    assert result.appeal == pytest.approx(searched.appeal, abs=0.01)


def test_its_preset_may_be_named_and_is_not_needed(searched: Delivered, tmp_path: Path) -> None:
    alone = tmp_path / "alone" / "holiday.jpg"
    alone.parent.mkdir()
    shutil.copy(searched.file, alone)
    (named,) = appraise(searched.photo, [alone], preset=searched.preset)
    assert named.preset == searched.preset
    assert named.appeal == pytest.approx(searched.appeal, abs=0.01)
    (without,) = appraise(searched.photo, [alone])
    assert without.preset is None
    assert without.appeal == pytest.approx(searched.appeal, abs=5)


def test_a_photo_saved_anew_is_known_by_its_pixels(run_search: Search, tmp_path: Path) -> None:
    photo = write_photo(tmp_path / "wide.jpg", height_px=240, width_px=320)
    searched = delivered(
        run_search(photo, styles=("cut",), keep_size=True, budget=24, appeal_floor=0.0)
    )
    with Image.open(searched.photo) as image:
        image.save(tmp_path / "anew.png")
    (result,) = appraise(tmp_path / "anew.png", [searched.file])
    assert result.preset == searched.preset
    assert result.appeal == pytest.approx(searched.appeal, abs=1)


@pytest.mark.parametrize("scale", [1.0, 0.75])
def test_what_became_of_it_since_is_found_in_what_the_preset_makes(
    searched: Delivered, scale: float
) -> None:
    with Image.open(searched.file) as image:
        size = round(image.width * scale), round(image.height * scale)
        image.resize(size, Image.Resampling.LANCZOS).save(searched.file, quality=92)
    (result,) = appraise(searched.photo, [searched.file])
    assert result.appeal == pytest.approx(searched.appeal, abs=5)


def test_another_file_of_that_name_is_judged_by_what_it_shows(searched: Delivered) -> None:
    shutil.copy(searched.photo, searched.file)
    (result,) = appraise(searched.photo, [searched.file])
    assert result.preset is None
    assert result.appeal == pytest.approx(90, abs=2)


def test_the_preset_of_another_photo_does_no_harm(searched: Delivered, tmp_path: Path) -> None:
    other = write_photo(tmp_path / "other.jpg", height_px=240, width_px=321)
    shutil.copy(other, searched.file.with_name("mine.camo.jpg"))
    shutil.copy(searched.preset, searched.preset.with_name("mine.preset.json"))
    searched.preset.with_name("torn.preset.json").write_text("{")
    (result,) = appraise(other, [searched.file.with_name("mine.camo.jpg")])
    assert result.preset is None
    assert result.appeal == pytest.approx(90, abs=2)


def test_a_named_preset_that_made_no_such_picture_is_refused_in_one_line(
    searched: Delivered, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    words = ["appeal", str(searched.photo), str(tmp_path / "noise.png"), "--json"]
    assert main([*words, "--preset", str(searched.preset)]) == 2
    captured = capsys.readouterr()
    (line,) = captured.err.strip().splitlines()
    assert "noise.png: not comparable" in line
    (result,) = json.loads(captured.out)["results"]
    assert result["appeal"] is None
    assert result["preset"] is None
    missing = tmp_path / "missing.preset.json"
    assert main([*words, "--preset", str(missing)]) == 2
    assert f"{missing}: preset cannot be read" in capsys.readouterr().err


def test_the_mode_is_the_presets_own(run_search: Search, photo: Path) -> None:
    searched = delivered(run_search(photo, styles=("vivid",), budget=24, appeal_floor=0.0))
    document = json.loads(searched.preset.read_text())
    searched.preset.write_text(json.dumps({**document, "mode": "imperceptible"}))
    (strict,) = appraise(searched.photo, [searched.file])
    (asked,) = appraise(searched.photo, [searched.file], mode="enhance")
    (same,) = appraise(searched.photo, [searched.file], mode="imperceptible")
    assert strict.parts == same.parts != asked.parts
