"""Damaged files of every kind are read or refused in one line; `studies/017-faults` tries many."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blackcamo import run
from blackcamo.cli import main
from tests.faults.readers import PICTURES, READERS, Reader, attempt


@pytest.mark.parametrize("reader", [*READERS, *PICTURES], ids=lambda reader: reader.name)
def test_a_damaged_file_is_read_or_refused_in_one_line(reader: Reader, tmp_path: Path) -> None:
    data = reader.make(tmp_path)
    path = tmp_path / reader.file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    reader.read(path)
    seen = set()

    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(seed=st.integers(0, 2**32))
    def damaged(seed: int) -> None:
        seen.add(attempt(reader, path, data, str(seed)))

    damaged()
    assert "refused" in seen


def test_a_defect_is_told_in_one_line_and_reported_without_what_is_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(storage: Path, **_: object) -> None:
        raise RuntimeError(f"nobody expects this in {storage}")

    monkeypatch.setattr(run, "studies", broken, raising=False)
    monkeypatch.setenv("BLACKCAMO_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    secret = tmp_path / "secret.journal"
    assert main(["studies", "--storage", str(secret), "--json"]) == 70
    out, err = capsys.readouterr()
    (report,) = (tmp_path / "home" / "reports").iterdir()
    said = f"this is a defect of blackcamo (RuntimeError); a report is in {report}"
    assert json.loads(out)["error"].startswith(said)
    assert err.count("\n") == 1
    text = report.read_text()
    assert "RuntimeError: nobody expects this in ./secret.journal" in text
    assert "blackcamo studies --storage ... --json" in text
    assert str(tmp_path) not in text
    assert str(Path(run.__file__).parents[2]) not in text


def test_what_does_not_fit_into_memory_is_no_defect(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def large(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(run, "studies", large, raising=False)
    assert main(["studies"]) == 2
    assert "there is not enough memory for this" in capsys.readouterr().err
