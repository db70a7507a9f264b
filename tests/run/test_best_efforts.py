"""What failed never looks like a success, by its name or in words, and gives way to one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from blackcamo import run
from blackcamo.preset import read_preset
from blackcamo.report.verdict import Verdict, apart, outcome
from blackcamo.run.advice import next_step
from blackcamo.run.finalists import Expectation, Finalists
from blackcamo.run.naming import Names
from blackcamo.strategies import Goal
from blackcamo.types import Evaluation, ScorerInfo
from tests.run.conftest import Search, write_photo
from tests.run.test_naming import QUICK, contents, hashed, lay

FAR: dict[str, Any] = {**QUICK, "target": 0.5}
GOAL = Goal(45, appeal_floor=80)


@pytest.mark.parametrize(
    ("score", "appeal", "says"),
    [
        (45.0, 80.0, "camouflaged"),
        (45.8, 83.0, "low quality without the safety margin (45.8; target 45, threshold 50)"),
        (45.004, 83.0, "low quality without the safety margin (45.004; target 45, threshold 50)"),
        (49.9, 80.0, "low quality without the safety margin (49.9; target 45, threshold 50)"),
        (50.0, 99.0, "not camouflaged: target 45 not reached"),
        (44.0, 79.96, "not camouflaged: appeal 79.96 is under the floor of 80"),
        (60.0, 20.0, "not camouflaged: appeal 20.0 is under the floor of 80"),
    ],
)
def test_there_are_three_verdicts(score: float, appeal: float, says: str) -> None:
    for goal, info, value in (
        (GOAL, ScorerInfo("x"), score),
        (
            Goal(-45, -100, 0, higher_is_better=False, appeal_floor=80),
            ScorerInfo("x", low=-100, high=0, threshold=-50, higher_is_better=False),
            -score,
        ),
    ):
        told = outcome(goal, info, value, appeal)
        turned = value == score
        assert str(told) == (says if turned else says.replace("4", "-4").replace("50", "-50")) or (
            not turned and told.verdict == outcome(GOAL, ScorerInfo("x"), score, appeal).verdict
        )
        assert (told.verdict is Verdict.CAMOUFLAGED) == goal.succeeded(value, appeal)
    assert apart(45.0, 45.0) == "45.0000"


def test_a_best_effort_has_its_own_name_and_is_found_by_it(
    run_search: Search, photo: Path, tmp_path: Path
) -> None:
    result = run_search(**FAR)
    short = "low quality without the safety margin"
    assert (result.succeeded, result.verdict) == (False, short)
    assert result.why.endswith("; target 0.5, threshold 50")
    assert result.next_step == "continue with --budget 500"
    assert result.output == tmp_path / "out" / "photo.best-effort.jpg"
    assert contents(tmp_path / "out").keys() == {
        "photo.best-effort.jpg", "photo.preset.json", "photo.compare.png",
    }  # fmt: skip
    verified = run.verify(result.output)
    assert (verified.reproduced, verified.preset) == (True, result.preset)
    (shown,) = run.report([tmp_path / "out"], photos=[photo]).results
    assert (shown.photo, shown.verdict, shown.error) == (result.output, short, None)
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert f"{short} ({result.why})</span>" in page


def test_what_people_would_mind_is_no_camouflage_either(run_search: Search) -> None:
    result = run_search(**QUICK, appeal_floor=100.0)
    assert (result.succeeded, result.verdict) == (False, "not camouflaged")
    assert result.output is not None
    assert result.output.name == "photo.best-effort.jpg"
    assert "under the floor of 100" in result.why


def test_a_search_that_goes_on_to_a_success_replaces_its_best_effort(
    run_search: Search, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"styles": ("vivid", "lomo", "clear"), "target": 33.0}
    first = run_search(budget=4, **options)
    assert not first.succeeded
    (tmp_path / "out" / "photo-notes.best-effort.jpg").write_bytes(b"mine")
    second = run_search(budget=64, **options)
    assert second.succeeded
    assert second.study == first.study
    assert second.output == tmp_path / "out" / "photo.camo.jpg"
    assert first.output is not None
    assert not first.output.exists()
    assert (tmp_path / "out" / "photo-notes.best-effort.jpg").read_bytes() == b"mine"
    assert run.verify(second.output).reproduced


def test_a_best_effort_that_was_worked_on_stays(run_search: Search, tmp_path: Path) -> None:
    options: dict[str, Any] = {"styles": ("vivid", "lomo", "clear"), "target": 33.0}
    first = run_search(budget=4, **options)
    assert first.output is not None
    first.output.write_bytes(b"retouched")
    second = run_search(budget=64, **options)
    assert second.output == tmp_path / "out" / "photo-2.camo.jpg"
    assert first.output.read_bytes() == b"retouched"
    assert "photo.best-effort.jpg is somebody's and stays; this is photo-2.camo.jpg" in second.notes


def test_a_success_takes_the_plain_name_from_another_searchs_best_effort(
    run_search: Search, tmp_path: Path
) -> None:
    failed = run_search(**FAR)
    assert failed.output is not None
    effort = failed.output.read_bytes()
    good = run_search(**QUICK, target=48.0)
    assert good.succeeded
    assert good.output == tmp_path / "out" / "photo.camo.jpg"
    assert (tmp_path / "out" / "photo-2.best-effort.jpg").read_bytes() == effort
    assert not failed.output.exists()
    says = "this is better than photo.best-effort.jpg of another search, which is "
    assert f"{says}photo-2.best-effort.jpg now" in good.notes
    worse = run_search(**FAR, seed=1)
    assert worse.output == tmp_path / "out" / "photo-3.best-effort.jpg"
    says = "photo.camo.jpg is another search's and stays; this is photo-3.best-effort.jpg"
    assert says in worse.notes


def test_overwriting_leaves_no_success_beside_a_failure(run_search: Search, tmp_path: Path) -> None:
    good = run_search(**QUICK, target=48.0)
    assert good.succeeded
    result = run_search(**FAR, overwrite=True)
    assert result.output == tmp_path / "out" / "photo.best-effort.jpg"
    assert not (tmp_path / "out" / "photo.camo.jpg").exists()
    (tmp_path / "out" / "photo.camo.jpg").write_bytes(b"mine")
    run_search(**FAR, overwrite=True, seed=1)
    assert (tmp_path / "out" / "photo.camo.jpg").read_bytes() == b"mine"


def test_nothing_is_withdrawn_that_the_preset_does_not_know(tmp_path: Path) -> None:
    names = Names(tmp_path, "flower", [], "a")
    names.withdraw("flower", succeeded=False)
    lay(tmp_path, "flower", "a")
    (tmp_path / "flower.cube").write_bytes(b"mine")
    names.withdraw("flower", succeeded=True)
    assert (tmp_path / "flower.camo.jpg").exists()
    names.withdraw("flower", succeeded=False)
    assert {p.name for p in tmp_path.iterdir()} == {"flower.preset.json", "flower.cube"}
    Names(tmp_path, "flower", [], "a", table=True).withdraw("flower", succeeded=False)
    assert not (tmp_path / "flower.cube").exists()


def test_a_table_that_falls_short_is_named_so(run_search: Search, tmp_path: Path) -> None:
    result = run_search(**FAR, made_for="cube")
    assert result.table == tmp_path / "out" / "photo.best-effort.cube"
    assert contents(tmp_path / "out").keys() == {
        "photo.best-effort.cube", "photo.best-effort.jpg", "photo.preset.json", "photo.compare.png",
    }  # fmt: skip
    good = run_search(**QUICK, target=48.0, made_for="cube")
    assert good.table == tmp_path / "out" / "photo.cube"
    assert (tmp_path / "out" / "photo-2.best-effort.cube").exists()
    assert not (tmp_path / "out" / "photo.best-effort.cube").exists()


def test_a_best_effort_of_an_earlier_version_is_known(run_search: Search, tmp_path: Path) -> None:
    """It had the name of a camouflage; what records it says that it is none."""
    result = run_search(**FAR)
    assert result.output is not None
    assert result.preset is not None
    result.output.rename(tmp_path / "out" / "photo.camo.jpg")
    assert read_preset(result.preset).recorded("succeeded", bool) is False
    again = run_search(**FAR)
    assert again.output == result.output
    assert not (tmp_path / "out" / "photo.camo.jpg").exists()


def test_a_photo_that_is_named_like_a_best_effort_is_not_replaced(
    run_search: Search, tmp_path: Path
) -> None:
    source = write_photo(tmp_path / "photo.best-effort.jpg")
    digest = hashed(source.read_bytes())
    result = run_search(source, out=tmp_path, **FAR)
    assert hashed(source.read_bytes()) == digest
    assert result.output == tmp_path / "photo.best-effort.best-effort.jpg"


# What is verified first.


def test_what_went_through_all_channels_is_verified_before_what_did_not() -> None:
    found = [(40.0, 82.0, True), (42.0, 81.0, False), (60.0, 85.0, True), (61.0, 85.0, False)]
    candidates = [
        Evaluation("s", (), {}, score, appeal, {}, f"{n}", 1, 1, 1, partial=partial)
        for n, (score, appeal, partial) in enumerate(found)
    ]
    finalists = Finalists(enumerate(candidates), GOAL, Expectation(90, 90, GOAL))
    taken = [finalists.take() for _ in found]
    assert [(f.trial, f.promising) for f in taken if f is not None] == [
        (1, True), (0, True), (3, False), (2, False)
    ]  # fmt: skip


# What to do next.


def tried(*points: tuple[float, float]) -> list[Evaluation]:
    return [Evaluation("s", (), {}, score, appeal, {}, "", 1, 1, 1) for score, appeal in points]


FLAT = tried(*[(70.0, 85.0)] * 9)
CONFIG = run.SearchConfig(budget=500)


@pytest.mark.parametrize(
    ("candidates", "changes", "says"),
    [
        (FLAT, {"budget": 64}, "continue with --budget 500"),
        (tried((44.0, 77.4), (60.0, 90.0)), {}, "allow more: --appeal-floor 75"),
        (tried((44.0, 69.0), *[(70.0, 90.0)] * 9), {}, "another style, if it suits"),
        (tried(*[(70.0, 85.0)] * 8, (68.0, 85.0)), {}, "continue with --budget 1000"),
        (tried((47.9, 85.0), *[(70.0, 85.0)] * 8), {"budget": 2000}, "continue with --budget 4000"),
        (tried(*[(70.0, 85.0)] * 8, (48.0, 20.0)), {}, "another style, if it suits"),
        (FLAT, {"mode": "imperceptible"}, "allow a visible style: --mode enhance"),
        (FLAT, {"made_for": "cube"}, "leave out --for"),
        (FLAT, {"styles": ("noir",)}, "another style: leave out --style"),
        (FLAT, {"look": Path("x.cube")}, "another style: leave out --look"),
        ([], {}, "another style, if it suits"),
    ],
)
def test_the_next_step_is_the_most_promising_one(
    candidates: list[Evaluation], changes: dict[str, Any], says: str
) -> None:
    told = next_step(candidates, GOAL, replace(CONFIG, **changes), styles=["vivid"])
    assert says in told


def test_a_smaller_copy_and_styles_that_did_not_race_are_named() -> None:
    told = next_step(FLAT, GOAL, CONFIG, styles=["vivid"], smaller_than_px=4032)
    assert told == "let something hide in it: --proxy 4032"
    told = next_step(FLAT, GOAL, CONFIG, styles=["black-and-white", "vivid"])
    named = told.rpartition("--style ")[2].split(",")
    assert len(named) == 4
    assert not {"black-and-white", "vivid"} & set(named)
