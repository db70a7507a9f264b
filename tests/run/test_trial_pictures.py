"""Pictures of a search: which there are, what they show, and that no kill or rival spoils them."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blackcamo import run
from blackcamo.errors import OptionError, PhotoError
from blackcamo.run import trial_pictures
from blackcamo.run.review import Review
from blackcamo.run.trial_pictures import worth_showing
from blackcamo.strategies import Goal
from blackcamo.study import Study, ranking
from blackcamo.study.pictures import ORPHAN_AGE_S
from blackcamo.testing import CountingScorer
from blackcamo.types import Evaluation
from tests.run.conftest import Search, write_photo


def evaluation(score: float, appeal: float) -> Evaluation:
    return Evaluation(
        style="vivid", vector=(), params={}, score=score, appeal=appeal, parts={},
        jpeg_sha256="", jpeg_bytes=1, width_px=8, height_px=8,
    )  # fmt: skip


def opened(tmp_path: Path, into: str = "out") -> Review:
    storage = tmp_path / into / "studies.journal"
    (entry,) = run.studies(storage)
    return Review(Study.load(storage, entry.name))


def test_the_best_of_a_batch_is_shown_although_others_are_better_than_it() -> None:
    points = {0: (60.0, 90.0), 1: (58.0, 70.0), 2: (55.0, 80.0), 3: (40.0, 95.0), 4: (50.0, 85.0)}
    trials = {number: evaluation(*point) for number, point in points.items()}
    assert worth_showing(trials, [(1, 2), (3, 4)], Goal(45.0, appeal_floor=80.0)) == {0, 2, 3}


def test_a_search_shows_front_baseline_winner_and_the_best_of_each_batch(
    run_search: Search, tmp_path: Path
) -> None:
    run_search()
    review = opened(tmp_path)
    trials = review.trials
    there = review.study.pictures(tmp_path / "out" / "pictures").all()
    points = [(e.score, e.appeal) for e in trials.values()]
    expected = {0, review.delivered["trial"], *ranking.pareto(points)}
    for batch in review.study.batches():
        assert set(batch.numbers) & there.keys(), "no picture of a batch"
        expected.add(
            min(batch.numbers, key=lambda n: review.goal.loss(trials[n].score, trials[n].appeal))
        )
    assert expected <= there.keys()
    for number, picture in there.items():
        data = picture.path.read_bytes()
        assert hashlib.sha256(data).hexdigest() == trials[number].jpeg_sha256
        assert picture.name.startswith(f"photo-trial{number:04d}-score{trials[number].score:.1f}")
    assert len(there) < len(trials) / 2


def test_the_same_search_writes_nothing_anew(run_search: Search, tmp_path: Path) -> None:
    run_search()
    folder = tmp_path / "out" / "pictures"
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    run_search()
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_pictures_are_bounded(
    run_search: Search, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_pictures, "LONG_SIDE_PX", 50)
    run_search(budget=20)
    folder = tmp_path / "out" / "pictures"
    for path in folder.iterdir():
        with Image.open(path) as image:
            assert max(image.size) == 50


def test_none_are_kept_when_none_are_wanted_and_can_be_made_later(
    run_search: Search, scorer: CountingScorer, photo: Path, tmp_path: Path
) -> None:
    run_search(into="with")
    result = run_search(into="without", no_pictures=True)
    assert result.study is not None
    folder = tmp_path / "without" / "pictures"
    assert not folder.exists()
    images = scorer.images
    storage = tmp_path / "without" / "studies.journal"
    made = run.show(result.study, photo, storage=storage, pictures=folder)
    assert scorer.images == images
    shown = opened(tmp_path, "with")
    needed = worth_showing(shown.trials, [b.numbers for b in shown.study.batches()], shown.goal) | {
        shown.delivered["trial"]
    }
    assert made.files.keys() == needed
    for number, path in made.files.items():
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert digest == shown.trials[number].jpeg_sha256, "not what the scorer was sent"
    other = next(n for n in shown.trials if n not in needed)
    more = run.show(result.study, photo, storage=storage, trials=[other, 0], pictures=folder)
    assert more.made == (other,)
    assert more.files.keys() == {0, other}


def test_only_the_photo_itself_is_rendered(run_search: Search, tmp_path: Path) -> None:
    result = run_search(budget=20)
    assert result.study is not None
    storage = tmp_path / "out" / "studies.journal"
    other = write_photo(tmp_path / "other.jpg", height_px=90)
    with pytest.raises(PhotoError, match=r"is not the photo of study .*'photo.jpg'"):
        run.show(result.study, other, storage=storage)
    with pytest.raises(OptionError, match="has no trial 999"):
        run.show(result.study, tmp_path / "photo.jpg", storage=storage, trials=[999])


def test_pruning_leaves_what_is_shown_then_what_fits(
    run_search: Search, photo: Path, tmp_path: Path
) -> None:
    result = run_search()
    assert result.study is not None
    storage, folder = tmp_path / "out" / "studies.journal", tmp_path / "out" / "pictures"
    review = opened(tmp_path)
    needed = worth_showing(
        review.trials, [b.numbers for b in review.study.batches()], review.goal
    ) | {review.delivered["trial"]}
    other = next(n for n in review.trials if n not in needed)
    run.show(result.study, photo, storage=storage, trials=[other], pictures=folder)
    orphan = folder / "9f5c8f0e-52a3-4bb7-8cc1-0a3c9c1f6a01"
    young = folder / "9f5c8f0e-52a3-4bb7-8cc1-0a3c9c1f6a02"
    foreign = folder / "holiday.jpg"
    for path in (orphan, young, foreign):
        path.write_bytes(b"x")
    os.utime(orphan, (1, 1))
    assert young.stat().st_mtime > ORPHAN_AGE_S

    run.prune(storage, pictures=folder)
    there = review.study.pictures(folder)
    assert opened(tmp_path).study.pictures(folder).all().keys() == needed
    assert (orphan.exists(), young.exists(), foreign.exists()) == (False, True, True)

    again = run.prune(storage, pictures=folder)
    assert again.removed == 0
    assert again.kept_bytes == sum(p.path.stat().st_size for p in there.all().values())
    half = run.prune(storage, pictures=folder, limit_mib=again.kept_bytes / 2**20 * 0.8)
    assert half.kept_bytes <= again.kept_bytes * 0.8
    assert half.freed_bytes == again.kept_bytes - half.kept_bytes
    gone = needed - opened(tmp_path).study.pictures(folder).all().keys()
    front = set(review.front)
    assert gone <= needed - front or needed - front <= gone | {0, review.delivered["trial"]}
    least = run.prune(storage, pictures=folder, limit_mib=0)
    assert least.kept_bytes > 0
    left = opened(tmp_path).study.pictures(folder).all().keys()
    assert left == {0, review.delivered["trial"]}
    with pytest.raises(OptionError, match="limit is -1 MiB; it must be 0 or more"):
        run.prune(storage, pictures=folder, limit_mib=-1)
    run_search()
    assert needed <= opened(tmp_path).study.pictures(folder).all().keys(), "made again"


def test_a_picture_is_what_the_scorer_was_sent(
    run_search: Search, scorer: CountingScorer, tmp_path: Path
) -> None:
    run_search(budget=20)
    review = opened(tmp_path)
    unchanged = review.study.pictures(tmp_path / "out" / "pictures").all()[0]
    pixels = np.asarray(Image.open(io.BytesIO(unchanged.path.read_bytes())))
    assert scorer.score([pixels]) == [review.trials[0].score]
