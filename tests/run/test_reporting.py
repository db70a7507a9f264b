"""The report on results: what is found, what is shown, what is refused."""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image

from blackcamo import run
from blackcamo.errors import InputError
from blackcamo.run import reporting
from blackcamo.run.review import Review
from blackcamo.study import Study
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
    found = run_search(photo, budget=24, styles=("vivid", "lomo", "clear"))
    assert found.choices
    made = run.report([tmp_path / "out"], photos=[tmp_path], out=tmp_path / "report")
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
    assert [path.name for path in made.pages] == ["report.html"]
    with Image.open(made.sheets[0]) as sheet:
        assert sheet.format == "PNG"
        assert sheet.width < 2000
    page = made.pages[0].read_text("utf-8")
    assert f"{found.score_after:.1f}" in page
    assert str(tmp_path) not in page
    # Results of one photo are told apart.
    styles = [found.style, *(choice.style for choice in found.choices)]
    assert sorted(re.findall(r'<span class="where">([\w-]+)</span>', page)) == sorted(styles)
    assert f"{len(styles)} results, " in page


def test_the_photo_is_found_under_another_name(found: run.SearchResult, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").rename(tmp_path / "renamed.jpg")
    write_photo(tmp_path / "photo.jpg", width_px=140)
    made = run.report([tmp_path / "out"], photos=[tmp_path])
    assert made.results[0].name == "renamed.jpg"
    assert made.pages == (tmp_path / "out" / "report.html",)


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

    made = run.report([tmp_path / "out"], photos=[tmp_path])
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
    (shown,) = run.report([tmp_path / "out"], photos=[tmp_path]).results
    assert "photo.jpg has changed since" in str(shown.error)


def test_folders_that_hold_nothing_are_refused(tmp_path: Path) -> None:
    nothing = r"no \*\.camo\.jpg or \*\.best-effort\.jpg in it"
    for folder, says in ((tmp_path, nothing), (tmp_path / "none", "none does not exist")):
        with pytest.raises(InputError, match=says):
            run.report([folder], photos=[tmp_path], out=tmp_path / "report")
    assert not (tmp_path / "report").exists()
    write_photo(tmp_path / "x.camo.jpg")
    with pytest.raises(InputError, match="gone does not exist"):
        run.report([tmp_path], photos=[tmp_path / "gone"], out=tmp_path / "report")


def test_many_photos_make_pages_that_lead_to_each_other(
    found: run.SearchResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "PHOTOS_A_PAGE", 2)
    for n in range(4):
        shutil.copytree(tmp_path / "out", tmp_path / "runs" / str(n))
    counted: list[tuple[int, int]] = []
    made = run.report(
        [tmp_path / "runs"],
        photos=[tmp_path],
        progress=lambda _, done, total: counted.append((done, total)),
    )
    assert photos_in(tmp_path / "runs") == {
        "report.html", "report-2.html", "report.png", "report-2.png",
    }  # fmt: skip
    assert counted == [(n, 4) for n in range(1, 5)]
    first, second = (path.read_text("utf-8") for path in made.pages)
    assert 'href="report-2.html"' in first
    assert 'href="report.html"' in second
    # Namesakes are told apart by their folders.
    assert [n for n in range(4) if f"in runs/{n}<" in first] == [0, 1]
    # Fewer photos leave no page of what was shown before.
    shutil.rmtree(tmp_path / "runs" / "2")
    shutil.rmtree(tmp_path / "runs" / "3")
    (tmp_path / "runs" / "report-3.html").write_text("somebody's own")
    run.report([tmp_path / "runs"], photos=[tmp_path])
    assert photos_in(tmp_path / "runs") == {"report.html", "report.png", "report-3.html"}


def test_a_report_says_how_a_result_was_found(found: run.SearchResult, tmp_path: Path) -> None:
    made = run.report(tmp_path / "out", photos=tmp_path)
    page = made.pages[0].read_text("utf-8")
    assert found.study is not None
    review = Review(Study.load(tmp_path / "out" / "studies.journal", found.study))
    charts = re.findall(r'<path class="dots" d="(.*?)"', page)
    finite = [e for e in review.trials.values() if e.error is None]
    assert [chart.count("M") for chart in charts] == [len(finite)] * 3
    assert page.count('<circle class="marked"') == 3, "the delivered one"
    assert f"<dt>in all</dt><dd>{found.queries['total']}</dd>" in page
    assert found.study in page
    (steps,) = re.findall(r'<div class="steps">(.*?)</div>', page, re.DOTALL)
    told = re.findall(r"<figcaption>(.*?)</figcaption>", steps)
    assert told[0] == "the photo"
    clauses = [clause for clause in told[1:] if not clause.startswith("what hides")]
    assert clauses
    assert all(html.unescape(clause) in found.recipe for clause in clauses)
    assert str(tmp_path) not in page
    assert "http" not in page.replace("http-equiv", "")


def test_without_its_study_a_result_is_shown_as_well(
    found: run.SearchResult, tmp_path: Path
) -> None:
    (tmp_path / "out" / "studies.journal").unlink()
    (page,) = run.report(tmp_path / "out", photos=tmp_path).pages
    text = page.read_text("utf-8")
    assert 'class="steps"' in text
    assert "The search" not in text


def test_a_photo_has_a_report_of_its_own(
    run_search: Search, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = run_search(photo, budget=16, alternatives=1, out=None, storage=None, no_pictures=True)
    assert found.output is not None
    made = run.report(photo)
    assert [page.as_posix() for page in made.pages] == ["camouflage/photo/photo.report.html"]
    assert [result.photo for result in made.results] == [found.output]
    assert "The search" in made.pages[0].read_text("utf-8")
    assert run.report(found.output, photos=photo).results[0].name == "photo.jpg"
    # Pages and sheets are no photos.
    assert run.find_photos([Path("camouflage/photo")]) == [Path("camouflage/photo")]
    other = write_photo(tmp_path / "other.jpg", width_px=140)
    with pytest.raises(InputError, match=r"other.jpg: nothing in .* was made of it; search it"):
        run.report(other)
