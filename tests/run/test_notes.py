"""What the dashboard says on top of a study."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path

import numpy as np

from blackcamo.run.notes import cost_notes, failure_notes, study_note
from blackcamo.study import Study
from blackcamo.types import UNCHANGED, Evaluation, Proposal, ScorerInfo
from tests.study.conftest import SPACES, opened, params_of

DELIVERED = {
    "trial": 3, "score_before": 70.0, "score_after": 40.0, "succeeded": True, "appeal": 85.0,
    "score_recompressed": None,
}  # fmt: skip
LEDGER = {"baseline": 1, "search": 40, "verify": 2, "retries": 0, "total": 43, "budget": 99}


def finish(study: Study, batch: int, style: str, points: list[tuple[float, float]]) -> None:
    rows = np.random.default_rng(batch).uniform(-1, 1, (len(points), 3)).tolist()
    proposals = [Proposal(style, tuple(row) if style != UNCHANGED else ()) for row in rows]
    found = [
        Evaluation(style, p.vector, params, score, appeal, {}, "", 1, 1, 1)
        for p, params, (score, appeal) in zip(proposals, params_of(proposals), points, strict=True)
    ]
    numbers = study.begin(batch, proposals, params_of(proposals))
    study.finish(numbers, found, ledger=LEDGER)


def table(
    folder: Path, *, higher_is_better: bool, **styles: list[tuple[float, float]]
) -> list[str]:
    """The rows about styles in the note of a study with those points (score, appeal)."""
    attributes = {
        "photo": {"name": "a_b.jpg"},
        "scorer": asdict(ScorerInfo("fake", higher_is_better=higher_is_better)),
        "target": 45.0 if higher_is_better else 55.0,
        "appeal_floor": 80.0,
        "delivered": DELIVERED,
    }
    with opened(
        folder / "x.journal", higher_is_better=higher_is_better, attributes=attributes
    ) as study:
        finish(study, 0, UNCHANGED, [(70.0, 90.0)])
        for batch, (style, points) in enumerate(styles.items(), start=1):
            finish(study, batch, style, points)
        note = study_note(study, recipe="vivid: light *up*", pictures={}, failures={"no *": 2})
    assert "2 pictures have no score: no \\* \\(2\\)" in note
    verdict = "camouflaged" if higher_is_better else "not camouflaged: target 55 not reached"
    assert note.startswith(f"## a\\_b.jpg: {verdict}\n\nfake **70.0 → 40.0**")
    assert "*vivid: light \\*up\\**" in note
    assert note.endswith("The winner is trial 3. Scores are those of the delivered file's bytes.")
    return [line for line in note.splitlines() if line.startswith("| ")]


def test_styles_are_listed_the_best_first_with_what_mattered(tmp_path: Path) -> None:
    many = [(60.0 - i, 85.0) for i in range(20)]
    head, first, second = table(
        tmp_path,
        higher_is_better=True,
        noir=[(50.0, 84.0), (30.0, 20.0), (math.nan, 0.0)],
        vivid=many,
    )
    assert head == "| style | trials | best score | its appeal | what mattered most |"
    assert first.startswith("| vivid | 20 | 41.0 | 85.0 | `")
    named = [part.split("`")[1] for part in first.split("|")[5].split(", ")]
    assert set(named) == set(SPACES["vivid"].names)
    assert second == "| noir | 3 | 50.0 | 84.0 | too few trials to say |", "30 is under the floor"


def test_a_style_that_is_never_liked_comes_last_with_its_best_score(tmp_path: Path) -> None:
    rows = table(
        tmp_path, higher_is_better=False, noir=[(99.0, 20.0), (80.0, 30.0)], vivid=[(60.0, 81.0)]
    )
    assert [row.split("|")[1:5] for row in rows[1:]] == [
        [" vivid ", " 1 ", " 60.0 ", " 81.0 "],
        [" noir ", " 2 ", " 99.0 ", " 20.0 "],
    ]


def test_the_best_is_the_highest_where_good_pictures_score_low(tmp_path: Path) -> None:
    rows = table(
        tmp_path, higher_is_better=False, vivid=[(60.0, 81.0)], noir=[(61.0, 81.0), (59.0, 99.0)]
    )
    assert [row.split("|")[1:4] for row in rows[1:]] == [
        [" noir ", " 2 ", " 61.0 "],
        [" vivid ", " 1 ", " 60.0 "],
    ]


def test_styles_that_only_failed_are_not_listed(tmp_path: Path) -> None:
    assert table(tmp_path, higher_is_better=True, noir=[(math.nan, 0.0)]) == []


def test_the_verdict_is_that_of_everywhere_else(tmp_path: Path) -> None:
    for score, appeal, says in (
        (45.8, 85.0, r"low quality without the safety margin \(45.8; target 45, threshold 50\)"),
        (50.0, 85.0, "not camouflaged: target 45 not reached"),
        (40.0, 79.9, "not camouflaged: appeal 79.9 is under the floor of 80"),
    ):
        attributes = {
            "photo": {"name": "a.jpg"},
            "scorer": asdict(ScorerInfo("fake")),
            "target": 45.0,
            "appeal_floor": 80.0,
            "delivered": {**DELIVERED, "score_after": score, "appeal": appeal},
        }
        with opened(tmp_path / f"{score}-{appeal}.journal", attributes=attributes) as study:
            finish(study, 0, UNCHANGED, [(70.0, 90.0)])
            note = study_note(study, recipe="", pictures={}, failures={})
        assert note.startswith(f"## a.jpg: {says}\n")


def test_causes_are_told_most_frequent_first() -> None:
    (note,) = failure_notes({"a": 1, "b": 5, "c": 2, "d": 1, "e": 1})
    assert note == "10 pictures have no score: b (5), c (2), a (1), and 2 other causes"
    assert failure_notes({"a": 1}) == ("1 picture has no score: a (1)",)
    assert failure_notes({}) == ()


def costs(seconds: float, proposing_s: float, waited_s: float, retries: int = 0) -> tuple[str, ...]:
    return cost_notes(
        seconds, strategy="BO", proposing_s=proposing_s, waited_s=waited_s, retries=retries
    )


def test_what_takes_the_time_is_told_where_it_is_worth_it() -> None:
    assert costs(100, 40, 0.5, 9) == costs(9, 9, 0) == ()
    (slow,) = costs(100, 60, 0)
    assert slow.startswith("strategy BO took 60 s of 100 s to propose; ")
    (waited,) = costs(100, 0, 30)
    assert waited.startswith("waited 30 s for the scorer, which limits how often it is asked; --sc")
    (again,) = costs(100, 0, 30, 16)
    assert ", and 16 images were sent again; --scorer-option rate=N " in again
