"""A search against a classifier: its class is the photo's own, and every picture is counted."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blackcamo import run
from blackcamo.channel import Channel
from blackcamo.errors import OptionError, PresetError
from blackcamo.images import load_photo
from blackcamo.preset import read_preset
from blackcamo.types import Pixels, ScorerOptions
from tests.run.conftest import write_photo

SPEC = f"python:{__name__}:colours"
CLASSES = ScorerOptions(extra={"classes": "logits", "compared": "rival"})
SHOWN: list[int] = []


def row(image: Pixels) -> list[float]:
    """How red, green and blue a picture is, and how pale."""
    means = image.mean((0, 1)) / 25
    return [*map(float, means), float(3 + means.mean() - 2 * means.std())]


def colours(images: Sequence[Pixels]) -> list[list[float]]:
    SHOWN.append(len(images))
    return [row(image) for image in images]


def percent(image: Pixels, own: int) -> float:
    """Of two classes, the own one and the strongest other one."""
    numbers = row(image)
    rival = max(value for i, value in enumerate(numbers) if i != own)
    return float(100 / (1 + np.exp(rival - numbers[own])))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classifying")
    write_photo(folder / "photo.jpg", height_px=64, width_px=96)
    return folder


def searched(folder: Path, **more: Any) -> run.SearchResult:
    SHOWN.clear()
    options: dict[str, Any] = {
        "scorer": SPEC,
        "scorer_options": CLASSES,
        "budget": 24,
        "batch": 8,
        "alternatives": 1,
        "no_pictures": True,
        "out": folder / "out",
        "storage": str(folder / "out" / "studies.journal"),
    }
    return run.search(folder / "photo.jpg", **{**options, **more})


@pytest.fixture(scope="module")
def found(folder: Path) -> tuple[run.SearchResult, int]:
    result = searched(folder)
    return result, sum(SHOWN)


def test_scores_are_of_the_class_of_the_photo(
    folder: Path, found: tuple[run.SearchResult, int]
) -> None:
    result, shown = found
    photo = Channel().send(load_photo(folder / "photo.jpg").pixels)[1]
    own = int(np.argmax(row(photo)))
    assert result.output is not None
    assert result.score_before == pytest.approx(percent(photo, own))
    assert result.score_after == pytest.approx(percent(load_photo(result.output).pixels, own))
    assert result.score_before is not None
    assert result.score_after is not None
    assert result.score_after < result.score_before
    assert shown == result.queries["total"]
    assert result.preset is not None
    recorded = read_preset(result.preset).recorded("scorer_options", dict)
    assert recorded["extra"] == {**CLASSES.extra, "class": str(own)}


def test_a_search_that_goes_on_shows_the_photo_once_more(
    folder: Path, found: tuple[run.SearchResult, int], tmp_path: Path
) -> None:
    first, shown = found
    more = searched(Path(shutil.copytree(folder, tmp_path / "copy")), budget=32)
    assert more.queries["checks"] == 1
    total = more.queries["total"]
    assert total is not None
    assert sum(SHOWN) == total - shown + 1
    assert more.score_before == first.score_before


def test_what_a_preset_records_asks_the_same(
    folder: Path, found: tuple[run.SearchResult, int], tmp_path: Path
) -> None:
    result, _ = found
    assert result.output is not None
    with pytest.raises(PresetError, match="records the scorer options 'classes, compared'"):
        run.verify(result.output, scorer=SPEC)
    extra = read_preset(result.preset or Path()).recorded("scorer_options", dict)["extra"]
    options = ScorerOptions(extra=extra)
    assert run.verify(result.output, scorer=SPEC, scorer_options=options).reproduced
    SHOWN.clear()
    again = run.deliver(
        str(result.study),
        pick="best",
        storage=folder / "out" / "studies.journal",
        photos=[folder],
        out=tmp_path,
        scorer=SPEC,
        scorer_options=CLASSES,
    )
    assert again.score_after == result.score_after
    assert sum(SHOWN) == again.queries["total"] == 2
    assert read_preset(again.preset or Path()).recorded("scorer_options", dict)["extra"] == extra


def test_a_classifier_judges_camouflages_by_the_class_of_each_photo(
    folder: Path, found: tuple[run.SearchResult, int], tmp_path: Path
) -> None:
    result, _ = found
    shown = tmp_path / "shown"
    (edit,) = run.apply(result.preset or "", [folder / "photo.jpg"], out=shown)
    assert edit.output is not None
    beside = shown / "photo.preset.json"
    preset = read_preset(result.preset or Path()).to_json()
    beside.write_text(preset.replace(SPEC, "python:somebody:else"))
    SHOWN.clear()
    matrix = run.transfer(
        [edit.output], scorers={SPEC: CLASSES}, storage=tmp_path / "none", photos=[folder]
    )
    (judged,) = [r for r in matrix.rows if not r.recorded]
    assert (judged.score_before, judged.score_after) == (result.score_before, result.score_after)
    assert judged.high_before
    assert sum(SHOWN) == matrix.queries[SPEC]["total"] == 2


def test_no_profile_is_learned_of_the_class_of_one_photo(folder: Path) -> None:
    config = run.SearchConfig(scorer=SPEC, scorer_options=CLASSES, budget=4000)
    with pytest.raises(OptionError, match="asks about the class of each photo"):
        run.learn([folder / "photo.jpg"], config=config)
