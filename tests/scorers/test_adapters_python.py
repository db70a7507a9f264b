from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from blackcamo.errors import OptionError, ScorerError
from blackcamo.images import Source
from blackcamo.run.scoring import score_source
from blackcamo.scorers import load_scorer
from blackcamo.types import NoScore, Pixels, ScorerOptions

MODEL = """
import numpy as np

calls = []

def score(images):
    calls.append(len(images))
    for image in images:
        assert image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3
    scores = [float(image.mean()) for image in images]
    for image in images:
        image[:] = 0
    return scores

class Net:
    def predict(self, images):
        return np.array([image.mean() for image in images])

net = Net()

def short(images):
    return [1.0]

def odd(images):
    return [1.0, None, "x", float("nan"), float("inf"), np.ones(3), 2.5]

def broken(images):
    raise RuntimeError("out of\\nmemory")

def nothing(images):
    return None

def bare(images):
    return BARE[0](images[0].mean()) if len(images) == 1 else [i.mean() for i in images]

def given(images):
    return GIVEN[0]

def late(images):
    yield 1.0
    raise TypeError("lost")

BARE, GIVEN = [], []
constant = 3
"""


@pytest.fixture(autouse=True)
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module of its own for each test, so that none is served from sys.modules."""
    name = f"adapter_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(MODEL)
    (tmp_path / f"{name}_bad.py").write_text("raise ValueError('no licence')")
    monkeypatch.syspath_prepend(tmp_path)
    return name


def greys(*levels: int) -> list[Pixels]:
    return [np.full((4, 6, 3), level, np.uint8) for level in levels]


@pytest.mark.parametrize("path", ["score", "net.predict"])
def test_scores_in_order_and_leaves_the_pictures_alone(module: str, path: str) -> None:
    images = greys(10, 200, 30)
    assert load_scorer(f"python:{module}:{path}").score(images) == [10, 200, 30]
    assert [image[0, 0, 0] for image in images] == [10, 200, 30]


def test_reference_scores_one_at_a_time(module: str) -> None:
    load_scorer(f"python:{module}:score").score(greys(1, 2, 3), reference=True)
    assert __import__(module).calls == [1, 1, 1]


@pytest.mark.parametrize(
    "kind",
    [float, np.float32, np.array, torch.tensor, lambda value: np.full((1, 1), value)],
    ids=["float", "scalar", "0-d array", "0-d tensor", "array of one"],
)
def test_one_picture_may_get_a_bare_number(module: str, kind: Callable[[float], Any]) -> None:
    scorer = load_scorer(f"python:{module}:bare")
    sys.modules[module].BARE[:] = [kind]
    assert list(scorer.score(greys(10, 200), reference=True)) == [10, 200]
    assert list(scorer.score(greys(10, 200))) == [10, 200]


NUMBER_WANTED = "; a number such as 61.5 is wanted"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([[61.5]], f"the answer is [61.5]{NUMBER_WANTED}"),
        (["61,5"], f"the answer is '61,5'{NUMBER_WANTED}"),
        ([{"score": 61.5}], f"the answer is {{'score': 61.5}}{NUMBER_WANTED}"),
        ([None], f"the answer is None{NUMBER_WANTED}"),
        (np.ones((1, 3)), f"the answer is array([1., 1., 1.]){NUMBER_WANTED}"),
        (torch.ones(1, 2), f"the answer is tensor([1., 1.]){NUMBER_WANTED}"),
        ([np.ones((9, 9))], "..." + NUMBER_WANTED),
        ([math.inf], "the answer is inf; a finite number is wanted"),
        ({"scores": [61.5]}, "gave {'scores': [61.5]} for 1 pictures; it must return a list"),
        ("61.5", "gave '61.5' for 1 pictures; it must return a list"),
        (b"61.5", "gave b'61.5' for 1 pictures; it must return a list"),
        ([], "gave 0 scores for 1 images"),
    ],
)
def test_what_came_and_what_is_wanted_are_said(
    module: str, tmp_path: Path, given: Any, says: str
) -> None:
    scorer = load_scorer(f"python:{module}:given")
    sys.modules[module].GIVEN[:] = [given]
    path = tmp_path / "photo.png"
    Image.fromarray(np.arange(64 * 64 * 3, dtype=np.uint8).reshape(64, 64, 3)).save(path)
    with pytest.raises(ScorerError) as caught:
        score_source(Source(path), scorer, None)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_bare_number_for_several_pictures_is_none_for_any(module: str) -> None:
    scorer = load_scorer(f"python:{module}:given")
    sys.modules[module].GIVEN[:] = [61.5]
    with pytest.raises(ScorerError, match=r"gave 61\.5 for 2 pictures; it must return a list") as e:
        scorer.score(greys(1, 2))
    assert str(e.value).endswith("; a batch of 1 (--batch 1) asks it for one picture at a time")
    # Once it was asked about one, the message says what that took.
    scorer.score(greys(1))
    with pytest.raises(ScorerError, match=r"at a time, which takes \S+ s a picture"):
        scorer.score(greys(1, 2))
    sys.modules[module].GIVEN[:] = [{}]
    with pytest.raises(ScorerError, match=r"one for each picture$"):
        scorer.score(greys(1, 2))


def test_one_colour_is_named_where_it_has_no_score(module: str) -> None:
    scorer = load_scorer(f"python:{module}:given")
    sys.modules[module].GIVEN[:] = [[math.nan]]
    (score,) = scorer.score(greys(7))
    assert isinstance(score, NoScore)
    assert score.reason.endswith("a picture of one colour has no score")
    (score,) = scorer.score([np.arange(12, dtype=np.uint8).reshape(2, 2, 3)])
    assert isinstance(score, NoScore)
    assert "colour" not in score.reason


def test_a_module_that_exits_when_it_is_imported(module: str, tmp_path: Path) -> None:
    (tmp_path / f"{module}_exits.py").write_text("import sys; sys.exit()")
    with pytest.raises(ScorerError, match="fails when it is imported: SystemExit"):
        load_scorer(f"python:{module}_exits:score")


def test_what_is_no_number_leaves_its_neighbours_alone(module: str) -> None:
    got = load_scorer(f"python:{module}:odd").score(greys(*range(7)))
    assert (got[0], got[6]) == (1.0, 2.5)
    assert all(math.isnan(score) for score in got[1:6])


def test_an_image_that_is_none_is_not_shown(module: str) -> None:
    got = load_scorer(f"python:{module}:score").score([*greys(5), np.zeros((4, 4), np.uint8)])
    assert got[0] == 5
    assert math.isnan(got[1])


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("short", "1 scores for 2 images"),
        ("broken", "RuntimeError: out of memory"),
        ("late", "TypeError: lost"),
        ("nothing", "gave None for 2 pictures; it must return a list of numbers"),
    ],
)
def test_an_unusable_call_is_a_scorer_error(module: str, path: str, message: str) -> None:
    with pytest.raises(ScorerError, match=message) as caught:
        load_scorer(f"python:{module}:{path}").score(greys(1, 2))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("python:", "must be python:MODULE:CALLABLE"),
        ("python:json", "must be python:MODULE:CALLABLE"),
        ("python:no_such_module_at_all:score", "PYTHONPATH"),
        ("python:json:no_such", "has no 'no_such'"),
        ("python:json:__name__", "must be callable"),
    ],
)
def test_a_wrong_name_is_an_option_error(spec: str, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        load_scorer(spec)


def test_a_module_that_fails_says_so(module: str) -> None:
    with pytest.raises(ScorerError, match="ValueError: no licence"):
        load_scorer(f"python:{module}_bad:score")


def test_options_belong_to_the_adapter(module: str) -> None:
    spec = f"python:{module}:score"
    info = load_scorer(spec, ScorerOptions(low=0, high=1, threshold=0.5)).info
    assert (info.name, info.high, info.threshold, info.higher_is_better) == (spec, 1, 0.5, True)
    for options in (
        ScorerOptions(extra={"batch": "1"}),
        ScorerOptions(engine="onnxruntime"),
        ScorerOptions(preprocess="task"),
    ):
        with pytest.raises(OptionError):
            load_scorer(spec, options)


def test_the_digest_follows_the_code(module: str, tmp_path: Path) -> None:
    before = load_scorer(f"python:{module}:score").info.digest
    with (tmp_path / f"{module}.py").open("a") as file:
        file.write("# another version\n")
    assert load_scorer(f"python:{module}:score").info.digest != before
