"""Scorers by their names."""

from __future__ import annotations

import pytest

import blackcamo.scorers
from blackcamo.errors import OptionError, ScorerError, UnknownNameError
from blackcamo.scorers import load_scorer
from blackcamo.testing import CountingScorer
from blackcamo.types import ScorerOptions


def test_by_name() -> None:
    assert load_scorer("niqe").info.name == "niqe"


def test_options_reach_the_scorer() -> None:
    assert load_scorer("niqe", ScorerOptions(threshold=40)).info.threshold == 40
    with pytest.raises(OptionError, match="'niqe' takes no argument"):
        load_scorer("niqe:model.bin")


def test_an_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(UnknownNameError, match="unknown scorer 'nique'; did you mean 'niqe'"):
        load_scorer("nique")


def test_a_file_gets_its_adapter() -> None:
    with pytest.raises(UnknownNameError, match=r"'onnx:models/nima\.onnx'"):
        load_scorer("models/nima.onnx")


def test_the_argument_is_what_follows_the_first_colon(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def factory(argument: str, options: ScorerOptions) -> CountingScorer:
        seen.append(argument)
        return CountingScorer()

    monkeypatch.setattr(blackcamo.scorers, "load", lambda group, name: factory)
    load_scorer("python:package.module:function")
    load_scorer("niqe")
    assert seen == ["package.module:function", ""]


def test_a_plugin_that_builds_no_scorer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blackcamo.scorers, "load", lambda group, name: lambda *_: object())
    with pytest.raises(ScorerError, match="scorer 'odd' built a object, which lacks"):
        load_scorer("odd")
