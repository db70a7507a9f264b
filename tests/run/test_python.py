"""Calls from Python: what they take, what they refuse, what they are told to be."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pytest
from PIL import Image

import blackcamo
from blackcamo.errors import OptionError, PhotoError, PresetError
from blackcamo.images import Source, load_photo
from blackcamo.preset import Preset, read_preset
from blackcamo.run.config import ScorerKeywords, SearchConfig, SearchKeywords
from blackcamo.scorers import load_scorer
from blackcamo.scorers.address import public_spec
from blackcamo.types import Pixels
from tests.run.conftest import paleness, write_photo

LOOK = Preset(filters=("tone",), lut_size=33, params={"exposure_ev": 0.3})


def pale(images: list[Pixels]) -> list[float]:
    """A scorer of one's own, on a scale from 0 to 1."""
    return [paleness(image) / 100 for image in images]


class Model:
    """Somebody's model: it can be called, and has a method that can."""

    def __call__(self, images: list[Pixels]) -> Sequence[float]:
        return pale(images)

    def score(self, images: list[Pixels]) -> Sequence[float]:
        return pale(images)


def test_keywords_of_a_search_are_the_fields_of_its_configuration() -> None:
    fields, keywords = get_type_hints(SearchConfig), get_type_hints(SearchKeywords)
    own = {name: hint for name, hint in keywords.items() if name in fields}
    scorer = keywords.keys() - own.keys()
    assert scorer == ScorerKeywords.__annotations__.keys() - {"scorer_options"}
    assert own.pop("scorer_options")
    assert own == {name: hint for name, hint in fields.items() if name != "scorer_options"}


@pytest.mark.parametrize("call", [blackcamo.search, blackcamo.search_many])
def test_help_tells_every_option(call: Callable[..., Any]) -> None:
    told = inspect.signature(call).parameters
    assert told.keys() >= SearchKeywords.__annotations__.keys()
    assert told["budget"].default == 500
    assert told["threshold"].default is None
    assert inspect.Parameter.VAR_KEYWORD not in {p.kind for p in told.values()}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bugdet": 5}, r"unknown search option 'bugdet'; did you mean 'budget'\?"),
        ({"budget": "5"}, "budget is '5'; it must be a whole number"),
        ({"budget": True}, "budget is True; it must be a whole number"),
        ({"mode": "enhanced"}, r"unknown mode 'enhanced'; did you mean 'enhance'\? Known: .*impe"),
        ({"mode": 3}, "mode is 3; it must be 'enhance', 'imperceptible'"),
        ({"styles": "noir"}, "styles is 'noir'; it must be a list of texts"),
        ({"styles": ["noire"]}, r"unknown style 'noire'; did you mean 'noir'\?"),
        ({"scorer": 3}, "scorer is 3; it must be a text or a callable"),
        ({"scorer": "nique"}, r"unknown scorer 'nique'; did you mean 'niqe'\?"),
        ({"scale": (0, 1, 2)}, r"scale is \(0, 1, 2\); it must be 2 numbers or None"),
        ({"threshold": "0.5"}, "threshold is '0.5'; it must be a number"),
        ({"subsampling": "4:1:1"}, "unknown subsampling '4:1:1'.* Known: 4:2:0, 4:2:2, 4:4:4"),
        ({"device": "gpu"}, "unknown device 'gpu'; it must be auto, cpu"),
        ({"out": 3}, "out is 3; it must be a text or a path"),
        ({"made_for": "lut"}, "unknown made_for 'lut'.* Known: cube"),
        ({"finish": "pink"}, "unknown finish 'pink'"),
        ({"strategy": "CMAA"}, "CMAA"),
        ({"appeal": "crtic"}, r"unknown appeal 'crtic'; did you mean 'critic'\?"),
    ],
)
def test_a_bad_value_is_an_option_error_that_says_what_there_is(
    photo: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        blackcamo.search(photo, **options)
    with pytest.raises(OptionError, match=message):
        list(blackcamo.search_many([photo], **options))


def test_numbers_of_numpy_are_numbers() -> None:
    config = SearchConfig(budget=np.int64(7), appeal_floor=np.float32(80), target=45)  # type: ignore[arg-type]
    assert config.budget == 7


def test_pixels_are_scored_like_the_file_that_has_them(photo: Path) -> None:
    pixels = load_photo(photo).pixels
    by_file = blackcamo.score(str(photo), scorer=pale, scale=(0, 1), threshold=0.5)
    for given in (pixels, Image.open(photo), Image.fromarray(pixels).convert("RGBA")):
        assert blackcamo.score(given, scorer=pale, scale=(0, 1), threshold=0.5).score == (
            by_file.score
        )
    assert [
        r.score
        for r in blackcamo.score_many([photo, pixels], scorer=pale, scale=(0, 1), threshold=0.5)
    ] == [by_file.score] * 2


def test_images_are_turned_as_their_exif_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = write_photo(tmp_path / "turned.jpg", exif=exif)
    assert (Source.of(Image.open(turned)).load().pixels == load_photo(turned).pixels).all()


@pytest.mark.parametrize(
    ("picture", "error", "message"),
    [
        (np.zeros((64, 64, 3)), PhotoError, "is of float64; it must be uint8 from 0 to 255"),
        (np.zeros((3, 64, 64), np.uint8), PhotoError, r"shape \(3, 64, 64\); it must be"),
        (Image.new("CMYK", (64, 64)), PhotoError, "has mode CMYK; convert it to RGB"),
        (3, OptionError, "photo is a int; it must be a path, a PIL image or an array"),
    ],
)
def test_what_is_no_picture_is_refused(picture: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        blackcamo.score(picture, scorer=pale)


def test_a_search_keeps_the_pixels_it_was_given(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And whatever is done with its study later finds them; nothing names a storage."""
    monkeypatch.chdir(tmp_path)
    pixels = load_photo(photo).pixels
    options: dict[str, Any] = {"scale": (0, 1), "threshold": 0.5, "budget": 20, "batch": 8}
    result = blackcamo.search(pixels, scorer=pale, **options)
    assert result.threshold == 0.5
    assert result.target == pytest.approx(0.45)
    assert result.scorer == "python:tests.run.test_python:pale"
    assert (load_photo(result.photo).pixels == pixels).all()
    assert result.photo.parent == Path("camouflage") / result.photo.stem
    again = blackcamo.search(pixels, scorer=pale, **options)
    assert (again.study, again.output) == (result.study, result.output)
    assert [entry.name for entry in blackcamo.studies()] == [result.study]
    assert result.study is not None
    assert blackcamo.front(result.study)
    shown = blackcamo.choose(result.study, photos=result.photo)
    best = blackcamo.deliver(
        shown.study, pick=shown.options[0].pick, photos=result.photo, scorer=pale, **_asked(options)
    )
    assert best.output is not None
    assert blackcamo.appeal(pixels, best.output).appeal == pytest.approx(best.appeal, abs=5)
    exported = blackcamo.export(
        result.study, formats=["cube"], photos=result.photo, scorer=pale, **_asked(options)
    )
    assert exported.worth[0].score is not None
    assert exported.exports["cube"].files[0].parent == Path("camouflage/presets")


def _asked(options: dict[str, Any]) -> dict[str, Any]:
    return {name: options[name] for name in ("scale", "threshold")}


def test_a_callable_is_recorded_by_the_name_it_is_found_by(photo: Path, tmp_path: Path) -> None:
    def nested(images: list[Pixels]) -> list[float]:
        return pale(images)

    model = Model()
    specs = [public_spec(f) for f in (pale, nested, model, model.score)]
    assert specs[0] == "python:tests.run.test_python:pale"
    assert specs[1].startswith("callable:test_a_callable")
    assert specs[2:] == ["callable:Model", "callable:Model.score"]
    digests = {load_scorer(f).info.digest for f in (pale, nested, model, model.score)}
    assert len(digests) == 4
    assert load_scorer(pale).info == load_scorer(specs[0]).info
    result = blackcamo.search(
        photo,
        scorer=nested,
        scale=(0, 1),
        threshold=0.5,
        budget=3,
        out=tmp_path / "out",
        storage=str(tmp_path / "s.journal"),
        no_pictures=True,
    )
    assert result.output is not None
    assert read_preset(result.preset or Path()).recorded("scorer_spec", str) == specs[1]
    with pytest.raises(PresetError, match="name it with --scorer"):
        blackcamo.verify(result.output)
    assert blackcamo.verify(result.output, scorer=nested).reproduced


def test_a_callable_of_one_picture_is_searched_one_at_a_time(photo: Path, tmp_path: Path) -> None:
    def alone(images: list[Pixels]) -> float:
        (image,) = images
        return paleness(image)

    result = blackcamo.search(
        photo, scorer=alone, budget=8, batch=1, out=tmp_path / "out",
        storage=tmp_path / "s.journal", no_pictures=True,
    )  # fmt: skip
    assert result.error is None
    assert 3 < (result.queries["total"] or 0) <= 8


def test_apply_does_all_and_iter_apply_one_after_the_other(photo: Path, tmp_path: Path) -> None:
    other = write_photo(tmp_path / "other.jpg")
    pixels = load_photo(photo).pixels
    results = blackcamo.apply(LOOK, [photo, other, pixels], out=str(tmp_path / "all"))
    assert isinstance(results, list)
    outputs = [result.output for result in results]
    assert all(output is not None and output.is_file() for output in outputs)
    assert len(set(outputs)) == 3
    lazy = blackcamo.iter_apply(LOOK, photo, out=tmp_path / "lazy")
    assert not (tmp_path / "lazy").exists()
    assert next(lazy).output == tmp_path / "lazy" / "photo.camo.jpg"
    # Refused at once and not when the first photo is asked for.
    with pytest.raises(OptionError, match="jobs is 0"):
        blackcamo.iter_apply(LOOK, photo, out=tmp_path, jobs=0)
    with pytest.raises(OptionError, match="unknown option 'treshold'"):
        blackcamo.apply(LOOK, photo, out=tmp_path, treshold=3)  # type: ignore[call-arg]
