"""Plug-ins are found by entry point; what is unknown or broken is said in one line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from blackcamo import plugins
from blackcamo.errors import MissingExtraError, PluginError, UnknownNameError


@pytest.fixture
def third_party(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installed distribution with three scorers, of which one works."""
    (tmp_path / "third_party_scorers.py").write_text("good = 'a scorer'\n")
    (tmp_path / "third_party_broken.py").write_text("1 / 0\n")
    info = tmp_path / "third_party-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: third-party\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[blackcamo.scorers]\n"
        "good = third_party_scorers:good\n"
        "gone = third_party_scorers:gone\n"
        "broken = third_party_broken:scorer\n"
        "lacking = third_party_nowhere:scorer\n"
        "[blackcamo.styles]\n"
        "postcard = third_party_scorers:good\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    plugins._registered.cache_clear()
    yield tmp_path
    plugins._registered.cache_clear()


@pytest.mark.usefixtures("third_party")
def test_a_third_partys_scorer_stands_beside_the_built_in_ones() -> None:
    assert plugins.load("scorers", "good") == "a scorer"
    assert {"good", "niqe", "onnx"} <= set(plugins.names("scorers"))


@pytest.mark.usefixtures("third_party")
def test_what_is_broken_is_said_in_one_line() -> None:
    with pytest.raises(PluginError, match=r"'gone' \(third_party_scorers:gone\) cannot be loaded"):
        plugins.load("scorers", "gone")
    with pytest.raises(PluginError, match="ZeroDivisionError: division by zero; update or"):
        plugins.load("scorers", "broken")
    with pytest.raises(MissingExtraError, match="needs the package 'third_party_nowhere'"):
        plugins.load("scorers", "lacking")


@pytest.mark.usefixtures("third_party")
def test_a_third_partys_style_stands_beside_the_built_in_ones() -> None:
    assert {"postcard", "vivid"} <= set(plugins.names("styles"))
    with pytest.raises(UnknownNameError, match="unknown style 'postcrd'; did you mean 'postcard'"):
        plugins.load("styles", "postcrd")


def test_an_unknown_name_comes_with_a_hint() -> None:
    with pytest.raises(UnknownNameError, match="unknown scorer 'nique'; did you mean 'niqe'"):
        plugins.load("scorers", "nique")
