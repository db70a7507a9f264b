"""What of a scorer a preset, which may come from anybody, chooses: pure ones, and no secret."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blackcamo import plugins, run
from blackcamo.errors import PresetError, UnknownNameError
from blackcamo.scorers import scorer_is_pure
from blackcamo.scorers.base import declare, pure
from blackcamo.types import Pixels, ScorerInfo, ScorerOptions
from tests.scorers.service import Service

Write = Callable[..., Path]
BUILT: list[str] = []


@pure
class Declared:
    """A third party's scorer that says that it is pure."""

    def __init__(self, argument: str, options: ScorerOptions) -> None:
        BUILT.append(argument)
        self.info = declare(ScorerInfo(name="declared"), options)

    def score(self, images: list[Pixels], *, reference: bool = False) -> list[float]:
        del reference
        return [float(image.mean()) for image in images]


class Silent(Declared):
    """One that says nothing of itself, whatever it was made from."""


@pytest.fixture(autouse=True)
def plugged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    info = tmp_path / "plugged" / "blackcamo_others-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: blackcamo-others\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        f"[blackcamo.scorers]\ndeclared = {__name__}:Declared\nsilent = {__name__}:Silent\n"
    )
    monkeypatch.setattr(sys, "path", [str(info.parent), *sys.path])
    plugins._registered.cache_clear()
    BUILT.clear()
    yield
    plugins._registered.cache_clear()


@pytest.fixture
def camouflage(tmp_path: Path) -> Write:
    """``camouflage(spec, **options)``: a picture and the preset that somebody sent along."""

    def write(spec: str, **options: Any) -> Path:
        path = tmp_path / "photo.camo.png"
        Image.fromarray(np.full((48, 64, 3), 51, np.uint8)).save(path)
        provenance = {"scorer_spec": spec, "scorer_options": options, "score_after": 51.0}
        document = {"format": "blackcamo-preset", "version": 3, "provenance": provenance}
        preset = {**document, "filters": ["tone"], "params": {}, "lut_size": 33}
        (tmp_path / "photo.preset.json").write_text(json.dumps(preset))
        return path

    return write


def test_of_the_built_in_scorers_those_are_pure_that_only_compute() -> None:
    pure_ones = {name for name in plugins.names("scorers") if scorer_is_pure(name)}
    assert pure_ones == {
        *("brisque", "koncept512", "nima-aesthetic", "nima-technical", "niqe", "pocketiqa"),
        "declared",
    }


@pytest.mark.parametrize(
    "spec",
    [
        "command:touch owned",
        "python:os:getcwd",
        "http://127.0.0.1:1/score",
        "https://example.invalid/score",
        "onnx:/etc/hostname",
        "onnx:net.onnx",
        "silent",
        "silent:anything",
    ],
)
def test_a_preset_chooses_none_that_does_not_say_that_it_is_pure(
    camouflage: Write, spec: str
) -> None:
    with pytest.raises(PresetError, match="if you trust that, name it with --scorer"):
        run.verify(camouflage(spec))
    assert BUILT == []


def test_a_preset_chooses_one_that_says_so(camouflage: Write) -> None:
    assert run.verify(camouflage("declared:this", threshold=40)).reproduced
    assert BUILT == ["this"]


def test_the_user_names_any(camouflage: Write) -> None:
    assert run.verify(camouflage("silent"), scorer="silent").reproduced
    with pytest.raises(UnknownNameError, match="did you mean 'declared'"):
        run.verify(camouflage("declare"))


def test_options_of_a_pure_scorer_come_with_it(camouflage: Write) -> None:
    path = camouflage("niqe", extra={"scale": "raw"})
    noise = np.random.default_rng(0).integers(0, 256, (96, 96, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    raw = run.verify(path).score
    assert raw != run.verify(path, scorer_options=ScorerOptions(threshold=50)).score


def test_no_preset_chooses_which_secret_is_sent(
    camouflage: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "Bearer of bad news")
    with Service() as service:
        path = camouflage(service.url, extra={"auth_env": "SECRET", "auth_header": "X-Stolen"})
        with pytest.raises(PresetError, match=r"options 'auth_env, auth_header', which only you"):
            run.verify(path, scorer=service.url)
        assert service.images == 0
        verified = run.verify(
            path, scorer=service.url, scorer_options=ScorerOptions(extra={"retries": "0"})
        )
        assert verified.score == pytest.approx(20)
        assert service.images == 1
        assert "bad news" not in str(service.headers)


def test_no_preset_chooses_which_file_is_read(camouflage: Write, tmp_path: Path) -> None:
    path = camouflage("onnx:net.onnx", extra={"description": "/etc/passwd"})
    with pytest.raises(PresetError, match="options 'description', which only you may choose"):
        run.verify(path, scorer=f"onnx:{tmp_path / 'net.onnx'}")


@pytest.mark.parametrize(
    "options",
    [
        {"low": "0"},
        {"low": True},
        {"device": 3},
        {"engine": None},
        {"higher_is_better": 1},
        {"extra": [1]},
        {"extra": {"scale": 3}},
        {"extra": {"scale": {"a": "b"}}},
        {"secret": "x"},
    ],
)
def test_options_of_wrong_types_are_refused_in_one_line(
    camouflage: Write, options: dict[str, Any]
) -> None:
    says = r"preset records (the unknown scorer option|scorer options: Expected)"
    with pytest.raises(PresetError, match=says) as caught:
        run.verify(camouflage("declared", **options))
    assert "\n" not in str(caught.value)
    assert BUILT == []
