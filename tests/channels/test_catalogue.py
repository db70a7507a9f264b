"""Channels by name, sets of them, and files of a user's own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from blackcamo.channels import channels
from blackcamo.channels.catalogue import built_in
from blackcamo.errors import InputError, MissingExtraError, OptionError, UnknownNameError


def test_every_channel_and_set_of_the_package_can_be_used() -> None:
    catalogue = built_in()
    for name in (*catalogue.channels, *catalogue.sets):
        assert channels([name]).passages
    assert all(named.source for named in catalogue.channels.values())
    for named in catalogue.channels.values():
        assert named.date or named.source.startswith("typical")


def test_names_specs_and_sets_each_once_in_their_order() -> None:
    found = channels(["signal", "jpeg:75", "standard"]).passages
    names = [passage.name for passage in found]
    assert names[:3] == ["signal", "jpeg:75", "jpeg:95"]
    assert len(names) == len(set(names))
    assert found[0].spec == "resize:1600/lanczos+jpeg:70/4:2:0"


def test_a_users_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[channels.forum]\nsteps = "resize:800+jpeg:60"\n')
    (passage,) = channels([str(file)]).passages
    assert (passage.name, passage.spec) == ("forum", "resize:800/lanczos+jpeg:60/4:2:0")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("channels = 3", "'channels' is no table of channels"),
        ("[channels.forum]\nquality = 3", "channels.forum must have steps"),
        ("[channels.forum]\nsteps = 3", "channels.forum.steps must be a text"),
        ("[channels", "no TOML"),
        ("[other]\n", "'other' is no table of channels"),
        ("[sets.a]\nchannels = [3]", "sets.a.channels must be a list of texts"),
    ],
)
def test_files_that_are_none_are_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=message):
        channels([str(file)])


def test_what_there_is_not_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="unknown channel 'signl'; did you mean 'signal'"):
        channels(["signl"])
    with pytest.raises(OptionError, match="no channel is named; choose from standard"):
        channels([])
    with pytest.raises(InputError, match="channels cannot be read"):
        channels([str(tmp_path / "none.toml")])


def test_what_is_not_installed_is_left_out_of_a_file_and_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyvips", None)
    file = tmp_path / "mine.toml"
    file.write_text('[channels.a]\nsteps = "mozjpeg:80"\n[channels.b]\nsteps = "jpeg:80"\n')
    found = channels([str(file)])
    assert [passage.name for passage in found.passages] == ["b"]
    assert "a is left out" in found.missing[0]
    assert "blackcamo[channels]" in found.missing[0]
    with pytest.raises(MissingExtraError):
        channels(["mozjpeg:80"])
