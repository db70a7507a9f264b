"""Which parameters mattered, style by style."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from blackcamo.study import Study
from blackcamo.study.importance import LEAST_TRIALS, importances
from blackcamo.types import UNCHANGED, Evaluation, Proposal
from tests.study.conftest import counts, evaluation_of, opened, params_of, write_batch


def searched(study: Study, batch: int, style: str, n: int, *, by: int, failed: int = 0) -> None:
    """A batch in which one coordinate makes the score, and the others the appeal."""
    rows = np.random.default_rng(batch).uniform(-1, 1, (n, 3))
    proposals = [Proposal(style, tuple(row)) for row in rows.tolist()]
    found = [
        Evaluation(
            style=style,
            vector=p.vector,
            params=params,
            score=float("nan") if i < failed else 50.0 + 30.0 * p.vector[by],
            appeal=50.0 + 10.0 * (sum(p.vector) - p.vector[by]),
            parts={},
            jpeg_sha256=f"{batch:032x}{i:032x}",
            jpeg_bytes=1,
            width_px=1,
            height_px=1,
            error="made up" if i < failed else None,
        )
        for i, (p, params) in enumerate(zip(proposals, params_of(proposals), strict=True))
    ]
    total = study.ledger.get("total", 0) + n
    numbers = study.begin(batch, proposals, params_of(proposals))
    study.finish(numbers, found, ledger=counts(total))


def test_each_style_has_shares_of_its_own_parameters(storage: str) -> None:
    with opened(storage) as study:
        unchanged = Proposal(UNCHANGED, ())
        study.finish(
            study.begin(0, [unchanged], [{}]), [evaluation_of(unchanged)], ledger=counts(1)
        )
        # Both styles free the exposure, in other ranges and to another end.
        searched(study, 1, "vivid", 60, by=0)
        searched(study, 2, "noir", 60, by=1)
    found = importances(Study.load(storage, "a-fake-1"))
    assert {style: set(shares) for style, shares in found.items()} == {
        "vivid": {"exposure_ev", "levels", "ripple"},
        "noir": {"exposure_ev", "fade", "ripple"},
    }
    assert {style: next(iter(shares)) for style, shares in found.items()} == {
        "vivid": "exposure_ev",
        "noir": "fade",
    }
    for shares in found.values():
        assert sum(shares.values()) == pytest.approx(1)
        assert list(shares.values()) == sorted(shares.values(), reverse=True)
        assert max(shares.values()) > 0.5


def test_styles_of_few_scored_trials_are_left_out(journal: str) -> None:
    with opened(journal) as study:
        assert importances(study) == {}
        searched(study, 0, "vivid", LEAST_TRIALS, by=0)
        searched(study, 1, "noir", LEAST_TRIALS, by=0, failed=1)
        assert importances(study).keys() == {"vivid"}
        searched(study, 2, "noir", 1, by=0)
        assert importances(study).keys() == {"vivid", "noir"}


def test_the_direction_of_the_scorer_counts(tmp_path: Path) -> None:
    found = []
    for higher_is_better in (True, False):
        with opened(tmp_path / f"{higher_is_better}", higher_is_better=higher_is_better) as study:
            searched(study, 0, "vivid", 40, by=0)
            # Of what is worth most when low, only the hidden part decides.
            searched(study, 1, "vivid", 40, by=2)
            found.append(importances(study)["vivid"])
    assert found[0] != found[1]


def test_equal_studies_give_equal_shares_soon(tmp_path: Path) -> None:
    found = []
    for name in ("a", "b"):
        with opened(tmp_path / name) as study:
            for batch in range(10):
                searched(study, batch, ("vivid", "noir")[batch % 2], 50, by=batch % 3)
            importances(study)
            before = time.process_time()
            found.append(importances(study))
            assert time.process_time() - before < 1
    assert [list(shares.items()) for shares in found[0].values()] == [
        list(shares.items()) for shares in found[1].values()
    ]


def test_scores_that_are_all_alike_give_shares(journal: str) -> None:
    with opened(journal) as study:
        for batch in range(6):
            write_batch(study, batch)
        # Nothing is hidden in half of the trials.
        searched(study, 6, "noir", 20, by=0)
        assert importances(study)["noir"].keys() == {"exposure_ev", "fade", "ripple"}
