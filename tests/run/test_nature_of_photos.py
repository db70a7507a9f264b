"""Photos without colour and panoramas of a full turn, from the file to what is delivered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blackcamo import run
from blackcamo.images import load_photo
from blackcamo.preset import Preset, read_preset
from blackcamo.run.config import SearchConfig
from blackcamo.run.setup import Setup
from blackcamo.testing import CountingScorer, make_photo
from blackcamo.types import ScorerInfo
from blackcamo.vision.arrays import to_pixels
from tests.images.test_panorama import SPHERE, gpano
from tests.run.conftest import Search

WARM = Preset(
    filters=("tone", "colour", "geometry"),
    lut_size=33,
    params={"exposure_ev": 0.3, "temperature_k": 7500, "crop_percent": 6},
)


@pytest.fixture
def grey(tmp_path: Path) -> Path:
    path = tmp_path / "grey.jpg"
    Image.fromarray(to_pixels(make_photo(96, 128))).convert("L").convert("RGB").save(
        path, quality=95
    )
    return path


@pytest.fixture
def turn(tmp_path: Path) -> Path:
    path = tmp_path / "turn.jpg"
    Image.fromarray(to_pixels(make_photo(96, 192))).save(path, quality=95, xmp=gpano(SPHERE))
    return path


def spread(path: Path | None) -> int:
    assert path is not None
    return int(np.ptp(load_photo(path).pixels, axis=2).max())


class TestGrey:
    @pytest.fixture
    def measure(self) -> object:
        """Brightness, which every style can lower a little."""
        return lambda image: float(image.mean()) / 2.55

    @pytest.mark.parametrize("mode", ["enhance", "imperceptible"])
    def test_what_is_delivered_has_no_colour(
        self, run_search: Search, grey: Path, mode: str
    ) -> None:
        result = run_search(grey, mode=mode, target=1.0)
        assert spread(result.output) == 0
        assert any("has no colour" in note for note in result.notes)
        for choice in result.choices:
            assert spread(choice.output) == 0
        params = read_preset(result.preset or Path()).params
        assert not {"temperature_k", "saturation_percent", "vibrance_percent"} & params.keys()

    def test_a_tint_that_is_named_is_given(self, grey: Path, tmp_path: Path) -> None:
        for style, tinted in (
            ("sepia", True),
            ("cyanotype", True),
            ("warm", False),
            ("vivid", False),
        ):
            (result,) = run.apply_style(style, [grey], out=tmp_path / style)
            assert (spread(result.output) > 8) == tinted, style
            assert tinted or spread(result.output) == 0
            assert any("has no colour" in note for note in result.notes)

    def test_a_preset_gives_none(self, grey: Path, photo: Path, tmp_path: Path) -> None:
        grey_result, other = run.apply(WARM, [grey, photo], out=tmp_path / "out")
        assert spread(grey_result.output) == 0
        assert any("has no colour" in note for note in grey_result.notes)
        assert spread(other.output) > 50
        assert other.notes == ()


def contest_names(path: Path, **options: object) -> dict[str, set[str]]:
    contest = Setup(SearchConfig(**options)).contest(load_photo(path))  # type: ignore[arg-type]
    return {name: {*space.names, *space.fixed} for name, space in contest.spaces.items()}


@pytest.mark.usefixtures("scorer")
def test_what_races_on_a_grey_photo(grey: Path, photo: Path) -> None:
    racing, usual = contest_names(grey), contest_names(photo)
    assert set(racing) == set(usual) | {"black-and-white"}
    assert "teal-orange" not in racing
    assert not any({"weave_jnd", "temperature_k"} & names for names in racing.values())
    assert any("weave_jnd" in names for names in usual.values())
    assert "sepia" in contest_names(grey, styles=("sepia", "vivid"))


@pytest.mark.usefixtures("scorer")
def test_what_races_on_a_full_turn(turn: Path, photo: Path) -> None:
    parting = {"crop_percent", "rotation_deg", "zoom_percent", "vignette_percent"}
    assert not any(parting & names for names in contest_names(turn).values())
    assert any(parting & names for names in contest_names(photo).values())


def test_a_full_turn_goes_out_as_one(run_search: Search, turn: Path, tmp_path: Path) -> None:
    result = run_search(turn)
    assert result.output is not None
    photo, out = load_photo(turn), load_photo(result.output)
    assert out.pixels.shape == photo.pixels.shape
    assert out.credit.panorama == photo.credit.panorama is not None
    assert any("edges meet" in note for note in result.notes)
    assert result.compare is not None
    assert b"GPano" not in result.compare.read_bytes()


def test_a_frame_ends_a_full_turn_and_it_is_said(run_search: Search, turn: Path) -> None:
    result = run_search(turn, finish="white")
    assert result.output is not None
    assert load_photo(result.output).credit.panorama is None
    assert any("no longer meet" in note for note in result.notes)


def test_a_preset_does_not_crop_a_full_turn(turn: Path, photo: Path, tmp_path: Path) -> None:
    whole, cropped = run.apply(WARM, [turn, photo], out=tmp_path / "out")
    assert whole.output is not None
    assert cropped.output is not None
    assert load_photo(whole.output).pixels.shape == (96, 192, 3)
    assert load_photo(whole.output).credit.panorama is not None
    assert any("edges meet" in note for note in whole.notes)
    assert load_photo(cropped.output).pixels.shape[1] < 128


def test_notes_of_the_file_reach_the_result(
    run_search: Search, scorer: CountingScorer, tmp_path: Path
) -> None:
    assert scorer.info == ScorerInfo(name="counting")
    path = tmp_path / "moving.jpg"
    Image.fromarray(to_pixels(make_photo(96, 128))).save(path, quality=95)
    path.write_bytes(path.read_bytes() + b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(99))
    expected = "the video of this motion photo was left out"
    assert expected in run_search(path).notes
    (applied,) = run.apply_style("vivid", [path], out=tmp_path / "applied")
    assert expected in applied.notes
    assert expected in run.score(path).notes
