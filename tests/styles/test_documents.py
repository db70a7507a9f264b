"""What the pages say of styles and filters is what the code has."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from blackcamo import plugins
from blackcamo.filters.loading import built_in

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"


@pytest.fixture(scope="module")
def strips() -> ModuleType:
    """scripts/strips, which has no suffix, as a module."""
    loader = importlib.machinery.SourceFileLoader("strips", str(REPOSITORY / "scripts" / "strips"))
    spec = importlib.util.spec_from_loader("strips", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_the_list_of_styles_is_up_to_date(strips: ModuleType) -> None:
    _, found, listed = (DOCS / "styles.md").read_text().partition(strips.GENERATED)
    assert found, "the marker is missing"
    assert listed == strips.described(), "run scripts/strips"


def test_every_style_has_a_strip_and_no_other() -> None:
    assert {p.stem for p in (DOCS / "styles").glob("*.jpg")} == set(plugins.names("styles"))


def test_every_family_has_a_row_and_a_strip_and_no_other() -> None:
    families = {family.name for family in built_in()}
    rows = re.findall(
        r"^\| \[(\w+)\]\(filters/(\w+)\.jpg\)", (DOCS / "filters.md").read_text(), re.M
    )
    assert [name for name, _ in rows] == [family.name for family in built_in()]
    assert all(name == strip for name, strip in rows)
    assert {p.stem for p in (DOCS / "filters").glob("*.jpg")} == families
