"""search, score, verify, apply, front, export, studies on real files, as a user runs them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.core import TyperGroup
from typer.main import get_command

from blackcamo.cli import app, main
from blackcamo.run import SearchConfig
from blackcamo.run.config import DEFAULT_STORAGE

NAMED = ("--scorer", "python:tests.cli.fakes:plainness")
SCORER = (*NAMED, "--threshold", "50")
Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command with --json: exit status, the object on stdout, the lines on stderr."""

    def run(command: str, *words: object) -> tuple[int, Any, str]:
        status = main([command, "--json", *map(str, words)])
        told = capsys.readouterr()
        return status, json.loads(told.out), told.err

    return run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bright and a dark photo, of which the bright one was searched."""
    folder = tmp_path_factory.mktemp("jobs")
    y, x = np.mgrid[0:96, 0:128]
    scene = 110 + 60 * np.sin(x / 9) + 40 * np.cos(y / 7)
    for name, level in (("bright", 12), ("dark", -60)):
        pixels = np.clip(np.stack([scene, scene - 10, scene + 12], -1) + level, 0, 255)
        Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{name}.jpg", quality=95)
    status = main([
        "search", str(folder / "bright.jpg"), *SCORER, "--target", "49", "--budget", "48",
        "--out", str(folder / "out"), "--storage", str(folder / "studies.journal"),
    ])  # fmt: skip
    assert status == 0
    return folder


def test_defaults_are_those_of_python() -> None:
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    options = {p.name: p.default for p in group.commands["search"].params}
    names = {"proxy_px": "proxy", "styles": "style"}
    # In Python it is None: what viewers like, or a look alone.
    assert options.pop("style") == "auto"
    assert SearchConfig().styles is None
    options["style"] = None
    assert options.pop("look_strength") == "40:100"
    options["look_strength"] = (40.0, 100.0)
    assert options.pop("channel") is None
    options["channels"] = ()
    config = SearchConfig()
    for field in fields(config):
        if field.name in ("scorer_options", "storage"):
            continue
        assert options[names.get(field.name, field.name)] == getattr(config, field.name)
    assert options["storage"] == DEFAULT_STORAGE
    assert config.storage is None


def test_search_writes_and_tells_what_happened(folder: Path, run: Run) -> None:
    status, told, err = run(
        "search", folder / "bright.jpg", folder / "none.jpg", *SCORER, "--target", 49,
        "--budget", 32, "--seed", 5, "--out", folder / "again",
        "--storage", folder / "again.journal",
    )  # fmt: skip
    assert status == 2
    assert err == ""
    good, bad = told["results"]
    assert good["photo"] == str(folder / "bright.jpg")
    assert (good["succeeded"], good["verdict"], good["why"]) == (True, "camouflaged", "")
    assert (good["next_step"], bad["verdict"]) == (None, None)
    assert good["score_after"] <= good["target"] < 50 <= good["score_before"]
    assert set(good["queries"]) >= {
        "baseline", "search", "verify", "cache_hits", "total", "budget", "to_success",
    }  # fmt: skip
    assert good["queries"]["total"] <= 32 == good["queries"]["budget"]
    for key in ("output", "preset", "compare"):
        assert Path(good[key]).is_file()
    assert bad["photo"] == str(folder / "none.jpg")
    assert "none.jpg does not exist" in bad["error"]


def test_search_prints_lines_for_people(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "search", str(folder / "none.jpg"), str(folder / "bright.jpg"), *SCORER, "--target", "2",
        "--proxy", "64", "--budget", "20",
        "--out", str(folder / "far"), "--storage", str(folder / "far.journal"),
    ]  # fmt: skip
    assert main(words) == 2
    told = capsys.readouterr()
    error, note = told.err.splitlines()
    assert error == f"blackcamo: {folder / 'none.jpg'} does not exist; check the path"
    assert "searched at 64 pixels, so that little hides in the photo" in note
    first, _, written, advice, empty, head, failed, best, summary = told.out.splitlines()
    assert f"{folder / 'bright.jpg'}: low quality without the safety margin (" in first
    assert "; target 2, threshold 50): python:tests.cli.fakes:plainness " in first
    assert "(target 2), appeal" in first
    assert written == f"  {folder / 'far' / 'bright.best-effort.jpg'}"
    assert advice == "  next: continue with --budget 500"
    assert empty == ""
    assert head.split() == ["photo", "before", "after", "appeal", "queries", "verdict"]
    assert failed.split() == ["none.jpg", "-", "-", "-", "0", "failed"]
    assert best.split()[0] == "bright.jpg"
    assert best.endswith("low quality without the safety margin")
    says = "0 of 2 camouflaged; low quality without the safety margin: bright; failed: none"
    assert summary == says
    assert main([words[0], *words[2:]]) == 3


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--budget", "0", "budget is 0"),
        ("--scorer", "nique", "unknown scorer 'nique'; did you mean 'niqe'?"),
        ("--style", "vivid,nior", "unknown style 'nior'; did you mean 'noir'?"),
        ("--style", ",", "no style is named; choose from"),
        ("--alternatives", "0", "alternatives is 0; it must be at least 1"),
        ("--finish", "polaroyd", "unknown finish 'polaroyd'; did you mean 'polaroid'?"),
        ("--strategy", "CMAA", "CMAA"),
        ("--quality", "101", "quality is 101; it must be between 1 and 100"),
        ("--appeal", "critik", "unknown appeal 'critik'; did you mean 'critic'?"),
        ("--proxy", "1", "proxy"),
        ("--device", "gpu", "gpu"),
    ],
)
def test_an_impossible_search_is_refused_once(
    option: str, value: str, says: str, folder: Path, run: Run
) -> None:
    words = (*SCORER, option, value) if option != "--scorer" else (option, value)
    photo, out = folder / "bright.jpg", folder / "refused"
    status, told, err = run(
        "search", photo, photo, *words, "--out", out, "--storage", folder / "refused.journal"
    )
    assert status == 2
    assert says in told["error"]
    assert err == f"blackcamo: {told['error']}\n"
    assert not out.exists()


def test_verify_reproduces_the_score_and_notices_a_change(folder: Path, run: Run) -> None:
    camouflage = folder / "out" / "bright.camo.jpg"
    # A preset may come from anybody: it does not choose the module that is imported.
    status, told, _ = run("verify", camouflage)
    assert status == 2
    assert "run programs or send photos; if you trust that, name it with" in told["error"]
    status, told, _ = run("verify", camouflage, *NAMED)
    assert (status, told["reproduced"]) == (0, True)
    assert told["score"] == told["recorded"]

    changed = folder / "changed" / "bright.camo.jpg"
    changed.parent.mkdir()
    shutil.copy(folder / "out" / "bright.preset.json", changed.parent)
    shutil.copy(folder / "bright.jpg", changed)
    status, told, _ = run("verify", changed, *NAMED)
    assert (status, told["reproduced"]) == (3, False)
    assert told["score"] > told["recorded"]

    status, told, _ = run("verify", folder / "bright.jpg", *NAMED)
    assert status == 2
    assert "--preset" in told["error"]


def test_score_is_that_of_the_channel_unless_told_otherwise(folder: Path, run: Run) -> None:
    camouflage = folder / "out" / "bright.camo.jpg"
    recorded = run("verify", camouflage, *NAMED)[1]["recorded"]
    _, as_is, _ = run("score", camouflage, *SCORER, "--as-is")
    _, after, _ = run("score", camouflage, *SCORER, "--quality", 10)
    assert as_is["results"][0]["score"] == recorded
    assert after["results"][0]["score"] != recorded
    assert (as_is["results"][0]["threshold"], as_is["results"][0]["high_quality"]) == (50, False)


def test_score_prints_a_line_a_photo(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photos = [str(folder / name) for name in ("bright.jpg", "none.jpg", "dark.jpg")]
    assert main(["score", *photos, *SCORER]) == 2
    told = capsys.readouterr()
    lines = [line.split() for line in told.out.splitlines()]
    assert [line[1:] for line in lines] == [["high", photos[0]], ["low", photos[2]]]
    assert told.err == f"blackcamo: {photos[1]} does not exist; check the path\n"


def test_scales_may_be_turned_around(folder: Path, run: Run) -> None:
    for direction, verdict in (("--lower-is-better", False), ("--higher-is-better", True)):
        _, told, _ = run("score", folder / "bright.jpg", *SCORER, direction, "--range", 0, 100)
        assert told["results"][0]["high_quality"] is verdict


def test_apply_gives_other_photos_the_look(folder: Path, run: Run) -> None:
    preset = folder / "out" / "bright.preset.json"
    (folder / "empty").mkdir()
    photos = [folder / "dark.jpg", folder / "empty", folder]
    status, told, _ = run("apply", preset, *photos, "--out", folder / "applied")
    assert status == 2
    dark, bad, bright = told["results"]
    assert "is a folder without pictures" in bad["error"]
    assert Path(dark["output"]).name == "dark.camo.jpg"
    assert dark["score_before"] is None
    # The preset gives its own photo the delivered bytes, but for nothing.
    delivered = folder / "out" / "bright.camo.jpg"
    assert Path(bright["output"]).read_bytes() == delivered.read_bytes()
    status, told, _ = run("apply", preset, photos[0], "--out", folder / "png", "--before-channel")
    assert status == 0
    with Image.open(told["results"][0]["output"]) as image:
        assert image.format == "PNG"


def test_apply_reports_what_it_does_to_the_score(
    folder: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    preset = folder / "out" / "bright.preset.json"
    recorded = json.loads(preset.read_text("utf-8"))["provenance"]
    others = ("apply", preset, folder / "bright.jpg", "--out", folder / "scored", "--score")
    words = (*others, *NAMED)
    status, told, _ = run(*words)
    (bright,) = told["results"]
    assert status == 0
    assert bright["score_before"] == recorded["score_before"]
    assert bright["score_after"] == recorded["score_after"]
    assert main([*map(str, words), "--jobs", "1"]) == 0
    before, after, output = capsys.readouterr().out.split()
    assert (before, after) == (f"{bright['score_before']:.1f}", f"{bright['score_after']:.1f}")
    assert output == bright["output"]
    _, told, _ = run(*others, "--scorer", "niqe")
    assert told["results"][0]["score_before"] != bright["score_before"]
    assert main(["apply", str(preset), "a.jpg", "--out", "x", "--scorer", "niqe"]) == 2
    assert "it needs --score" in capsys.readouterr().err


def test_apply_gives_a_style_without_any_preset(
    folder: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = (folder / "bright.jpg", folder / "dark.jpg")
    style = ("apply", *photos, "--style", "noir")
    status, told, _ = run(*style, "--out", folder / "noir")
    assert status == 0
    for photo, result in zip(photos, told["results"], strict=True):
        assert (result["photo"], result["score_before"]) == (str(photo), None)
        with Image.open(result["output"]) as image:
            levels = np.asarray(image.convert("YCbCr")).astype(int)
        assert np.abs(levels[..., 1:] - 128).max() <= 1
    status, told, _ = run(
        *style, "--strength", 0, "--finish", "white", "--score", *NAMED, "--out", folder / "none"
    )
    assert status == 0
    assert all(r["score_after"] != r["score_before"] for r in told["results"]), "a white frame"
    for words, says in (
        (("--style", "noir", "--strength", "200"), "strength is 200 %; it must be between 0"),
        (("--style", "noir", "--strength", "0.7"), "it is in percent, 0 to 150: say 70"),
        (("--style", "nior"), "did you mean 'noir'"),
        (("--profile", "pocketiqa", "--strength", "50"), "--strength is 50; it needs a preset or"),
        (("--finish", "white"), "--finish is white; it needs --style"),
    ):
        assert main(["apply", *map(str, photos), *words, "--out", str(folder / "no")]) == 2
        assert says in capsys.readouterr().err
    assert not (folder / "no").exists()


def test_styles_draws_a_photo_in_each(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    status, told, _ = run("styles", folder / "bright.jpg", "--style", "noir,vivid")
    assert (status, told) == (0, {"sheet": "bright.styles.png"})
    with Image.open(folder / "bright.styles.png") as sheet:
        assert sheet.width == 1600
    status, told, _ = run("styles", folder / "none.jpg", "--out", folder / "x.png")
    assert status == 2
    assert "none.jpg does not exist" in told["error"]
    assert not (folder / "x.png").exists()


def test_search_tells_of_what_there_is_to_choose_from(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "search", str(folder / "bright.jpg"), *SCORER, "--target", "49", "--budget", "40",
        "--style", "vivid,clear", "--out", str(folder / "two"),
        "--storage", str(folder / "two.journal"),
    ]  # fmt: skip
    assert main([*words, "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["results"]
    (choice,) = result["choices"]
    assert {result["style"], choice["style"]} == {"vivid", "clear"}
    assert main(words) == 0
    _, *lines = capsys.readouterr().out.splitlines()
    score, appeal = f"{choice['score']:.1f}", f"{choice['appeal']:.1f}"
    assert lines == [
        f"  {result['recipe']}",
        f"  {result['output']}",
        f"  or {choice['recipe']}",
        f"     {choice['output']} ({score}, appeal {appeal})",
        f"  all of them side by side: {result['sheet']}",
    ]


def test_a_study_is_listed_shown_and_exported(folder: Path, run: Run) -> None:
    storage = ("--storage", folder / "studies.journal")
    _, told, _ = run("studies", *storage)
    (study,) = told["studies"]
    assert study["photo"] == "bright.jpg"
    _, told, _ = run("front", study["name"], *storage)
    front = told["front"]
    picks = [pick for entry in front for pick in entry["picks"]]
    assert {"lowest", "knee"} <= set(picks)
    scores = sorted((e["score"], e["appeal"]) for e in front)
    assert [appeal for _, appeal in scores] == sorted(appeal for _, appeal in scores)

    status, told, _ = run("export", study["name"], *storage, "--out", folder / "presets")
    assert status == 0
    assert set(told["exports"]) == {"json", "cube"}
    assert told["exports"]["cube"]["max_error_levels"] < 0.01
    (exported,) = told["exports"]["json"]["files"]
    best = json.loads((folder / "out" / "bright.preset.json").read_text())
    assert json.loads(Path(exported).read_text())["params"] == best["params"]
    _, told, _ = run(
        "export", study["name"], *storage, "--pick", front[-1]["number"], "--format", "cube",
        "--out", folder / "one",
    )  # fmt: skip
    assert told["trial"] == front[-1]["number"]
    assert [path.name for path in (folder / "one").iterdir()] == [
        f"bright.trial{front[-1]['number']}.cube"
    ]


def test_a_report_shows_what_was_found(
    folder: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(folder / "out", folder / "shown" / "bright")
    words = ("report", folder / "shown", "--photos", folder, "--out", folder / "gallery")
    status, told, err = run(*words)
    assert (status, err) == (0, "")
    by_file = {Path(one["photo"]).name: one for one in told["results"]}
    assert by_file.keys() == {path.name for path in (folder / "out").glob("*.camo.jpg")}
    shown = by_file["bright.camo.jpg"]
    recorded = json.loads((folder / "out" / "bright.preset.json").read_text())["provenance"]
    assert shown["score_after"] == recorded["score_after"]
    assert (shown["name"], shown["error"]) == ("bright.jpg", None)
    for path in (*told["pages"], *told["sheets"]):
        assert Path(path).is_file()

    shutil.copy(folder / "dark.jpg", folder / "shown" / "dark.camo.jpg")
    assert main([*map(str, words)]) == 2
    printed = capsys.readouterr()
    assert printed.out.split() == [*told["pages"], *told["sheets"]]
    assert printed.err == (
        f"blackcamo: {folder / 'shown' / 'dark.camo.jpg'}: no preset dark.preset.json beside it; "
        "keep them together\n"
    )
    status, told, _ = run("report", folder / "nowhere")
    assert status == 2
    assert "does not exist" in told["error"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("front", "nix"), "unknown study 'nix'"),
        (("export", "nix"), "unknown study 'nix'"),
        (("export", "STUDY", "--pick", "first"), "first"),
        (("export", "STUDY", "--pick", "999"), "999"),
        (("export", "STUDY", "--format", "cub"), "did you mean 'cube'"),
    ],
)
def test_what_a_study_lacks_is_said(
    words: tuple[str, ...], says: str, folder: Path, run: Run
) -> None:
    storage = ("--storage", folder / "studies.journal")
    name = run("studies", *storage)[1]["studies"][0]["name"]
    status, told, _ = run(*(name if w == "STUDY" else w for w in words), *storage)
    assert status == 2
    assert says in told["error"]


def test_a_photo_stands_for_its_newest_study(
    folder: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it lies, and without saying where once more."""
    monkeypatch.chdir(tmp_path)
    storage = ("--storage", folder / "studies.journal")
    name = run("studies", *storage)[1]["studies"][0]["name"]
    photo = folder / "bright.jpg"
    status, told, err = run("export", photo, *storage, *NAMED, "--format", "cube")
    assert (status, told["study"]) == (0, name), err
    assert not told["notes"]
    status, told, err = run("deliver", photo, "--pick", "best", *storage, *NAMED)
    assert status in (0, 3), err
    assert run("front", photo, *storage)[1]["study"] == name
    assert "no study of this photo" in run("front", folder / "dark.jpg", *storage)[1]["error"]


def test_tables_for_people(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    storage = ["--storage", str(folder / "studies.journal")]
    assert main(["studies", *storage]) == 0
    name = capsys.readouterr().out.splitlines()[1].split()[0]
    assert main(["front", name, *storage]) == 0
    assert capsys.readouterr().out.split()[:3] == ["trial", "score", "appeal"]
    assert main(["export", name, *storage, "--out", str(folder / "shown")]) == 0
    told = capsys.readouterr().out
    assert str(folder / "shown" / "bright.cube") in told
    assert "cube: at most 0.0" in told
    assert main(["verify", str(folder / "out" / "bright.camo.jpg"), *NAMED]) == 0
    assert "bright.camo.jpg: reproduced, python:tests.cli.fakes:plainness" in (
        capsys.readouterr().out
    )


def test_an_unwritable_folder_is_one_line(folder: Path, run: Run) -> None:
    preset, no_folder = folder / "out" / "bright.preset.json", folder / "dark.jpg"
    status, told, _ = run("apply", preset, folder / "bright.jpg", "--out", no_folder)
    assert status == 2
    assert f"cannot write {no_folder}" in told["results"][0]["error"]
