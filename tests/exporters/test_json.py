"""The JSON export is the preset."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from blackcamo.exporters import export_preset
from blackcamo.preset import Preset, read_preset


def test_it_carries_everything(tmp_path: Path) -> None:
    preset = Preset(
        filters=("tone",),
        lut_size=33,
        params={"exposure_ev": 0.1 + 0.2},
        provenance={"photo": {"name": "café.jpg"}},
        extra={"rating": 5},
    )
    export = export_preset(preset, format="json", folder=tmp_path, stem="look")
    assert export.files == (tmp_path / "look.preset.json",)
    assert export.left_out == ()
    assert read_preset(export.files[0]) == preset


def test_perl_reads_it(tmp_path: Path) -> None:
    if shutil.which("perl") is None:
        pytest.skip("perl is not installed: apt-get install perl")
    preset = Preset(filters=("tone",), lut_size=33, params={"exposure_ev": 0.25})
    (path,) = export_preset(preset, format="json", folder=tmp_path, stem="look").files
    script = "use JSON::PP; local $/; print encode_json(decode_json(<STDIN>)->{params})"
    with path.open("rb") as file:
        answer = subprocess.run(["perl", "-e", script], stdin=file, capture_output=True, check=True)
    assert json.loads(answer.stdout) == {"exposure_ev": 0.25}
