"""Studies of one photo as one."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from blackcamo.errors import StudyError
from blackcamo.run import merge
from blackcamo.run.identity import IDENTITY
from blackcamo.study import Study
from blackcamo.study.importance import importances
from blackcamo.study.merging import merge_studies, origins
from blackcamo.types import UNCHANGED, Proposal, ScorerInfo
from tests.study.conftest import counts, evaluation_of, opened, write_batch


def searched(storage: str, name: str, batches: range, **options: Any) -> Study:
    """A study as a search writes it: the photo unchanged, then batches."""
    unchanged = Proposal(UNCHANGED, ())
    with opened(storage, name, **options) as study:
        study.finish(
            study.begin(0, [unchanged], [{}]), [evaluation_of(unchanged)], ledger=counts(1)
        )
        for batch in batches:
            write_batch(study, batch, 8)
    return Study.load(storage, name)


def test_styles_vectors_and_parameters_survive_a_merge(storage: str) -> None:
    sources = [searched(storage, "a", range(1, 3)), searched(storage, "b", range(3, 7))]
    copied = merge_studies(sources, "both", lambda _: {"photo": "a.jpg"})
    merged = Study.load(storage, "both")
    found = merged.evaluations()
    expected = {
        (source.name, number): evaluation
        for source in sources
        for number, evaluation in source.evaluations().items()
        if evaluation.error is None and not (source.name == "b" and number == 0)
    }
    assert {origin: found[number] for origin, number in copied.items()} == expected
    assert {number: origin for origin, number in copied.items()} == origins(merged)
    assert found[0].style == UNCHANGED
    assert {e.style for e in found.values()} == {UNCHANGED, "vivid", "noir"}
    assert [b.index for b in merged.batches()] == list(range(7)), "batches stay apart, in order"
    # Neither source alone has enough trials of both styles.
    assert not any(importances(source).keys() == {"vivid", "noir"} for source in sources)
    assert importances(merged).keys() == {"vivid", "noir"}


def test_only_studies_of_the_same_styles_are_merged(journal: str) -> None:
    texts = ("blackcamo", "scorer_spec", "appeal_measure", "strategy", "finish", "space")
    attributes: dict[str, Any] = dict.fromkeys(IDENTITY, 0) | dict.fromkeys(texts, "x")
    attributes |= {"scorer": asdict(ScorerInfo("x")), "scorer_options": {}, "channel": {}}
    attributes |= {"photo": {"name": "a.jpg", "sha256": "ab"}, "mode": "enhance"}
    attributes |= {"filters": ["tone"], "keep_size": False}
    same = {"styles": ["vivid", "noir"], "style_spaces": {"vivid": "1", "noir": "2"}}
    others: dict[str, dict[str, Any]] = {
        "a": {"seed": 1},
        "b": {"styles": ["noir", "vivid"]},
        "c": {"style_spaces": {"vivid": "1", "noir": "3"}},
    }
    for name, changes in others.items():
        searched(journal, name, range(1), attributes={**attributes, **same, **changes})
    with pytest.raises(StudyError, match=r"'a' and 'b' cannot be merged: styles \['vivid', 'noir'"):
        merge(["a", "b"], storage=journal)
    with pytest.raises(StudyError, match=r"cannot be merged: style_spaces.noir '2', not '3'"):
        merge(["a", "c"], storage=journal)
