"""blackcamo scorers, filters and styles: tables for people, one object for programs."""

from __future__ import annotations

import json

import pytest

from blackcamo import plugins
from blackcamo.cli import main
from blackcamo.cli.output import one_line, print_table
from blackcamo.errors import MissingExtraError


def test_filters_lists_every_parameter(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["filters"]) == 0
    table = capsys.readouterr().out.splitlines()
    assert main(["filters", "--json"]) == 0
    families = json.loads(capsys.readouterr().out)["filters"]
    assert [f["name"] for f in families] == list(plugins.names("filters"))
    params = [p for f in families for p in f["params"]]
    assert len(table) == len(params) + 1
    assert set(params[0]) == {
        "name", "low", "high", "neutral", "unit", "help", "step", "modifier",
        "falls", "rises", "visible",
    }  # fmt: skip
    (exposure,) = [line for line in table if " exposure_ev " in line]
    assert exposure.split()[0] == "tone"


def test_styles_lists_every_style_with_what_it_frees(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["styles"]) == 0
    table = capsys.readouterr().out.splitlines()
    assert main(["styles", "--json"]) == 0
    styles = json.loads(capsys.readouterr().out)["styles"]
    assert [s["name"] for s in styles] == list(plugins.names("styles"))
    assert [line.split()[0] for line in table[1:]] == [s["name"] for s in styles]
    for style in styles:
        assert set(style) == {"name", "sentence", "liked", "free", "fixed"}
        assert 3 <= len(style["free"]) <= 12
        for low, start, high in style["free"].values():
            assert low <= start <= high
    assert {s["liked"] is None for s in styles} == {True, False}
    assert main(["styles", "--json", "--style", "noir,vivid"]) == 0
    asked = json.loads(capsys.readouterr().out)["styles"]
    assert [s["name"] for s in asked] == ["noir", "vivid"]
    assert main(["styles", "--style", "noire"]) == 2
    assert "unknown style 'noire'; did you mean 'noir'?" in capsys.readouterr().err


def test_scorers_lists_every_scorer_with_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scorers"]) == 0
    table = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in table[1:]] == list(plugins.names("scorers"))
    assert all(len(line.split()) > 3 for line in table[1:])


def test_a_scorer_whose_package_is_missing_is_listed_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def load(group: str, name: str) -> object:
        raise MissingExtraError(f"{name} needs a package of {group}")

    monkeypatch.setattr(plugins, "load", load)
    assert main(["scorers", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["scorers"]
    assert {
        "name": "niqe",
        "description": "",
        "missing": "niqe needs a package of scorers",
    } in listed


def test_tables_line_up_and_cut_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("trial", "score", "what"), [("7", "-", "x" * 200), ("12", "-3.5", "")])
    assert capsys.readouterr().out.splitlines() == [
        "trial  score  what",
        f"    7      -  {'x' * 200}",
        "   12   -3.5",
    ]


def test_a_line_is_a_line_whatever_it_quotes() -> None:
    assert one_line("a\nb\x1b[31m\udce9 é") == r"a\nb\x1b[31m\udce9 é"
