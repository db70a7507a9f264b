"""learn, profiles, apply --profile and what searches say of journeys, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blackcamo.cli import main
from blackcamo.profile import SUFFIX, read_profile

SCORER = ("--scorer", "python:tests.cli.fakes:plainness", "--threshold", "50")


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.chdir(tmp_path)
    y, x = np.mgrid[0:64, 0:96]
    for i in range(5):
        scene = 125 + 60 * np.sin(x / (5 + i)) + 40 * np.cos(y / 7)
        pixels = np.clip(np.stack([scene, scene - 10, scene + 12], -1), 0, 255)
        Image.fromarray(pixels.astype(np.uint8)).save(f"photo{i}.png")
    return sorted(tmp_path.glob("*.png"))


@pytest.mark.slow
def test_what_is_learned_is_told_and_listed_and_searched_with(
    photos: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BLACKCAMO_HOME", str(photos[0].parent / "home"))
    names = [str(path) for path in photos]
    command = ["learn", *names, *SCORER, "--budget", "420", "--install"]
    assert main(command) == 0
    told = capsys.readouterr()
    assert "photos set aside, no query" in told.out
    assert " queries, " in told.out
    path = Path(told.out.split(": ")[0])
    assert path.name == "python-tests.cli.fakes-plainness.profile.json"
    assert read_profile(path).scorer["name"] == SCORER[1]
    # It is known already: no query, the same profile.
    before = path.read_bytes()
    assert main([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["queries"]["total"] <= 420
    assert path.read_bytes() == before
    assert main(["profiles"]) == 0
    assert "plainness" in capsys.readouterr().out
    assert main(["search", names[0], *SCORER, "--budget", "24", "--json"]) in (0, 3)
    searched = json.loads(capsys.readouterr().out)["results"][0]
    preset = json.loads(Path(searched["preset"]).read_text())
    assert preset["provenance"]["profile"]["name"] == path.name.removesuffix(SUFFIX)


def test_profiles_of_the_package_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profiles"]) == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.startswith("profile")
    assert rows[0].startswith("pocketiqa")
    assert main(["profiles", "--json"]) == 0
    (first, *_) = json.loads(capsys.readouterr().out)["profiles"]
    assert first["scorer"] == "pocketiqa"
    assert 0 <= first["reach"]["enhance"]["below"] <= 1


def test_a_photo_is_protected_and_the_scorer_of_the_profile_asked(
    photos: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["apply", "--profile", "pocketiqa", str(photos[0]), "--out", "made"]
    assert main([*command, "--score", "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert Path(result["output"]).exists()
    assert main(["score", str(photos[0]), "--scorer", "pocketiqa", "--json"]) == 0
    (scored,) = json.loads(capsys.readouterr().out)["results"]
    assert result["score_before"] == scored["score"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--budget", "100"], "raise it by"),
        (["--install", "--out", "x.json"], "--out is x.json"),
        (["--appeal-floor", "101"], "101"),
    ],
)
def test_what_cannot_be_learned_is_refused(
    photos: list[Path], capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["learn", *map(str, photos), *SCORER, *words]) == 2
    told = capsys.readouterr().err.splitlines()
    assert said in told[-1]
    assert not list(photos[0].parent.glob("*.json"))


def test_a_search_tells_how_its_result_travels(
    photos: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", str(photos[0]), *SCORER, "--budget", "20", "--travel"]) in (0, 3)
    (line,) = [one for one in capsys.readouterr().out.splitlines() if "  after " in one]
    assert "jpeg:75 " in line
    assert line.endswith("queries beside the budget)")
