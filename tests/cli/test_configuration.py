"""Defaults < the user's file < a project's file < environment < options, each with its source."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.main import get_command

from blackcamo.cli import app, configuration, main
from blackcamo.testing import make_photo
from blackcamo.vision.arrays import to_pixels
from tests.cli.program import PROGRAM

SCORER = "python:tests.cli.fakes:plainness"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's file."""
    path = tmp_path.parent / f"{tmp_path.name}-own.toml"
    path.write_text("")
    monkeypatch.setenv("BLACKCAMO_CONFIG", str(path))
    return path


def effective(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, tuple[Any, str]]:
    capsys.readouterr()
    assert main([*words, "--print-config", "--json"]) == 0, capsys.readouterr().err
    options = json.loads(capsys.readouterr().out)["options"]
    return {key: (one["value"], one["source"]) for key, one in options.items()}


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert main([*words]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.count("\n") == 1
    return err


def test_each_layer_wins_over_those_before_it(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("seed", "batch", "proxy", "budget", "alternatives")
    assert {effective(capsys, "search")[n] for n in names} == {
        (0, "default"), (16, "default"), (1024, "default"), (500, "default"), (3, "default"),
    }  # fmt: skip
    own.write_text("[search]\nbatch = 1\nproxy = 101\nbudget = 1\nalternatives = 1\n")
    Path("blackcamo.toml").write_text("[search]\nproxy = 102\nbudget = 2\nalternatives = 2\n")
    monkeypatch.setenv("BLACKCAMO_SEARCH_BUDGET", "13")
    monkeypatch.setenv("BLACKCAMO_SEARCH_ALTERNATIVES", "14")
    told = effective(capsys, "search", "--alternatives", "15")
    assert [told[n] for n in names] == [
        (0, "default"), (1, str(own)), (102, "blackcamo.toml"), (13, "BLACKCAMO_SEARCH_BUDGET"),
        (15, "command line"),
    ]  # fmt: skip


def test_commands_share_what_stands_at_the_top(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own.write_text('scorer = "niqe"\nquality = 80\nstorage = "a.journal"\n[learn]\nquality = 70\n')
    monkeypatch.setenv("BLACKCAMO_THRESHOLD", "7.5")
    for command in ("search", "explore", "score"):
        told = effective(capsys, command)
        assert told["scorer"] == ("niqe", str(own))
        assert told["quality"] == (80, str(own))
        assert told["threshold"] == (7.5, "BLACKCAMO_THRESHOLD")
    assert effective(capsys, "learn")["quality"] == (70, str(own))
    assert effective(capsys, "evaluate")["scorer"] == ("niqe", str(own))
    assert effective(capsys, "jury", "rank")["storage"] == ("a.journal", str(own))
    # These know their scorer from a preset, and are given none by chance.
    for command in ("verify", "deliver", "export"):
        assert effective(capsys, command)["scorer"] == (None, "default")
    assert effective(capsys, "verify")["threshold"] == (None, "default")


def test_values_of_every_type_are_read(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own.write_text(
        "[search]\nrange = [0, 10.5]\nrobust = true\nlower-is-better = true\nout = 'x'\n"
        "scorer-option = ['timeout=5']\ntarget = 4\nfor = 'cube'\n"
    )
    told = {key: value for key, (value, _) in effective(capsys, "search").items()}
    wanted = {
        "range": [0, 10.5], "robust": True, "lower-is-better": True, "out": "x",
        "scorer-option": ["timeout=5"], "target": 4, "for": "cube",
    }  # fmt: skip
    assert {key: told[key] for key in wanted} == wanted
    own.write_text("")
    for key, text in {
        "RANGE": "0 10.5", "ROBUST": "yes", "LOWER_IS_BETTER": "1", "OUT": "x",
        "SCORER_OPTION": "timeout=5", "TARGET": "4", "FOR": "cube",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"BLACKCAMO_SEARCH_{key}", text)
    told = {key: value for key, (value, _) in effective(capsys, "search").items()}
    assert {key: told[key] for key in wanted} == wanted


def test_what_is_printed_is_a_configuration_and_holds_no_password(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own.write_text(
        "[search]\nbudget = 7\nrange = [0, 1]\nlook = 'C:\\Filme\\\"a\"\x01.cube'\nrobust = true\n"
        .replace("\x01", "ü")
    )  # fmt: skip
    before = effective(capsys, "search", "--seed", "3")
    assert main(["search", "--seed", "3", "--print-config"]) == 0
    Path("mine.toml").write_text(capsys.readouterr().out)
    after = effective(capsys, "search", "--config", "mine.toml")
    assert {k: v for k, (v, _) in after.items()} == {k: v for k, (v, _) in before.items()}
    assert {s for v, s in after.values() if v not in (None, [])} == {"--config mine.toml"}
    own.write_text("storage = 'mysql://me:s3cret@db/x'")
    assert effective(capsys, "search")["storage"][0] == "mysql://me:***@db/x"


def test_a_named_file_stands_for_all_others(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own.write_text("quality = 80")
    Path("blackcamo.toml").write_text("target = 1")
    monkeypatch.setenv("BLACKCAMO_SEARCH_BUDGET", "13")
    Path("study.toml").write_text("[search]\nseed = 5\ncluster = 'local'\n")
    told = effective(capsys, "search", "--config", "study.toml")
    assert {key for key, (_, source) in told.items() if source != "default"} == {"seed", "cluster"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("budgte = 7", "blackcamo.toml: unknown option or table 'budgte'. Known: "),
        ("[serach]\nbudget = 7", "unknown option or table 'serach'; did you mean 'search'?"),
        ("[search]\nbugdet = 7", "unknown option of [search] 'bugdet'; did you mean 'budget'?"),
        ("[search]\njson = true", "unknown option of [search] 'json'"),
        ("[search]\nbudget = 'many'", "[search] budget is 'many'; it must be a whole number"),
        ("[search]\nbudget = true", "[search] budget is True; it must be a whole number"),
        ("[search]\nrobust = 1", "[search] robust is 1; it must be True or False"),
        ("[search]\nmode = 'enhanced'", "'enhanced'; did you mean 'enhance'?"),
        ("range = [1]", "range is [1]; it must be 2 numbers or None"),
        ("search = 3", "search is 3; it is a command: write [search]"),
        ("[search\n", "blackcamo.toml: no TOML: Expected ']'"),
        ("a = " + "[" * 3000, "blackcamo.toml: no TOML: "),
    ],
)
def test_mistakes_in_a_file_are_told(
    text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("blackcamo.toml").write_text(text)
    line = refused(capsys, "search", "no.jpg")
    assert said in line
    assert line.startswith("blackcamo: blackcamo.toml: ")
    assert main(["search", "--help"]) == 0


def test_mistakes_in_the_environment_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BLACKCAMO_EVALUATE_SCORER_SPLIT", "test")  # of another command
    monkeypatch.setenv("BLACKCAMO_EVALUATE_SIZE", "original")
    assert effective(capsys, "evaluate")["size"] == ("original", "BLACKCAMO_EVALUATE_SIZE")
    monkeypatch.setenv("BLACKCAMO_SEARCH_BUGDET", "7")
    assert "did you mean 'BLACKCAMO_SEARCH_BUDGET'?" in refused(capsys, "search", "no.jpg")
    monkeypatch.delenv("BLACKCAMO_SEARCH_BUGDET")
    monkeypatch.setenv("BLACKCAMO_SEARCH_BUDGET", "many")
    line = refused(capsys, "search", "no.jpg")
    assert "BLACKCAMO_SEARCH_BUDGET is 'many'; it must be a whole number" in line
    monkeypatch.delenv("BLACKCAMO_SEARCH_BUDGET")
    monkeypatch.setenv("BLACKCAMO_CONFIG", "gone.toml")
    assert "gone.toml: it cannot be read (No such file" in refused(capsys, "search", "no.jpg")


def test_what_is_out_of_bounds_says_where_it_stands(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(to_pixels(make_photo(64, 64))).save("img.jpg")
    own.write_text("appeal-floor = 101\nquality = 0")
    words = ["search", "img.jpg", "--scorer", SCORER, "--quality", "90"]
    line = refused(capsys, *words)
    assert f"appeal floor is 101; it must be between 0 and 100 (see {own}: appeal-floor)" in line
    # What was typed stands nowhere else.
    assert "(see" not in refused(capsys, *words[:-1], "0", "--appeal-floor", "80")


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("search", 'scorer = "command:/bin/true"'),
        ("search", 'scorer = "python:blackcamo_evil:f"'),
        ("search", 'scorer = "https://example.org/score"'),
        ("search", 'scorer = "onnx:net.onnx"'),
        ("explore", 'scorer = "pocketiqa,command:/bin/true"'),
        ("search", 'scorer-option = ["auth_env=HOME"]'),
        ("search", 'cluster = "tcp://example.org:8786"'),
        ("search", 'storage = "mysql://example.org/x"'),
        ("search", 'storage = "../other.journal"'),
        ("search", 'storage = "link/other.journal"'),
        ("search", 'out = "/tmp"'),
        ("learn", 'out = "img.jpg"'),
        ("learn", "install = true"),
        ("search", 'csv = "img.jpg"'),
        ("search", 'manifest = "img.jpg"'),
        ("search", "overwrite = true"),
        ("search", "quiet = true"),
        ("prune-artifacts", "limit = 0.0"),
        ("dashboard", 'pictures = "."'),
    ],
)
def test_a_folder_one_stands_in_reaches_nothing(
    command: str, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("link").symlink_to(tmp_path.parent)
    Path("blackcamo.toml").write_text(f"[{command}]\n{line}\n")
    told = refused(capsys, command, "--print-config")
    assert told.startswith(f"blackcamo: blackcamo.toml: {line.split()[0]} ")
    assert "write it into your own file, or say --config blackcamo.toml if you trust" in told
    # Said by name it is taken.
    assert main([command, "--print-config", "--config", "blackcamo.toml"]) == 0


def test_a_folder_above_is_not_asked(capsys: pytest.CaptureFixture[str]) -> None:
    Path("blackcamo.toml").write_text("[search]\nbudget = 7\n")
    Path("below").mkdir()
    os.chdir("below")
    assert effective(capsys, "search")["budget"] == (500, "default")


def test_what_a_folder_sets_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    Path("blackcamo.toml").write_text(
        'scorer = "pocketiqa"\n[search]\nbudget = 7\nout = "here"\n[learn]\nseed = 1\n'
    )
    main(["search", "gone.jpg", "--budget", "8"])
    said = capsys.readouterr().err
    assert "blackcamo.toml of this folder sets scorer, budget, out" in said
    main(["search", "gone.jpg", "--quiet"])
    assert "of this folder" not in capsys.readouterr().err


def test_what_a_project_may_set_exists() -> None:
    """A name that no command has any more must not wait for one that gives it a new meaning."""
    commands = [one for one in get_command(app).commands.values() if hasattr(one, "params")]  # type: ignore[attr-defined]
    known = {option.removeprefix("--") for one in commands for p in one.params for option in p.opts}
    assert known >= configuration.NAMES | configuration.SHARED
    assert not configuration.NAMES & {"scorer-option", "cluster", "overwrite", "command", "from"}


def test_a_configuration_repeats_a_study(capsys: pytest.CaptureFixture[str]) -> None:
    Image.fromarray(to_pixels(make_photo(96, 128))).save("img.jpg")
    words = ["--scorer", SCORER, "--budget", "12", "--style", "vivid", "--no-pictures", "--seed"]
    assert main(["search", *words, "4", "--print-config"]) == 0
    Path("study.toml").write_text(capsys.readouterr().out)
    found = []
    for more in ([*words, "4"], ["--config", "study.toml"]):
        main(["search", "img.jpg", *more, "--json"])
        found.append(json.loads(capsys.readouterr().out)["results"][0])
    assert found[0]["study"] == found[1]["study"]
    assert found[0]["score_after"] == found[1]["score_after"]
    assert found[1]["queries"]["checks"] == 1


COMPLETE = """
import sys
from blackcamo.cli import main
try:
    main([])
finally:
    assert "torch" not in sys.modules, "torch was loaded"
"""


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("search --scorer nim", {"nima-aesthetic", "nima-technical"}),
        ("search --style noir,sil", {"noir,silver"}),
        ("apply --style no", {"noir"}),
        ("search --profile a", {"auto"}),
        ("export --format cube-", {"cube-17", "cube-33", "cube-65"}),
        ("search --finish po", {"polaroid"}),
        ("search --mode e", {"enhance"}),
        ("sea", {"search"}),
        ("search --print-c", {"--print-config"}),
        ("front img", set()),
    ],
)
def test_a_shell_completes_names_without_torch(line: str, wanted: set[str]) -> None:
    env = os.environ | {
        "_BLACKCAMO_COMPLETE": "complete_bash", "COMP_WORDS": f"blackcamo {line}",
        "COMP_CWORD": str(len(line.split())),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", COMPLETE], env=env, capture_output=True, text=True, check=False
    )
    assert not done.stderr
    assert set(done.stdout.split()) == wanted


def test_studies_are_completed(capsys: pytest.CaptureFixture[str]) -> None:
    Image.fromarray(to_pixels(make_photo(64, 64))).save("img.jpg")
    words = ["--scorer", SCORER, "--budget", "3", "--no-pictures", "--storage", "mine.journal"]
    main(["search", "img.jpg", *words, "--json"])
    study = json.loads(capsys.readouterr().out)["results"][0]["study"]
    Path("blackcamo.toml").write_text('storage = "mine.journal"')
    env = os.environ | {
        "_BLACKCAMO_COMPLETE": "complete_bash", "COMP_WORDS": "blackcamo front im",
        "COMP_CWORD": "2",
    }  # fmt: skip
    done = subprocess.run([*PROGRAM], env=env, capture_output=True, text=True, check=False)
    assert done.stdout.split() == [study]


def test_the_shell_is_told_how() -> None:
    done = subprocess.run(
        [*PROGRAM, "--show-completion", "bash"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "_BLACKCAMO_COMPLETE" in done.stdout
