"""The gallery of results: what is found, what is shown, what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from blackcamo import run
from blackcamo.errors import InputError
from blackcamo.run import exhibition
from tests.run.conftest import Search, write_photo


@pytest.fixture
def found(run_search: Search, photo: Path) -> run.SearchResult:
    """What a search of ``photo`` delivered, in the folder ``out``."""
    return run_search(photo, budget=24, alternatives=1)


def photos_in(path: Path) -> set[str]:
    return {p.name for p in path.iterdir() if p.suffix in (".html", ".png")}


def test_a_search_is_shown_with_all_that_is_known_of_it(
    run_search: Search, photo: Path, tmp_path: Path
) -> None:
    found = run_search(photo, budget=24)
    assert found.choices
    made = run.exhibit([tmp_path / "out"], photos=[tmp_path], out=tmp_path / "gallery")
    by_file = {result.photo: result for result in made.results}
    assert by_file.keys() == {found.output, *(choice.output for choice in found.choices)}
    assert found.output is not None
    shown = by_file[found.output]
    assert shown.error is None
    assert (shown.photo, shown.name) == (found.output, "photo.jpg")
    assert (shown.score_before, shown.score_after) == (found.score_before, found.score_after)
    assert (shown.appeal, shown.parts) == (found.appeal, found.parts)
    assert shown.queries == found.queries["total"]
    assert shown.succeeded == found.succeeded
    assert [path.name for path in made.pages] == ["gallery.html"]
    with Image.open(made.sheets[0]) as sheet:
        assert sheet.format == "PNG"
        assert sheet.width < 2000
    page = made.pages[0].read_text("utf-8")
    assert f"{found.score_after:.1f}" in page
    assert str(tmp_path) not in page


def test_the_photo_is_found_under_another_name(found: run.SearchResult, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").rename(tmp_path / "renamed.jpg")
    write_photo(tmp_path / "photo.jpg", width_px=140)
    made = run.exhibit([tmp_path / "out"], photos=[tmp_path])
    assert made.results[0].name == "renamed.jpg"
    assert made.pages == (tmp_path / "out" / "gallery.html",)


def test_what_cannot_be_shown_has_a_reason_and_the_others_are_shown(
    found: run.SearchResult, tmp_path: Path
) -> None:
    assert found.output is not None
    assert found.preset is not None
    for name in ("alone", "changed", "foreign", "torn"):
        folder = tmp_path / "out" / name
        folder.mkdir()
        shutil.copy(found.output, folder / f"{name}.camo.jpg")
        shutil.copy(found.preset, folder / f"{name}.preset.json")
    (tmp_path / "out" / "alone" / "alone.preset.json").unlink()
    write_photo(tmp_path / "out" / "changed" / "changed.camo.jpg")
    (tmp_path / "out" / "torn" / "torn.preset.json").write_text("{")
    preset = tmp_path / "out" / "foreign" / "foreign.preset.json"
    document = json.loads(preset.read_text())
    document["provenance"]["photo"] = {"name": "<b>.jpg", "sha256": "0"}
    preset.write_text(json.dumps(document))

    made = run.exhibit([tmp_path / "out"], photos=[tmp_path])
    reasons = {result.photo.name: result.error for result in made.results}
    page = made.pages[0].read_text("utf-8")
    for name, reason in (
        ("alone", "no preset alone.preset.json beside it"),
        ("changed", "is not the file that its preset records"),
        ("foreign", "original <b>.jpg was not found; name its folder with --photos"),
        ("torn", "malformed JSON"),
    ):
        assert reason in str(reasons[f"{name}.camo.jpg"])
        assert name in page
    assert reasons["photo.camo.jpg"] is None
    assert "&lt;b&gt;.jpg" in page
    assert "<b>.jpg" not in page
    assert str(tmp_path) not in page


def test_a_photo_that_has_changed_is_refused(found: run.SearchResult, tmp_path: Path) -> None:
    write_photo(tmp_path / "photo.jpg", width_px=140)
    (shown,) = run.exhibit([tmp_path / "out"], photos=[tmp_path]).results
    assert "photo.jpg has changed since" in str(shown.error)


def test_folders_that_hold_nothing_are_refused(tmp_path: Path) -> None:
    nothing = r"no \*\.camo\.jpg or \*\.best-effort\.jpg in it"
    for folder, says in ((tmp_path, nothing), (tmp_path / "none", "is no folder")):
        with pytest.raises(InputError, match=says):
            run.exhibit([folder], photos=[tmp_path], out=tmp_path / "gallery")
    assert not (tmp_path / "gallery").exists()
    write_photo(tmp_path / "x.camo.jpg")
    with pytest.raises(InputError, match="gone does not exist"):
        run.exhibit([tmp_path], photos=[tmp_path / "gone"], out=tmp_path / "gallery")


def test_many_photos_make_pages_that_lead_to_each_other(
    found: run.SearchResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exhibition, "PHOTOS_A_PAGE", 2)
    for n in range(4):
        shutil.copytree(tmp_path / "out", tmp_path / "runs" / str(n))
    counted: list[tuple[int, int]] = []
    made = run.exhibit(
        [tmp_path / "runs"],
        photos=[tmp_path],
        progress=lambda _, done, total: counted.append((done, total)),
    )
    assert photos_in(tmp_path / "runs") == {
        "gallery.html", "gallery-2.html", "gallery.png", "gallery-2.png",
    }  # fmt: skip
    assert counted == [(n, 4) for n in range(1, 5)]
    first, second = (path.read_text("utf-8") for path in made.pages)
    assert 'href="gallery-2.html"' in first
    assert 'href="gallery.html"' in second
    # Namesakes are told apart by their folders.
    assert [n for n in range(4) if f"in runs/{n}<" in first] == [0, 1]
    # Fewer photos leave no page of what was shown before.
    shutil.rmtree(tmp_path / "runs" / "2")
    shutil.rmtree(tmp_path / "runs" / "3")
    (tmp_path / "runs" / "gallery-3.html").write_text("somebody's own")
    run.exhibit([tmp_path / "runs"], photos=[tmp_path])
    assert photos_in(tmp_path / "runs") == {"gallery.html", "gallery.png", "gallery-3.html"}
