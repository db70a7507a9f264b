"""A preset given to many photos."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from blackcamo import run
from blackcamo.errors import OptionError, PhotoError, PresetError
from blackcamo.images import load_photo
from blackcamo.preset import Preset
from blackcamo.rendering import render
from tests.run.conftest import write_photo

PRESET = Preset(
    filters=("tone", "grain"), lut_size=33, params={"exposure_ev": 0.3, "grain_percent": 1.0}
)


def test_many_at_a_time_are_what_one_at_a_time_is(tmp_path: Path) -> None:
    photos = [write_photo(tmp_path / f"{n}.jpg", width_px=100 + 9 * n) for n in range(6)]
    outputs = {}
    for jobs in (1, 3):
        results = list(run.apply(PRESET, photos, out=tmp_path / f"by{jobs}", jobs=jobs))
        assert [result.photo for result in results] == photos
        outputs[jobs] = [r.output.read_bytes() for r in results if r.output is not None]
    assert len(outputs[1]) == 6
    assert outputs[1] == outputs[3]


def test_strength_is_how_far_a_preset_goes(tmp_path: Path) -> None:
    """From the photo itself to half as much again, within what its filters allow."""
    photo = write_photo(tmp_path / "x.jpg")
    pixels = load_photo(photo).pixels
    chain = PRESET.chain()
    for strength, exposure in ((0.0, 0.0), (0.5, 0.15), (1.5, 0.45)):
        (result,) = run.apply(
            replace(PRESET, params={"exposure_ev": 0.3}),
            photo,
            out=tmp_path / f"{strength}",
            strength=strength,
            before_channel=True,
        )
        assert result.output is not None
        expected = render(chain, pixels, {"exposure_ev": exposure})
        np.testing.assert_array_equal(load_photo(result.output).pixels, expected)
    assert chain.space.scaled({"grain_percent": 1e9}, 1.5)["grain_percent"] < 1e9
    with pytest.raises(OptionError, match="strength is 160 %; it must be between 0 and 150"):
        run.iter_apply(PRESET, photo, out=tmp_path, strength=1.6)


def test_a_folder_stands_for_its_photos(tmp_path: Path) -> None:
    for name in ("b.jpg", "a.JPG", ".hidden.jpg", "a.camo.jpg"):
        write_photo(tmp_path / name)
    (tmp_path / "notes.txt").touch()
    (tmp_path / "empty").mkdir()
    expected = [tmp_path / "a.JPG", tmp_path / "b.jpg"]
    assert run.find_photos([tmp_path]) == expected
    assert run.find_photos([tmp_path / "b.jpg", tmp_path]) == expected[::-1]
    assert run.find_photos([tmp_path / "empty"]) == [tmp_path / "empty"]
    results = list(run.apply(PRESET, [tmp_path, tmp_path / "empty"], out=tmp_path))
    assert [result.error is None for result in results] == [True, True, False]
    assert "is a folder without pictures" in str(results[2].error)


def test_an_unreadable_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(PhotoError, match=r"cannot be read \(Permission denied\)"):
        run.find_photos([tmp_path])


def test_no_file_replaces_another(tmp_path: Path) -> None:
    one, two = write_photo(tmp_path / "x.jpg"), write_photo(tmp_path / "x.jpeg")
    first, second = run.apply(PRESET, [one, two], out=tmp_path / "out")
    assert first.output == tmp_path / "out" / "x.camo.jpg"
    assert "would replace that of" in str(second.error)


def test_what_lies_there_stays_unless_told_otherwise(tmp_path: Path) -> None:
    photo, out = write_photo(tmp_path / "x.jpg"), tmp_path / "out"
    out.mkdir()
    (out / "x.camo.jpg").write_bytes(b"mine")
    for _ in range(2):  # the same again is no other file
        (result,) = run.apply(PRESET, [photo], out=out)
        assert result.output == out / "x-2.camo.jpg"
        says = f"{out / 'x.camo.jpg'} is there and stays; this is x-2.camo.jpg"
        assert says in result.notes
    (styled,) = run.apply_style("noir", [photo], out=out)
    assert styled.output == out / "x-3.camo.jpg"
    assert (out / "x.camo.jpg").read_bytes() == b"mine"
    (replaced,) = run.apply(PRESET, [photo], out=out, overwrite=True)
    assert replaced.output == out / "x.camo.jpg"
    assert (out / "x.camo.jpg").read_bytes() == (out / "x-2.camo.jpg").read_bytes()
    (again,) = run.apply(PRESET, [out / "x.camo.jpg"], out=tmp_path / "again")
    assert again.notes[0].startswith("by its name blackcamo made it of a photo")


def test_a_long_name_is_cut(tmp_path: Path) -> None:
    photo = write_photo(tmp_path / f"{'x' * 251}.jpg")
    (result,) = run.apply(PRESET, [photo], out=tmp_path / "out")
    assert result.output == tmp_path / "out" / f"{'x' * 191}.camo.jpg"


def test_a_broken_photo_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8 no picture")
    good = write_photo(tmp_path / "good.jpg")
    broken, fine = run.apply(PRESET, [tmp_path / "broken.jpg", good], out=tmp_path / "out")
    assert broken.error is not None
    assert broken.output is None
    assert fine.output is not None


def test_what_cannot_be_done_is_refused_before_the_first_photo(tmp_path: Path) -> None:
    photo = write_photo(tmp_path / "photo.jpg")
    with pytest.raises(OptionError, match="jobs is 0; it must be at least 1"):
        list(run.apply(PRESET, [photo], out=tmp_path / "out", jobs=0))
    with pytest.raises(PresetError, match="records no scorer_spec"):
        list(run.apply(PRESET, [photo], out=tmp_path / "out", score=True))
    assert not (tmp_path / "out").exists()
