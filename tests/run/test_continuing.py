"""Studies go on with the scorer that they began with, or not at all."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blackcamo import run
from blackcamo.errors import ScorerError, StudyError
from blackcamo.images import load_photo
from blackcamo.run import SearchResult
from blackcamo.run.continuing import same_score
from blackcamo.study import Study
from blackcamo.types import Pixels, ScorerInfo, ScorerOptions
from tests.run.conftest import MANY, paleness, write_photo
from tests.scorers.service import Service

FINDER = r"the photo itself scored ([\d.]+) when study '(.*)' began, and scores ([\d.]+) now"
"""What is said where the scorer is another one."""


@pytest.fixture
def searched(tmp_path: Path) -> Callable[..., SearchResult]:
    """``searched(scorer, into=..., ...)``: goes on with what lies in the folder already."""
    photo = write_photo(tmp_path / "photo.jpg")

    def search(scorer: str, *, into: str = "out", **options: Any) -> SearchResult:
        folder = tmp_path / into
        return run.search(
            photo,
            scorer=scorer,
            **{"budget": 24, "until": "budget", "styles": MANY, "batch": 8, "seed": 1, **options},
            out=folder,
            storage=str(folder / "studies.journal"),
            no_pictures=True,
        )

    return search


def other_model(image: Pixels) -> float:
    """What somebody deploys in place of paleness."""
    return paleness(image) / 2 + 3


def sent(queries: Any) -> int:
    return int(queries["total"] + queries["lost"] + queries["checks"])


@pytest.mark.parametrize("interrupted", [False, True])
@pytest.mark.parametrize("proxy_px", [1024, 64])
def test_a_redeployed_service_continues_no_study(
    searched: Callable[..., SearchResult], tmp_path: Path, interrupted: bool, proxy_px: int
) -> None:
    with Service(measure=paleness) as first:
        stop = (lambda: first.images > 8) if interrupted else (lambda: False)
        begun = searched(first.url, stop=stop, proxy_px=proxy_px)
        whole = searched(first.url, into="whole", proxy_px=proxy_px)
        before = first.images - sent(whole.queries)
        port = int(first.url.split(":")[2].partition("/")[0])
    assert begun.interrupted == interrupted
    assert before == sent(begun.queries)
    camouflage = (tmp_path / "out" / "photo.camo.jpg").read_bytes()

    with Service(port=port, measure=other_model) as second:
        with pytest.raises(StudyError, match=FINDER) as caught:
            searched(second.url, proxy_px=proxy_px)
        assert second.images == 1
    assert f"scored {begun.score_before:.6g} when" in str(caught.value)
    assert f"blackcamo delete {begun.study}" in str(caught.value)
    assert "\n" not in str(caught.value)
    study = Study.load(tmp_path / "out" / "studies.journal", str(begun.study))
    assert study.ledger["checks"] == 1
    assert (tmp_path / "out" / "photo.camo.jpg").read_bytes() == camouflage

    with Service(port=port, measure=paleness) as third:
        # As if it had never been stopped nor asked in between.
        went_on = searched(third.url, proxy_px=proxy_px)
        assert went_on.queries["checks"] == 2
        assert third.images == sent(went_on.queries) - before - 1
    assert went_on.queries["search"] == whole.queries["search"]
    camouflages = [(tmp_path / into / "photo.camo.jpg").read_bytes() for into in ("out", "whole")]
    assert camouflages[0] == camouflages[1]
    assert went_on.score_after == paleness(load_photo(tmp_path / "out" / "photo.camo.jpg").pixels)


def test_a_service_that_does_not_answer_ends_in_one_line_and_is_counted(
    searched: Callable[..., SearchResult], tmp_path: Path
) -> None:
    with Service(measure=paleness) as service:
        begun = searched(service.url)
        before = service.images
        service.faults = [lambda handler: handler.answer({}, status=400)]
        with pytest.raises(ScorerError, match="cannot score the photo itself again") as caught:
            searched(service.url)
        assert service.images == before + 1
        assert "\n" not in str(caught.value)
        assert searched(service.url).queries["checks"] == 2
        assert service.images == before + 2
    assert begun.queries["checks"] == 0


def test_retries_of_the_check_are_counted(searched: Callable[..., SearchResult]) -> None:
    def busy(handler: Any) -> None:
        handler.answer({}, status=500)

    with Service(measure=paleness) as service:
        options = ScorerOptions(extra={"backoff_s": "0", "retries": "2"})
        searched(service.url, scorer_options=options)
        before = service.images
        service.faults = [busy, busy]
        again = searched(service.url, scorer_options=options, budget=32)
        assert again.queries["checks"] == 3
        # What the search itself may send again is still bounded by its own budget.
        assert service.images == sent(again.queries) > before + 3
        assert (again.queries["total"] or 0) <= 32


# Imports little: as a program it is started for every batch.
PYTHON = """
import sys
from pathlib import Path

import numpy as np
from PIL import Image

FACTOR = float(Path(__file__).with_suffix(".weights").read_text())

def score(images):
    return [float(np.asarray(image).mean()) / 2.55 * FACTOR for image in images]

if __name__ == "__main__":
    for path in sys.stdin.read().splitlines():
        print(score([Image.open(path)])[0])
"""


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module that is a program, too, and reads its weights from a file that nobody names."""
    name = f"model_{abs(hash(tmp_path))}"
    path = tmp_path / f"{name}.py"
    path.write_text(PYTHON)
    path.with_suffix(".weights").write_text("1.0")
    monkeypatch.syspath_prepend(tmp_path)
    return path


@pytest.mark.parametrize("kind", ["python", "command"])
def test_swapped_weights_that_no_digest_covers_are_noticed(
    searched: Callable[..., SearchResult], model: Path, tmp_path: Path, kind: str
) -> None:
    spec = {
        "python": f"python:{model.stem}:score",
        "command": f"command:{sys.executable} {model}",
    }[kind]
    begun = searched(spec, budget=10)
    model.with_suffix(".weights").write_text("0.5")
    # As the next start of the program has it.
    sys.modules.pop(model.stem, None)
    with pytest.raises(StudyError, match=FINDER) as caught:
        searched(spec, budget=10)
    assert begun.score_before is not None
    assert f"{begun.score_before / 2:.6g} now" in str(caught.value)
    model.with_suffix(".weights").write_text("1.0")
    sys.modules.pop(model.stem, None)
    again = searched(spec, budget=10)
    assert (again.study, again.queries["checks"]) == (begun.study, 2)
    assert again.queries["total"] == begun.queries["total"]


@pytest.mark.parametrize("location", ["net.onnx_data", "parts/factor"])
def test_swapped_weights_of_an_onnx_network_begin_a_study_of_their_own(
    searched: Callable[..., SearchResult], tmp_path: Path, location: str
) -> None:
    pytest.importorskip("onnx")
    from tests.scorers.networks import put, save_scaled

    path = save_scaled(tmp_path / "net.onnx", location, 1)
    path.with_name("net.onnx.toml").write_text("[output]\ncolumn = 1\nrange = [0, 0.6]\n")
    first = searched(f"onnx:{path}", budget=10)
    put(tmp_path / location, 0.8)
    second = searched(f"onnx:{path}", budget=10, overwrite=True)
    assert second.study != first.study
    assert first.score_before is not None
    assert second.score_before == pytest.approx(first.score_before * 0.8, rel=1e-4)
    assert second.queries["checks"] == 0
    assert second.output is not None
    assert run.verify(second.output, scorer=f"onnx:{path}").reproduced
    put(tmp_path / location, 1)
    third = searched(f"onnx:{path}", budget=10, overwrite=True)
    assert (third.study, third.score_before) == (first.study, first.score_before)
    assert third.queries["checks"] == 1


def test_studies_of_two_models_are_not_merged(
    searched: Callable[..., SearchResult], tmp_path: Path
) -> None:
    with Service(measure=paleness) as service:
        one = searched(service.url, budget=10)
        port = int(service.url.split(":")[2].partition("/")[0])
    with Service(port=port, measure=other_model) as service:
        two = searched(service.url, budget=10, seed=2)
    names = [str(one.study), str(two.study)]
    says = rf"photo itself scored {one.score_before:.6g} in one and {two.score_before:.6g} in"
    with pytest.raises(StudyError, match=says):
        run.merge(names, storage=tmp_path / "out" / "studies.journal")


def test_scores_that_another_machine_rounds_otherwise_are_the_same() -> None:
    points, ratings = ScorerInfo("a"), ScorerInfo("b", low=1, high=10, threshold=5)
    assert same_score(61.5, 61.5009, points)
    assert not same_score(61.5, 61.502, points)
    assert same_score(6.15, 6.15008, ratings)
    assert not same_score(6.15, 6.1502, ratings)
    assert not same_score(61.5, math.nan, points)
