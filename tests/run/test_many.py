"""Many photos: what is finished stays so, what is not goes on, nothing is replaced."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from blackcamo import run
from blackcamo.errors import InputError
from blackcamo.study import Study
from blackcamo.testing import CountingScorer
from blackcamo.types import Pixels
from tests.run.conftest import paleness, write_photo

Many = Callable[..., list[run.SearchResult]]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of three photos, two of one name, and what is none."""
    folder = tmp_path / "photos"
    for n, name in enumerate(("a.jpg", "sub/a.jpg", "sub/b.jpg")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_photo(folder / name, height_px=64, width_px=80 + 8 * n)
    (folder / "none.jpg").write_bytes(b"no picture")
    return folder


@pytest.fixture
def many(photos: Path, tmp_path: Path, scorer: CountingScorer) -> Many:
    """Search the photos, into ``tmp_path / "out"`` with a manifest there."""

    def many(
        *, retry_failed: bool = False, at_once: int = 1, stop: run.Stop = bool, **options: Any
    ) -> Any:
        out = tmp_path / "out"
        config = run.SearchConfig(
            budget=10, batch=4, styles=("vivid",), alternatives=1, out=out,
            storage=str(tmp_path / "studies.journal"), no_pictures=True,
        )  # fmt: skip
        return list(
            run.search_many(
                run.find_below([photos], recursive=True),
                config=replace(config, **options),
                manifest=run.manifest_of(out),
                retry_failed=retry_failed,
                at_once=at_once,
                stop=stop,
            )
        )

    return many


def test_the_files_of_folders_go_to_folders(many: Many, tmp_path: Path) -> None:
    results = many()
    assert [one.error is None for one in results] == [True, False, True, True]
    assert [one.output for one in results if one.output is not None] == [
        tmp_path / "out" / name for name in ("a.camo.jpg", "sub/a.camo.jpg", "sub/b.camo.jpg")
    ]


def test_what_is_finished_costs_nothing_and_comes_with_its_result(
    many: Many, scorer: CountingScorer, tmp_path: Path
) -> None:
    first = many()
    images = scorer.images
    assert images > 20
    again = many()
    assert scorer.images == images, "not even to see whether the scorer is the same"
    assert again == [replace(one, earlier=True) for one in first]
    lines = run.manifest_of(tmp_path / "out").read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    assert [(entry["photo"], entry["status"]) for entry in entries] == [
        ("../photos/a.jpg", "camouflaged"),
        ("../photos/none.jpg", "failed"),
        ("../photos/sub/a.jpg", "camouflaged"),
        ("../photos/sub/b.jpg", "camouflaged"),
    ]
    assert entries[2]["result"]["output"] == "sub/a.camo.jpg"
    assert entries[0]["seconds"] == first[0].seconds > 0


def test_all_of_it_may_move(
    many: Many, scorer: CountingScorer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many()
    images, moved = scorer.images, tmp_path / "moved"
    moved.mkdir()
    for name in ("photos", "out"):
        (tmp_path / name).rename(moved / name)
    monkeypatch.chdir(moved)
    config = run.SearchConfig(
        budget=10, batch=4, styles=("vivid",), alternatives=1, out=Path("out"), no_pictures=True
    )
    found = run.find_below(["photos"], recursive=True)
    results = list(run.search_many(found, config=config, manifest=Path("out/manifest.jsonl")))
    assert [one.earlier for one in results] == [True] * 4
    assert results[2].output == Path("out/sub/a.camo.jpg")
    assert scorer.images == images


def test_what_has_changed_is_searched_again(
    many: Many, scorer: CountingScorer, photos: Path, tmp_path: Path
) -> None:
    paid = many()[0].queries["total"] or 0
    write_photo(photos / "a.jpg", height_px=72)
    write_photo(photos / "none.jpg", height_px=64)
    (tmp_path / "out" / "sub" / "a.camo.jpg").unlink()
    scorer.calls.clear()
    assert [one.earlier for one in many()] == [False, False, False, True]
    # Two new photos; of what was only deleted the study knows all but whether the scorer changed.
    assert sum(call.images for call in scorer.calls) == 2 * paid + 1
    assert all(one.earlier for one in many())
    assert not any(one.earlier for one in many(budget=12)), "another job"
    assert all(one.earlier for one in many()), "the first one is still known"


def test_what_failed_is_tried_again_only_on_request(
    many: Many, scorer: CountingScorer, photos: Path
) -> None:
    bad = many()[1]
    assert bad.error is not None
    assert many()[1] == replace(bad, earlier=True)
    again = many(retry_failed=True)
    assert [one.earlier for one in again] == [True, False, True, True]


def test_what_was_interrupted_goes_on(many: Many, scorer: CountingScorer) -> None:
    stopped = many(stop=lambda: scorer.images >= 2)
    assert [one.interrupted for one in stopped] == [True]
    results = many()
    assert [one.earlier for one in results] == [False] * 4
    assert results[0].queries["checks"] == 1
    assert results[0].queries["search"] == results[2].queries["search"]


def test_a_manifest_that_a_kill_has_cut_is_gone_on_with(
    many: Many, scorer: CountingScorer, tmp_path: Path
) -> None:
    many()
    manifest = run.manifest_of(tmp_path / "out")
    whole = manifest.read_bytes()
    manifest.write_bytes(whole[:-40])
    images = scorer.images
    assert [one.earlier for one in many()] == [True, True, True, False]
    assert scorer.images == images + 1
    assert len(manifest.read_bytes().splitlines()) == 4
    assert all(one.earlier for one in many())


@pytest.mark.parametrize("text", ["{}\n", '{"op_code":0}\n', "photo,status\n", "[1]\n", "\xff\n"])
def test_what_is_no_manifest_is_left_alone(many: Many, tmp_path: Path, text: str) -> None:
    manifest = run.manifest_of(tmp_path / "out")
    manifest.parent.mkdir()
    manifest.write_text(text, encoding="latin-1")
    with pytest.raises(InputError, match="is no manifest, or damaged: line 1 is no entry"):
        many()
    assert manifest.read_text(encoding="latin-1") == text


class Crowded(CountingScorer):
    """Notes who asks; fails where two do at a time."""

    def __init__(self) -> None:
        super().__init__(paleness)
        self.threads: set[str] = set()
        self._asked = threading.Lock()

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> Sequence[float]:
        assert self._asked.acquire(blocking=False), "another one is asking"
        try:
            self.threads.add(threading.current_thread().name)
            time.sleep(0.01)
            return super().score(images, reference=reference)
        finally:
            self._asked.release()


def test_several_at_once_give_what_one_by_one_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    # The first two have one name and content: one study. The next three want one another's names.
    names = ("one/b.jpg", "two/b.jpg", "one/a.jpg", "two/a.jpg", "one/a-2.jpg", "one/c.jpg")
    photos = [
        write_photo(tmp_path / name, height_px=64, width_px=80 + 8 * (n // 2))
        for n, name in enumerate((*names, "two/d.png"))
    ]
    told = {}
    for at_once in (1, 3):
        scorer, out = Crowded(), tmp_path / f"by{at_once}"
        monkeypatch.setattr("blackcamo.run.setup.load_scorer", lambda *_, scorer=scorer: scorer)
        config = run.SearchConfig(
            budget=14, batch=4, styles=("vivid", "clear"), out=out, strategy="NGOpt",
            storage=str(out / "studies.journal"),
        )  # fmt: skip
        results = list(
            run.search_many(photos, config=config, at_once=at_once, manifest=run.manifest_of(out))
        )
        assert all(one.error is None for one in results)
        assert len(scorer.threads) == at_once
        results.sort(key=lambda one: photos.index(one.photo))
        studies = [Study.load(out / "studies.journal", str(one.study)) for one in results]
        told[at_once] = (
            {p.name: p.read_bytes() for p in sorted(out.iterdir()) if p.suffix == ".jpg"},
            [(one.queries, one.score_after, one.recipe, one.output.name) for one in results
             if one.output is not None],
            [list(study.evaluations().values()) for study in studies],
            [study.ledger for study in studies],
            scorer.images,
        )  # fmt: skip
    for one_by_one, several in zip(told[1], told[3], strict=True):
        assert several == one_by_one
    assert len(told[1][1]) == 7


def test_what_ends_several_at_once_ends_all_of_them(many: Many, scorer: CountingScorer) -> None:
    stopped = many(stop=lambda: scorer.images >= 3, at_once=2)
    assert any(one.interrupted for one in stopped)
    assert len(stopped) < 4
    paid = [one.queries["search"] for one in many(at_once=2) if one.error is None]
    assert len(set(paid)) == 1
    assert len(paid) == 3


def test_an_error_that_nobody_expects_is_raised(
    many: Many, scorer: CountingScorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("blackcamo.run.searching.search_found", broken)
    with pytest.raises(ZeroDivisionError):
        many(at_once=2)
