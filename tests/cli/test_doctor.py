"""blackcamo doctor: what is there and what is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import blackcamo
from blackcamo.cli import main
from blackcamo.extras import installing
from blackcamo.run import doctoring


def checks(
    capsys: pytest.CaptureFixture[str], *words: str
) -> dict[tuple[str, str], dict[str, str]]:
    assert main(["doctor", "--json", *words]) == 0
    found = json.loads(capsys.readouterr().out)["checks"]
    return {(one["part"], one["name"]): one for one in found}


def test_what_is_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal = tmp_path / "new" / "studies.journal"
    found = checks(capsys, "--storage", str(journal))
    assert found["version", "blackcamo"]["found"] == blackcamo.__version__
    assert found["storage", str(journal)]["found"] == "made by the first search"
    assert not journal.parent.exists(), "nothing is changed"
    assert {name for part, name in found if part == "extra"} >= {"onnx", "heic", "dashboard"}
    assert ("extra", "test") not in found
    weights = {name: one for (part, name), one in found.items() if part == "weights"}
    for name, one in weights.items():
        assert one["ok"] or one["mend"] == f"blackcamo weights install {name}"


def test_what_is_missing_names_the_command_that_brings_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctoring, "requires", lambda _: ["no-such-thing>=2; extra == 'heic'"])
    (tmp_path / "damaged.journal").write_text("no journal")
    found = checks(capsys, "--storage", str(tmp_path / "damaged.journal"))
    assert found["extra", "heic"]["found"] == "no-such-thing missing"
    assert found["extra", "heic"]["mend"] == installing("heic")
    assert not found["storage", str(tmp_path / "damaged.journal")]["ok"]
