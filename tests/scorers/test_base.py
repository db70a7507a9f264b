"""What scorers share."""

from __future__ import annotations

import hashlib
import math
import os
from pathlib import Path

import numpy as np
import pytest

from blackcamo.errors import InputError, OptionError, WeightsError
from blackcamo.scorers.base import (
    check_extra,
    declare,
    extra_int,
    in_batches,
    read_model_file,
    refuse_argument,
    score_scorable,
    sha256,
)
from blackcamo.types import NoScore, Pixels, ScorerInfo, ScorerOptions
from blackcamo.weights.files import MAX_MODEL_BYTES, read_tensors

INFO = ScorerInfo(name="x", low=1, high=10, threshold=5)


def test_options_go_over_what_the_scorer_declares() -> None:
    options = ScorerOptions(high=20, threshold=12.5, higher_is_better=False)
    declared = declare(INFO, options)
    assert (declared.low, declared.high, declared.threshold) == (1, 20, 12.5)
    assert not declared.higher_is_better
    assert declare(INFO, ScorerOptions()) == INFO


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (ScorerOptions(low=10), "10 to 10"),
        (ScorerOptions(high=math.nan), "1 to nan"),
        (ScorerOptions(high=math.inf), "1 to inf"),
        (ScorerOptions(threshold=11), "threshold is 11.*1 to 10"),
        (ScorerOptions(threshold=math.nan), "threshold is nan"),
        (ScorerOptions(high=4), "threshold is 5.*1 to 4"),
    ],
)
def test_contradicting_options_are_refused(options: ScorerOptions, says: str) -> None:
    with pytest.raises(OptionError, match=says):
        declare(INFO, options)


def test_unknown_extra_options_are_refused_with_a_hint() -> None:
    check_extra("x", ScorerOptions(extra={"threads": "1"}), ("threads",))
    with pytest.raises(OptionError, match="did you mean 'threads'"):
        check_extra("x", ScorerOptions(extra={"thread": "1"}), ("threads",))


@pytest.mark.parametrize("text", ["1.5", "many", "", "-1", "9"])
def test_whole_numbers_are_checked(text: str) -> None:
    with pytest.raises(OptionError, match="threads"):
        extra_int(ScorerOptions(extra={"threads": text}), "threads", default=1, low=0, high=8)


def test_whole_numbers_are_read() -> None:
    options = ScorerOptions(extra={"threads": "8"})
    assert extra_int(options, "threads", default=1, low=0, high=8) == 8
    assert extra_int(options, "batch", default=3, low=0, high=8) == 3


def test_an_argument_that_is_not_taken_is_refused() -> None:
    refuse_argument("niqe", "")
    with pytest.raises(OptionError, match="takes no argument, got 'a"):
        refuse_argument("niqe", "a.pth")


def test_model_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert read_model_file(tmp_path / "a", remedy="r") == b"abc"
    with pytest.raises(InputError, match=r"no model file .*; get it there"):
        read_model_file(tmp_path / "b", remedy="get it there")
    with pytest.raises(InputError, match=r"cannot read .*null"):
        read_model_file(tmp_path / "a\0", remedy="get it there")
    with pytest.raises(WeightsError, match="is not a regular file"):
        read_model_file(tmp_path, remedy="get it there")
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(WeightsError, match="is empty; get it there"):
        read_model_file(tmp_path / "a", remedy="get it there")


def test_pictures_without_a_score_say_why() -> None:
    def nan(images: list[Pixels]) -> list[float]:
        return [math.nan] * len(images)

    noise = np.arange(8 * 8 * 3, dtype=np.uint8).reshape(8, 8, 3)
    flat, small = np.full((9, 9, 3), 7, np.uint8), noise[:4]
    scores = score_scorable([noise, flat, small, noise[0]], nan, min_side_px=8)
    assert all(math.isnan(score) for score in scores)
    assert [getattr(score, "reason", None) for score in scores] == [
        None,
        "a picture of one colour has no score",
        "the picture is 8x4; sides of at least 8 pixels are needed",
        "a picture is uint8 (H, W, 3); this is something else",
    ]
    (known,) = score_scorable([flat], lambda _: [NoScore("the answer is 'x'")])
    assert getattr(known, "reason", "") == "the answer is 'x'; a picture of one colour has no score"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs POSIX")
def test_a_pipe_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(WeightsError, match="is not a regular file; save it to one first"):
        read_model_file(tmp_path / "pipe", remedy="r")
    with pytest.raises(WeightsError, match="is not a regular file; save it to one first"):
        read_tensors(tmp_path / "pipe")


def test_a_model_larger_than_its_bound_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(MAX_MODEL_BYTES + 1)
    for read in (lambda path: read_model_file(path, remedy="r"), read_tensors):
        with pytest.raises(WeightsError, match="at most 2,147,483,648 are read"):
            read(tmp_path / "large")


def test_digests() -> None:
    assert sha256(b"abc") == hashlib.sha256(b"abc").hexdigest()
    assert len({sha256(b"a", b"bc"), sha256(b"ab", b"c"), sha256(b"abc"), sha256(b"abc", b"")}) == 4


def _sized(*sizes: tuple[int, ...]) -> list[Pixels]:
    return [np.zeros(size, np.uint8) for size in sizes]


def test_what_is_no_picture_gives_nan_and_is_not_shown() -> None:
    shown: list[int] = []

    def score(images: list[Pixels]) -> list[float]:
        shown.append(len(images))
        return [float(image.shape[1]) for image in images]

    images = _sized((4, 5, 3), (4, 5), (4, 5, 4), (0, 5, 3), (3, 9, 3), (4, 6, 3))
    images.insert(1, np.zeros((4, 5, 3), np.float32))
    scores = score_scorable(images, score, min_side_px=4)
    np.testing.assert_equal(scores, [5, *[math.nan] * 5, 6])
    assert shown == [2]
    assert math.isnan(score_scorable(images[2:4], score)[0])
    assert shown == [2]


def test_batches_hold_pictures_of_one_size() -> None:
    seen: list[list[tuple[int, ...]]] = []

    def compute(images: list[Pixels]) -> list[float]:
        seen.append([image.shape for image in images])
        return [float(image.shape[1]) for image in images]

    images = _sized((1, 7, 3), (1, 8, 3), (1, 7, 3), (1, 7, 3))
    assert in_batches(images, compute, batch=2) == [7, 8, 7, 7]
    assert [len(set(shapes)) for shapes in seen] == [1, 1, 1]
    assert sorted(len(shapes) for shapes in seen) == [1, 1, 2]
