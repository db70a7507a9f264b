"""What is missing is told with the command that installs it here."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from blackcamo import extras
from blackcamo.errors import MissingExtraError


def installed_from(monkeypatch: pytest.MonkeyPatch, record: Mapping[str, object] | None) -> None:
    class Here(Distribution):
        def read_text(self, filename: str) -> str | None:
            return None if record is None else json.dumps(record)

        def locate_file(self, path: object) -> Path:
            raise NotImplementedError

    monkeypatch.setattr(extras, "distribution", lambda name: Here())


def test_of_an_index_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    installed_from(monkeypatch, None)
    assert extras.installing("heic") == "pip install 'blackcamo[heic]'"
    wheel = {"url": "file:///tmp/blackcamo-1.whl", "archive_info": {}}
    installed_from(monkeypatch, wheel)
    assert extras.installing("heic") == "pip install 'blackcamo[heic]'"


@pytest.mark.parametrize("editable", [True, False])
def test_of_a_clone_by_its_folder(monkeypatch: pytest.MonkeyPatch, editable: bool) -> None:
    record = {"url": "file:///home/me/my%20clone", "dir_info": {"editable": editable}}
    installed_from(monkeypatch, record)
    words = shlex.split(extras.installing("heic"))
    assert words == [
        sys.executable, "-m", "pip", "install", *(["-e"] if editable else []),
        "/home/me/my clone[heic]",
    ]  # fmt: skip
    with pytest.raises(
        MissingExtraError, match="thing needs the package 'no_such_package'"
    ) as told:
        extras.import_extra("no_such_package", extra="heic", who="thing")
    assert str(told.value).endswith(f"install it with: {extras.installing('heic')}")
