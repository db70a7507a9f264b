"""Studies merged, deleted, drawn and judged, as a user would."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from blackcamo import run
from blackcamo.errors import OptionError, OutputError, StudyError, UnknownNameError
from blackcamo.preset import read_preset
from blackcamo.run.review import Review
from blackcamo.study import Study
from blackcamo.testing import CountingScorer
from tests.run.conftest import Search, write_photo
from tests.run.finished import searched


def names(storage: Path) -> list[str]:
    return [entry.name for entry in run.studies(storage)]


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    return tmp_path / "out" / "studies.journal"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[run.SearchResult]]:
    """The folder and results of two searches, to be copied."""
    folder = tmp_path_factory.mktemp("finished")
    return folder, [
        searched(folder, budget=40, seed=seed, target=48.0, out=folder / f"seed{seed}")
        for seed in (1, 2)
    ]


@pytest.fixture
def two(
    finished: tuple[Path, list[run.SearchResult]], scorer: CountingScorer, tmp_path: Path
) -> list[run.SearchResult]:
    """Searches of one photo with two seeds, in one storage."""
    folder, results = finished
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)

    def here(path: Path | None) -> Path | None:
        return path and tmp_path / path.relative_to(folder)

    return [replace(r, output=here(r.output), preset=here(r.preset)) for r in results]


def test_merged_studies_have_one_front_and_export_like_their_sources(
    two: list[run.SearchResult], storage: Path, tmp_path: Path
) -> None:
    pictures = tmp_path / "out" / "pictures"
    sources = [str(result.study) for result in two]
    merged = run.merge(sources, storage=storage, pictures=pictures)
    assert merged.sources == tuple(sources)
    reviews = [Review(Study.load(storage, name)) for name in sources]
    review = Review(Study.load(storage, merged.study))
    assert len(review.trials) == sum(len(r.trials) for r in reviews) - 1, "one photo unchanged"
    points = {(e.score, e.appeal) for r in reviews for e in r.trials.values()}
    front = {
        (s, a) for s, a in points
        if not any(t <= s and b >= a and (t, b) != (s, a) for t, b in points)
    }  # fmt: skip
    entries = run.front(merged.study, storage=storage)
    assert {(e.score, e.appeal) for e in entries} == front
    assert {e.number for e in entries} <= review.study.pictures(pictures).all().keys()
    assert review.study.ledger["total"] == sum(r.study.ledger["total"] for r in reviews)

    best = max(two, key=lambda result: (result.succeeded, result.appeal or 0))
    exported = run.export(merged.study, storage=storage, formats=("json",), out=tmp_path / "e")
    assert best.preset is not None
    assert exported.exports["json"].files[0].read_bytes() == best.preset.read_bytes()
    # Whichever comes first.
    other_way = run.merge(sources[::-1], storage=storage, into="other way", pictures=pictures)
    delivered = Review(Study.load(storage, other_way.study)).delivered
    assert (delivered["score_after"], delivered["appeal"]) == (best.score_after, best.appeal)
    # Grain follows the seed of the search that a trial is from.
    seeds = set()
    for number in review.trials:
        if number:
            seeds.add(review.identity(number)["seed"])
    assert seeds == {1, 2}


def test_a_merge_that_makes_no_sense_is_refused(
    two: list[run.SearchResult], run_search: Search, storage: Path, tmp_path: Path
) -> None:
    first, second = (str(result.study) for result in two)
    with pytest.raises(OptionError, match="1 study to merge; name at least two"):
        run.merge([first, first], storage=storage)
    other = run_search(write_photo(tmp_path / "other.jpg", height_px=90), budget=20)
    with pytest.raises(StudyError, match=r"cannot be merged: photo.name 'photo.jpg', not 'other"):
        run.merge([first, str(other.study)], storage=storage)
    run.merge([first, second], storage=storage, into="both")
    with pytest.raises(OptionError, match="study 'both' exists"):
        run.merge([first, second], storage=storage, into="both")
    with pytest.raises(StudyError, match="'both' is merged itself"):
        run.merge(["both", first], storage=storage)


def test_a_deleted_study_is_gone_with_its_pictures(
    two: list[run.SearchResult], storage: Path, tmp_path: Path
) -> None:
    pictures = tmp_path / "out" / "pictures"
    first, second = (str(result.study) for result in two)
    with pytest.raises(UnknownNameError, match="unknown study"):
        run.delete([first[:-1]], storage=storage, pictures=pictures)
    left = {p.path for p in Study.load(storage, second).pictures(pictures).all().values()}
    run.delete([first], storage=storage, pictures=pictures)
    assert names(storage) == [second]
    assert set(pictures.iterdir()) == left
    assert two[0].output is not None
    assert two[0].output.exists()


def test_a_study_that_is_written_is_not_deleted(run_search: Search, storage: Path) -> None:
    said: list[str] = []

    def meanwhile(progress: run.Progress) -> None:
        if not progress.queries:  # still loading
            return
        (name,) = names(storage)
        with pytest.raises(StudyError, match="is being written by process") as error:
            run.delete([name], storage=storage)
        said.append(str(error.value))

    run_search(budget=20, progress=meanwhile)
    assert said
    assert len(names(storage)) == 1


def test_a_study_that_is_deleted_under_a_search_is_said(run_search: Search, storage: Path) -> None:
    def delete(progress: run.Progress) -> None:
        if not progress.queries:
            return
        (name,) = names(storage)
        study = Study.load(storage, name)
        # As the dashboard does, without asking who writes.
        study.store.optuna.delete_study(study.id)

    with pytest.raises(StudyError, match="the study is gone, somebody has deleted it"):
        run_search(budget=40, progress=delete)
    assert names(storage) == []
    run_search(budget=20)
    assert len(names(storage)) == 1


def test_a_picture_that_cannot_be_written_ends_the_search_and_loses_nothing(
    run_search: Search, storage: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match=r"cannot write .*file"):
        run_search(pictures=tmp_path / "file" / "pictures")
    assert run_search().queries["lost"] == 0


def test_the_front_as_a_table_and_as_a_drawing(
    two: list[run.SearchResult], storage: Path, tmp_path: Path
) -> None:
    name = str(two[0].study)
    table, plot = tmp_path / "front.csv", tmp_path / "front.png"
    pytest.importorskip("matplotlib", reason="the extra plot is not installed")
    entries = run.front(name, storage=storage, csv=table, plot=plot)
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["trial"]) for row in rows] == [entry.number for entry in entries]
    assert [float(row["score"]) for row in rows] == [entry.score for entry in entries]
    assert float(rows[0]["exposure_ev"]) == entries[0].params["exposure_ev"]
    with Image.open(plot) as image:
        assert image.size == (1200, 750)
        assert len(image.convert("RGB").getcolors(1 << 20) or ()) > 50
    vector = tmp_path / "front.svg"
    run.front(name, storage=storage, plot=vector)
    first = vector.read_bytes()
    assert b"<svg" in first
    run.front(name, storage=storage, plot=vector)
    assert vector.read_bytes() == first
    with pytest.raises(OptionError, match=r"its ending must be one of \.png, \.svg, \.pdf"):
        run.front(name, storage=storage, plot=tmp_path / "front.gif")


def test_every_pick_of_a_merged_study_is_a_preset(
    two: list[run.SearchResult], storage: Path, tmp_path: Path
) -> None:
    merged = run.merge([str(result.study) for result in two], storage=storage, into="both")
    for pick in ("knee", "lowest"):
        exported = run.export(
            merged.study, storage=storage, pick=pick, formats=("json",), out=tmp_path / "e"
        )
        (file,) = exported.exports["json"].files
        entry = next(
            e for e in run.front(merged.study, storage=storage) if e.number == exported.trial
        )
        assert read_preset(file).params == entry.params
