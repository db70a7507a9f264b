"""The main job: what is delivered, what is counted, what goes wrong."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import blackcamo
from blackcamo import run
from blackcamo.errors import OptionError, PhotoError, ScorerError, UnknownNameError
from blackcamo.filters.doubling import scale
from blackcamo.images import load_photo
from blackcamo.preset import read_preset
from blackcamo.run.config import Until
from blackcamo.testing import CountingScorer
from tests.run.conftest import Search, write_photo


def check_count(result: run.SearchResult, scorer: CountingScorer, budget: int) -> None:
    """The scorer saw exactly what the ledger says, and never more than the budget."""
    queries = result.queries
    assert (queries["total"] or 0) + (queries["checks"] or 0) == scorer.images
    assert (queries["total"] or 0) <= budget
    assert queries["budget"] == budget
    kinds = ("baseline", "search", "verify", "retries")
    assert sum(queries[k] or 0 for k in kinds) == queries["total"]


def test_a_photo_goes_in_and_a_camouflage_its_preset_and_a_picture_come_out(
    run_search: Search, scorer: CountingScorer, tmp_path: Path
) -> None:
    result = run_search()
    assert result.succeeded
    assert result.score_before is not None
    assert result.score_after is not None
    assert result.score_before >= 50
    assert result.target == 45
    assert result.score_after <= 45
    assert result.appeal is not None
    assert result.appeal >= 80
    assert read_preset(result.preset or Path()).style == result.style != ""
    assert result.recipe.startswith(f"{result.style}: ")
    names = {"photo.camo.jpg", "photo.preset.json", "photo.compare.png", "studies.journal"}
    assert {p.name for p in (tmp_path / "out").iterdir()} >= names
    check_count(result, scorer, 60)
    json.dumps(result.to_json())


def test_the_score_is_that_of_the_bytes_on_disk(run_search: Search, scorer: CountingScorer) -> None:
    result = run_search()
    assert result.output is not None
    (score,) = scorer.score([load_photo(result.output).pixels])
    assert score == result.score_after
    verified = run.verify(result.output)
    assert verified.reproduced
    assert verified.score == result.score_after


def test_a_changed_camouflage_is_not_reproduced(run_search: Search) -> None:
    result = run_search()
    assert result.output is not None
    Image.open(result.output).point(lambda v: v // 2).save(result.output)
    assert not run.verify(result.output).reproduced


def test_the_same_search_gives_the_same_bytes(run_search: Search, tmp_path: Path) -> None:
    first, second = run_search(into="a"), run_search(into="b")
    for suffix in ("camo.jpg", "preset.json", "compare.png"):
        one, other = ((tmp_path / d / f"photo.{suffix}").read_bytes() for d in "ab")
        assert one == other
    assert first.queries == second.queries


def test_running_it_again_asks_one_picture_and_changes_nothing(
    run_search: Search, scorer: CountingScorer, tmp_path: Path
) -> None:
    first = run_search()
    files = {p: p.read_bytes() for p in (tmp_path / "out").glob("photo.*")}
    shown = scorer.images
    again = run_search()
    assert scorer.images == shown + 1
    assert (first.queries["checks"], again.queries["checks"]) == (0, 1)
    assert {p: p.read_bytes() for p in files} == files
    assert again.queries["total"] == first.queries["total"]
    assert again.queries["to_success"] == first.queries["to_success"]


@pytest.mark.parametrize("proxy_px", [1024, 64])
def test_a_smaller_budget_still_gives_what_was_found(
    run_search: Search, scorer: CountingScorer, proxy_px: int
) -> None:
    first = run_search(proxy_px=proxy_px)
    assert first.output is not None
    before, seen = first.output.read_bytes(), scorer.images
    again = run_search(proxy_px=proxy_px, budget=20)
    assert again.output is not None
    assert again.output.read_bytes() == before
    assert (again.score_after, scorer.images) == (first.score_after, seen + 1)
    assert again.score_after != again.score_before


def test_a_larger_budget_continues_to_its_total(run_search: Search, scorer: CountingScorer) -> None:
    run_search(budget=40)
    shown = scorer.images
    result = run_search(budget=80)
    assert shown <= 40 < scorer.images
    check_count(result, scorer, 80)


def test_another_version_begins_a_study_of_its_own(
    run_search: Search, scorer: CountingScorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run_search(budget=20)
    monkeypatch.setattr(blackcamo, "__version__", "9.9.9")
    second = run_search(budget=20)
    assert scorer.images == 2 * int(first.queries["total"] or 0)
    assert second.study != first.study


@pytest.mark.parametrize("budget", [1, 2, 3, 5, 17, 33])
@pytest.mark.parametrize("until", ["enough", "success", "budget"])
def test_no_budget_is_ever_exceeded(
    run_search: Search, scorer: CountingScorer, budget: int, until: Until
) -> None:
    result = run_search(budget=budget, until=until, storage="sqlite://")
    check_count(result, scorer, budget)
    assert result.output is not None
    assert result.output.exists()


def test_it_stops_on_success_when_asked(run_search: Search, scorer: CountingScorer) -> None:
    result = run_search(until="success")
    assert result.succeeded
    to_success = result.queries["to_success"]
    assert to_success is not None
    assert scorer.images <= to_success + 4


@pytest.mark.usefixtures("plugged_in")
def test_what_is_left_of_the_budget_after_a_success_goes_to_appeal(run_search: Search) -> None:
    # Its start is warmer than people like.
    options: dict[str, Any] = {"styles": ("golden-hour",), "appeal_floor": 30.0, "budget": 80}
    first = run_search(into="first", until="success", **options)
    assert first.succeeded
    assert first.appeal is not None
    longer = run_search(into="longer", **options)
    assert longer.succeeded
    assert longer.appeal is not None
    assert longer.appeal > first.appeal


def test_a_photo_that_scores_low_already_is_delivered_unchanged(
    run_search: Search, scorer: CountingScorer, tmp_path: Path
) -> None:
    dark = tmp_path / "dark.png"
    Image.fromarray(load_photo(write_photo(tmp_path / "light.jpg")).pixels // 2).save(dark)
    result = run_search(dark)
    assert result.succeeded
    assert result.appeal == pytest.approx(90, abs=3)
    assert (result.style, result.choices) == ("", ())
    assert result.score_after == result.score_before
    assert result.recipe == "no change"
    assert result.queries["search"] == 0


def test_an_unreachable_target_gives_the_best_effort_and_says_so(
    run_search: Search, scorer: CountingScorer
) -> None:
    result = run_search(target=0.5)
    assert not result.succeeded
    assert result.output is not None
    assert result.output.exists()
    assert result.score_after is not None
    assert result.score_before is not None
    assert result.score_after < result.score_before
    check_count(result, scorer, 60)


def test_a_best_effort_is_never_worse_than_the_photo(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the proxy changes seem to help, in full they all do harm."""
    seen: set[bytes] = set()

    def measure(image: Any) -> float:
        if image.shape[1] < 128:
            return 55 + float(image.mean()) / 255
        seen.add(image.tobytes())
        return 60.0 if len(seen) == 1 else 80.0

    monkeypatch.setattr("blackcamo.run.setup.load_scorer", lambda *_: CountingScorer(measure))
    result = run.search(
        photo, budget=60, proxy_px=96, out=tmp_path, storage=str(tmp_path / "s.journal")
    )
    assert not result.succeeded
    assert (result.score_before, result.score_after) == (60, 60)
    assert result.recipe == "no change"


def test_a_large_photo_is_searched_small_and_delivered_in_full(
    run_search: Search, scorer: CountingScorer, tmp_path: Path
) -> None:
    large = write_photo(tmp_path / "large.jpg", height_px=300, width_px=400)
    result = run_search(large, proxy_px=128, styles=("vivid", "warm"))
    check_count(result, scorer, 60)
    assert result.succeeded
    assert result.queries["baseline"] == 2
    assert result.output is not None
    assert load_photo(result.output).pixels.shape == (300, 400, 3)
    assert run.verify(result.output).reproduced


@pytest.mark.usefixtures("plugged_in")
def test_a_crop_makes_the_file_smaller_unless_its_size_is_kept(run_search: Search) -> None:
    cut, kept = (
        run_search(
            styles=("cut",), budget=30, target=0.0, appeal_floor=0.0, keep_size=keep, into=str(keep)
        )
        for keep in (False, True)
    )
    assert kept.output is not None
    assert cut.output is not None
    assert load_photo(kept.output).pixels.shape == (96, 128, 3)
    assert cut.preset is not None
    doubled = scale(read_preset(cut.preset).params, 96, 128)
    assert load_photo(cut.output).pixels.shape < (96 * doubled, 128 * doubled, 3)


def test_applying_the_preset_gives_the_camouflage_again(
    run_search: Search, photo: Path, tmp_path: Path
) -> None:
    result = run_search()
    assert result.preset is not None
    assert result.output is not None
    (applied,) = run.apply(result.preset, [photo], out=tmp_path / "applied")
    assert applied.output is not None
    assert applied.output.read_bytes() == result.output.read_bytes()
    (lossless,) = run.apply(result.preset, [photo], out=tmp_path / "applied", before_channel=True)
    assert lossless.output is not None
    assert lossless.output.suffix == ".png"


def test_exporting_the_best_gives_the_searchs_own_preset(
    run_search: Search, tmp_path: Path
) -> None:
    result = run_search()
    assert result.study is not None
    assert result.preset is not None
    storage = str(tmp_path / "out" / "studies.journal")
    exported = run.export(
        result.study, storage=storage, formats=("json",), out=tmp_path / "exported"
    )
    (file,) = exported.exports["json"].files
    assert file.read_bytes() == result.preset.read_bytes()


def test_the_front_and_its_picks(run_search: Search, tmp_path: Path) -> None:
    result = run_search()
    assert result.study is not None
    storage = str(tmp_path / "out" / "studies.journal")
    entries = run.front(result.study, storage=storage)
    scores, appeals = [e.score for e in entries], [e.appeal for e in entries]
    assert scores == sorted(scores)
    assert appeals == sorted(appeals)
    assert entries[0].picks[-1] == "lowest"
    for pick in ("knee", "lowest", entries[0].number):
        exported = run.export(
            result.study, storage=storage, pick=pick, formats=("json",), out=tmp_path / "e"
        )
        (file,) = exported.exports["json"].files
        assert read_preset(file).params == run_params(entries, exported.trial)
    with pytest.raises(OptionError, match="pick is 'bset'; it must be best, knee, lowest"):
        run.export(result.study, storage=storage, pick="bset", out=tmp_path / "e")
    (listed,) = run.studies(storage)
    assert (listed.name, listed.best_score) == (result.study, result.score_after)


def run_params(entries: list[run.FrontEntry], number: int) -> Any:
    return next(e.params for e in entries if e.number == number)


def test_failing_pictures_cost_what_they_cost_and_no_more(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0

    def moody(images: Any, scores: list[float]) -> list[float]:
        nonlocal calls
        calls += 1
        if calls % 5 == 3:
            raise RuntimeError("out of order")
        if calls % 5 == 4:
            return [math.nan, *scores[1:]]
        return scores

    scorer = CountingScorer(answer=moody)
    monkeypatch.setattr("blackcamo.run.setup.load_scorer", lambda *_: scorer)
    result = run.search(
        photo, budget=70, batch=8, out=tmp_path, storage=str(tmp_path / "s.journal")
    )
    check_count(result, scorer, 70)
    assert (result.queries["retries"] or 0) > 0


def test_a_scorer_that_cannot_score_the_photo_is_an_error(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = CountingScorer(answer=lambda *_: [math.nan])
    monkeypatch.setattr("blackcamo.run.setup.load_scorer", lambda *_: broken)
    with pytest.raises(ScorerError, match="cannot score the photo itself: the scorer returned nan"):
        run.search(photo, out=tmp_path, storage=str(tmp_path / "s.journal"))
    assert not list(tmp_path.glob("*.camo.jpg"))


def test_several_photos_one_of_them_broken(
    photo: Path, scorer: CountingScorer, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(photo.read_bytes()[:500])
    config = run.SearchConfig(
        budget=20, batch=8, out=tmp_path / "out", storage=str(tmp_path / "s.journal")
    )
    twin = tmp_path / "twin" / "photo.png"
    twin.parent.mkdir()
    Image.open(photo).save(twin)
    good, bad, same_stem = run.search_many([photo, broken, twin], config=config)
    assert good.error is None
    assert bad.error is not None
    assert "broken.jpg" in bad.error
    assert bad.output is None
    assert same_stem.error is None
    assert good.output != same_stem.output
    assert 20 < scorer.images <= 40


def test_what_cannot_work_is_refused_before_the_first_query(
    run_search: Search, scorer: CountingScorer, tmp_path: Path
) -> None:
    refused: list[tuple[type[Exception], dict[str, Any]]] = [
        (OptionError, {"budget": 0}),
        (OptionError, {"batch": 0}),
        (OptionError, {"quality": 0}),
        (OptionError, {"subsampling": "4:1:1"}),
        (OptionError, {"proxy_px": 3}),
        (OptionError, {"target": 60.0}),
        (OptionError, {"appeal_floor": 101.0}),
        (OptionError, {"alternatives": 0}),
        (OptionError, {"styles": ()}),
        (OptionError, {"styles": ("vivid",), "mode": "imperceptible"}),
        (OptionError, {"bugdet": 10}),
        (UnknownNameError, {"strategy": "CMAA"}),
        (UnknownNameError, {"styles": ("vivd",)}),
        (UnknownNameError, {"finish": "polaroyd"}),
        (UnknownNameError, {"appeal": "critik"}),
    ]
    for kind, options in refused:
        with pytest.raises(kind) as caught:
            run_search(**options)
        assert "\n" not in str(caught.value)
    with pytest.raises(PhotoError):
        run_search(tmp_path / "missing.jpg")
    assert scorer.images == 0
    assert not (tmp_path / "out").exists()
