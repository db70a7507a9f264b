"""Classifiers as scorers: percent of the class that the photo itself has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import softmax

from blackcamo.errors import InputError, OptionError
from blackcamo.scorers import load_scorer, scorer_of
from blackcamo.scorers.classes import Classes
from blackcamo.testing import ScorerContract
from blackcamo.types import Pixels, Scorer, ScorerOptions, SettledScorer
from tests.scorers.networks import green, save_means

ROW = np.array([0.3, 2.0, -1.0, 1.5])


def test_the_share_of_a_class_among_all() -> None:
    shares = 100 * softmax(ROW)
    for own in range(4):
        assert Classes("logits", own=own).score(ROW) == pytest.approx(shares[own])
        assert Classes("probabilities").score(shares, own) == pytest.approx(shares[own])
    assert Classes("logits").score(ROW) == pytest.approx(shares[1])
    assert Classes("logits").likeliest(ROW) == 1


def test_beside_its_rival_alone_the_label_changes_at_fifty() -> None:
    rival = Classes("logits", "rival")
    assert rival.score(ROW, 1) == pytest.approx(100 / (1 + np.exp(-0.5)))
    assert rival.score(ROW, 3) == pytest.approx(100 / (1 + np.exp(0.5)))
    for own in (0, 2, 3):
        assert rival.score(ROW, own) < 50 < rival.score(ROW)
    assert rival.score(np.array([1.0, 1.0, 0.0]), 0) == 50


@pytest.mark.parametrize(
    ("classes", "numbers"),
    [
        (Classes("logits"), [1.0, np.nan]),
        (Classes("logits"), [1.0, np.inf]),
        (Classes("probabilities"), [0.5, -0.1]),
        (Classes("probabilities"), [0.0, 0.0]),
    ],
)
def test_what_is_no_distribution_has_no_score(classes: Classes, numbers: list[float]) -> None:
    assert np.isnan(classes.score(np.array(numbers)))


def test_far_logits_do_not_overflow() -> None:
    assert Classes("logits", own=0).score(np.array([-2000.0, 2000.0])) == 0
    assert Classes("logits", "rival", own=1).score(np.array([-2000.0, 2000.0])) == 100


def red(percent: float) -> Pixels:
    return np.ascontiguousarray(green(percent)[..., [1, 0, 2]])


SHOWN: list[int] = []
"""How many pictures each call of `strongest` was shown."""


def strongest(images: Sequence[Pixels]) -> list[list[float]]:
    """A classifier of red, green and blue pictures."""
    SHOWN.append(len(images))
    return [[float(v) for v in image.mean((0, 1)) / 25] for image in images]


def by_python(**extra: str) -> Scorer:
    options = ScorerOptions(extra={"classes": "logits", **extra})
    return load_scorer(f"python:{__name__}:strongest", options)


@pytest.fixture(params=["onnx", "python"])
def classifier(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Makes a classifier of red, green and blue pictures by one of the adapters."""

    def make(**extra: str) -> Scorer:
        if request.param == "python":
            return by_python(**extra)
        path = save_means(tmp_path / "means.onnx", description='[output]\nclasses = "logits"\n')
        return load_scorer(f"onnx:{path}", ScorerOptions(extra=extra))

    return make


def test_a_photo_is_asked_about_its_own_class(classifier: Any) -> None:
    photo, other = green(80), red(80)
    scorer = classifier()
    asked = scorer_of(scorer, lambda: photo)
    assert isinstance(asked, SettledScorer)
    assert asked.settings == {}
    (before,) = asked.score([photo], reference=True)
    assert asked.settings == {"class": "1"}
    assert (before,) == tuple(scorer.score([photo]))
    assert before > 34
    after, again = asked.score([other, photo])
    assert after < 33
    assert again == pytest.approx(before)
    # Of itself the other one is as sure of another class.
    assert scorer.score([other]) == pytest.approx([before])
    assert classifier(**{"class": "1"}).score([other, photo]) == pytest.approx([after, again])
    assert scorer_of(classifier(**{"class": "1"}), lambda: photo).score([other]) == [after]


def test_the_class_is_found_in_the_first_answer_and_remembered() -> None:
    scorer = by_python()
    SHOWN.clear()
    asked = scorer_of(scorer, lambda: green(80))
    asked.score([green(80)], reference=True)
    assert SHOWN == [1]
    scorer_of(scorer, lambda: green(80)).score([red(80), green(40)])
    assert SHOWN == [1, 2]
    # Before it is known, the photo is shown first.
    scorer_of(scorer, lambda: red(70)).score([green(80)])
    assert SHOWN == [1, 2, 1, 1]


def test_compared_is_of_both_adapters(classifier: Any) -> None:
    assert classifier(compared="rival").score([green(80)])[0] > classifier().score([green(80)])[0]
    with pytest.raises(OptionError, match="unknown compared of scorer"):
        classifier(compared="rivals")
    with pytest.raises(OptionError, match="class is -1; it must be between 0"):
        classifier(**{"class": "-1"})


def test_digests_tell_what_is_asked(classifier: Any) -> None:
    asked = [classifier(), classifier(compared="rival"), classifier(**{"class": "1"})]
    assert len({scorer.info.digest for scorer in asked}) == 3


def test_a_class_that_there_is_not_has_no_score() -> None:
    (score,) = by_python(**{"class": "3"}).score([green(80)])
    assert "has 3 numbers" in getattr(score, "reason", "")


def one_number(images: Sequence[Pixels]) -> list[float]:
    return [50.0 for _ in images]


def test_what_gives_no_classes_says_so() -> None:
    options = ScorerOptions(extra={"classes": "logits"})
    scorer = load_scorer(f"python:{__name__}:one_number", options)
    for photo in (green(80), red(10)):
        (score,) = scorer_of(scorer, lambda photo=photo: photo).score([photo])  # type: ignore[misc]
        assert "one for each class" in getattr(score, "reason", "")


def test_options_of_classifiers_are_refused_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="is no classifier, so that it has no option 'class'"):
        load_scorer(f"python:{__name__}:one_number", ScorerOptions(extra={"class": "1"}))
    path = save_means(tmp_path / "means.onnx")
    with pytest.raises(OptionError, match="is no classifier, so that it has no option 'compared'"):
        load_scorer(f"onnx:{path}", ScorerOptions(extra={"compared": "rival"}))
    assert scorer_of(load_scorer(f"onnx:{path}"), lambda: green(5)).score([green(100)]) == [100]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('classes = "logit"', "did you mean 'logits'"),
        ('classes = "logits"\ncolumn = 1', "cannot stand beside values, column or range"),
        ('compared = "rival"', "needs classes beside it"),
    ],
)
def test_descriptions_that_contradict_themselves(tmp_path: Path, text: str, says: str) -> None:
    path = save_means(tmp_path / "means.onnx", description=f"[output]\n{text}\n")
    with pytest.raises(InputError, match=says):
        load_scorer(f"onnx:{path}")


class TestOpen(ScorerContract):
    def make_scorer(self) -> Scorer:
        return by_python()


class TestOfPhoto(ScorerContract):
    def make_scorer(self) -> Scorer:
        return scorer_of(by_python(), lambda: green(80))
