"""The tutorial notebook runs, and shows what it says that it shows."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

TUTORIAL = ROOT / "docs" / "tutorial.ipynb"


def test_it_is_kept_without_outputs() -> None:
    cells = [c for c in json.loads(TUTORIAL.read_text())["cells"] if c["cell_type"] == "code"]
    assert cells
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in cells)
    assert TUTORIAL.stat().st_size < 20_000


@pytest.mark.slow
def test_it_runs(tmp_path: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (tmp_path / "docs").mkdir()
    # As it is, but for the budgets.
    text = re.sub(r"budget=\d+", "budget=30", TUTORIAL.read_text())
    notebook = nbformat.reads(text, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=600, resources={"metadata": {"path": str(tmp_path / "docs")}}
    )
    client.execute()
    code = {c["source"].splitlines()[-1]: c["outputs"] for c in notebook.cells if "outputs" in c}
    bars, shown = _kinds(code["result"])
    assert "queries" in bars[0], "progress"
    assert shown["text/plain"].startswith("<SearchResult brook.jpg: ")
    assert shown["text/html"].count("data:image/jpeg;base64,") == 2
    assert "of 30 queries" in shown["text/html"]
    assert "image/png" in code["result.front()"][0]["data"]
    assert "image/png" in code["result.image"][0]["data"]


def _kinds(outputs: list[Any]) -> tuple[list[str], dict[str, str]]:
    """The HTML of what was displayed while the cell ran, and what the cell came to."""
    displayed = [o["data"]["text/html"] for o in outputs if o["output_type"] == "display_data"]
    (result,) = (o["data"] for o in outputs if o["output_type"] == "execute_result")
    return displayed, dict(result)
