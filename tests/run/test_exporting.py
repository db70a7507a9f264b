"""What is exported says what it is worth, and replaces nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from blackcamo import run
from blackcamo.channel import Channel
from blackcamo.cli import main
from blackcamo.errors import PresetError
from blackcamo.images import load_photo
from blackcamo.looks import read_look
from blackcamo.preset import read_preset
from blackcamo.run.worth import groups, through_table
from blackcamo.testing import CountingScorer
from blackcamo.types import ScorerInfo
from tests.exporters import programs
from tests.run.conftest import Search, write_photo
from tests.run.finished import searched

Export = Callable[..., run.ExportResult]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, run.SearchResult]:
    """A search in a style that does more than colours: clarity, glow, a vignette."""
    folder = tmp_path_factory.mktemp("finished")
    return folder, searched(folder, styles=("soft-focus",), budget=60, target=0.0)


@pytest.fixture
def result(
    finished: tuple[Path, run.SearchResult], scorer: CountingScorer, tmp_path: Path
) -> run.SearchResult:
    """That search, in the test's folder but for the paths in its result."""
    folder, result = finished
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return result


@pytest.fixture
def export(result: run.SearchResult, photo: Path, tmp_path: Path) -> Export:
    def export(*formats: str, **options: Any) -> run.ExportResult:
        defaults: dict[str, Any] = {
            "storage": str(tmp_path / "out" / "studies.journal"),
            "pick": 36,
            "out": tmp_path / "presets",
            "photos": [photo],
        }
        return run.export(str(result.study), formats=formats, **{**defaults, **options})

    return export


def test_the_look_alone_is_scored_once_for_all_tables(
    export: Export, scorer: CountingScorer, photo: Path, tmp_path: Path
) -> None:
    shown = scorer.images
    exported = export("json", "cube", "darktable", "pillow", "cube-33")
    (worth,) = exported.worth
    assert worth.formats == ("cube", "darktable", "pillow", "cube-33")
    assert (worth.carries, worth.error) == ("look", None)
    assert scorer.images == shown + 1
    # Pillow gives a picture; sent through the channel it scores what was said.
    programs.by_pillow(exported.exports["pillow"], photo, tmp_path / "pillow.png")
    _, received = Channel().send(programs.read(tmp_path / "pillow.png"))
    (theirs,) = scorer.score([received])
    assert worth.score == pytest.approx(theirs, abs=0.2)
    assert exported.score is not None
    assert worth.score is not None
    assert abs(worth.score - exported.score) > 1, "clarity, glow and vignette do something"
    assert worth.high_quality is (worth.score >= 50)
    assert worth.reached is False
    json.dumps(exported.to_json())


def test_coarse_tables_layers_and_approximations_are_told_apart(
    export: Export, scorer: CountingScorer
) -> None:
    shown = scorer.images
    exported = export("json", "cube", "cube-17", "hald", "layers", "lightroom")
    by_carries = {worth.carries: worth for worth in exported.worth}
    errors = {n: e.max_error_levels for n, e in exported.exports.items()}
    same = tuple(n for n in ("cube", "cube-17", "hald") if (errors[n] or 0) <= 2.5)
    assert by_carries["look"].formats == same
    assert by_carries["layers"].formats == ("layers",)
    assert by_carries["approximation"].formats == ("lightroom",)
    assert "score what it gives" in str(by_carries["approximation"].error)
    assert scorer.images == shown + sum(w.score is not None for w in exported.worth)
    assert by_carries["layers"].score != by_carries["look"].score
    assert sum(len(w.formats) for w in exported.worth) == 5, "all but json, which is everything"


def test_a_coarse_table_is_scored_as_it_is_written(
    export: Export, photo: Path, tmp_path: Path
) -> None:
    exported = export("cube-17", "cube")
    fine = exported.exports["cube-17"]
    coarse = type(fine)(fine.files, fine.left_out, 9.0)
    preset = read_preset(export("json", score=False).exports["json"].files[0])
    exports = {"cube": exported.exports["cube"], "cube-17": coarse}
    look, table = groups(preset, exports)
    assert (look.carries, look.formats) == ("look", ("cube",))
    assert (table.carries, table.formats) == ("table", ("cube-17",))
    programs.by_opencolorio(coarse, write_png(photo, tmp_path), tmp_path / "ocio.png")
    ours = through_table(load_photo(photo).pixels, coarse.files[0]).astype(int)
    assert abs(ours - programs.read(tmp_path / "ocio.png")).max() <= 1


def write_png(photo: Path, folder: Path) -> Path:
    Image.fromarray(load_photo(photo).pixels).save(folder / "photo.png")
    return folder / "photo.png"


def test_what_carries_everything_costs_no_query(
    run_search: Search, scorer: CountingScorer, photo: Path, tmp_path: Path
) -> None:
    result = run_search(styles=("black-and-white",), budget=16, target=0.0, made_for="cube")
    shown = scorer.images
    exported = run.export(
        str(result.study), storage=str(tmp_path / "out" / "studies.journal"),
        formats=("json", "cube", "hald"), out=tmp_path / "presets", photos=[photo],
    )  # fmt: skip
    assert exported.exports["cube"].left_out == ()
    assert (exported.worth, scorer.images) == ((), shown)
    assert exported.score == result.score_after


def test_nothing_is_asked_when_told_so(export: Export, scorer: CountingScorer) -> None:
    shown = scorer.images
    assert export("cube", score=False).worth == ()
    assert scorer.images == shown


def test_what_cannot_be_scored_is_said_and_exported(
    export: Export, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    exported = export("cube", photos=[tmp_path / "empty"])
    assert exported.exports["cube"].files[0].is_file()
    (worth,) = exported.worth
    assert worth.error == "original photo.jpg was not found; name its folder with --photos"
    assert (worth.score, worth.reached) == (None, None)
    changed = write_photo(tmp_path / "empty" / "photo.jpg", width_px=120)
    (worth,) = export("cube", photos=[changed]).worth
    assert "has changed since" in str(worth.error)

    def refuse(*_: Any) -> None:
        raise PresetError("name it with --scorer")

    monkeypatch.setattr("blackcamo.run.exporting.recorded_scorer", refuse)
    (worth,) = export("cube").worth
    assert worth.error == "name it with --scorer"


def test_another_scorer_knows_no_target(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    strange = CountingScorer(lambda _: 77.0, info=ScorerInfo(name="another"))
    monkeypatch.setattr("blackcamo.run.trust.load_scorer", lambda *_: strange)
    (worth,) = export("cube", scorer="niqe").worth
    assert (worth.score, worth.high_quality, worth.reached) == (77.0, True, None)


def test_exports_replace_nothing(export: Export, tmp_path: Path) -> None:
    presets = tmp_path / "presets"
    presets.mkdir()
    (presets / "photo.trial36.cube").write_bytes(b"mine")
    first = export("json", "cube", "darktable", score=False)
    names = {path.name for e in first.exports.values() for path in e.files}
    assert names == {
        "photo.trial36-2.preset.json", "photo.trial36-2.cube", "photo.trial36-2.darktable.xmp",
    }  # fmt: skip
    assert first.notes == ("photo.trial36.* is there and stays; this is photo.trial36-2.*",)
    assert (
        b"photo.trial36-2.cube".hex().encode()
        in (presets / "photo.trial36-2.darktable.xmp").read_bytes()
    ), "the names in files are those of the files"
    before = {path: path.read_bytes() for path in presets.iterdir()}
    export("json", "cube", "darktable", score=False)
    assert {path: path.read_bytes() for path in presets.iterdir()} == before
    export("hald", score=False)
    assert (presets / "photo.trial36.hald.png").is_file()
    replaced = export("cube", score=False, overwrite=True)
    assert replaced.exports["cube"].files == (presets / "photo.trial36.cube",)
    assert read_look(presets / "photo.trial36.cube").size == 33


@pytest.mark.parametrize("stem", ["a\nb", "\U0001f468\u200d\U0001f469", "caf\udce9", "x" * 251])
def test_any_photos_name_can_be_exported(
    stem: str, run_search: Search, photo: Path, tmp_path: Path
) -> None:
    strange = photo.rename(tmp_path / f"{stem}.jpg")
    result = run_search(strange, styles=("vivid",), budget=8, target=0.0)
    exported = run.export(
        str(result.study), storage=str(tmp_path / "out" / "studies.journal"),
        formats=("json", "cube", "dtstyle", "imagemagick", "lightroom"),
        out=tmp_path / "presets", photos=[strange],
    )  # fmt: skip
    (table,) = exported.exports["cube"].files
    assert read_look(table).size == 33
    assert all(path.name.isprintable() for path in (tmp_path / "presets").iterdir())
    assert all(worth.error is None or worth.carries == "approximation" for worth in exported.worth)


def test_the_command_line_says_it_once_per_group(
    export: Export,
    result: run.SearchResult,
    scorer: CountingScorer,
    photo: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    words = [
        "export", str(result.study), "--storage", str(tmp_path / "out" / "studies.journal"),
        "--pick", "36", "--format", "json,cube,darktable", "--out", "presets",
    ]  # fmt: skip
    assert main(words) == 0
    told = capsys.readouterr().out.splitlines()
    (worth,) = export("cube").worth
    assert worth.score is not None
    (said,) = [line for line in told if "the look alone" in line]
    assert said.startswith(
        f"  the look alone (cube, darktable) scores {worth.score:.1f}: "
        f"{'high' if worth.high_quality else 'low'} quality, short of the target 0; all of it "
    )
    assert told[-1].endswith("is what `search --for cube` looks for")
    shown = scorer.images
    assert main([*words, "--no-score"]) == 0
    assert "the look alone" not in capsys.readouterr().out
    assert scorer.images == shown
    photo.unlink()
    assert main(words) == 0
    assert "the look alone (cube, darktable) was not scored: original photo.jpg was not found" in (
        capsys.readouterr().out
    )
    assert main([*words, "--json"]) == 0
    (group,) = json.loads(capsys.readouterr().out)["worth"]
    assert group.keys() == asdict(worth).keys()
