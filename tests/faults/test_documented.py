"""The page of faults says what the tests say, and names tests that there are."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT
from tests.faults.table import NAMED, table


def test_the_page_is_the_one_that_the_tests_make() -> None:
    assert (ROOT / "docs" / "faults.md").read_text("utf-8") == table()


@pytest.mark.parametrize("test", [test for _, _, test in NAMED])
def test_every_test_that_is_named_is_there(test: str) -> None:
    file, _, name = test.partition("::")
    assert f"def {name}(" in (ROOT / file).read_text("utf-8")
