"""Profiles as files: what is read is what was written, and nothing else is taken for one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from blackcamo.errors import ProfileError
from blackcamo.profile import (
    Profile,
    find_profile,
    installed_profiles,
    profile_of,
    read_profile,
)
from blackcamo.types import ScorerInfo

SOFT = Profile(
    scorer={"name": "niqe", "digest": "ab"},
    hiding={"softness": {"softness_px": 0.3}},
    reach={"enhance": {"photos": 9, "below": 0.5}},
    learned={"seed": 3},
    extra={"of_others": [1]},
)


def test_what_is_read_is_what_was_written() -> None:
    assert Profile.from_json(SOFT.to_json()) == SOFT


def test_ways_start_where_they_were_found_and_the_others_are_left_out() -> None:
    (way,) = SOFT.ways()
    assert (way.name, way.free[0].start, way.free[0].high) == ("softness", 0.3, 0.45)


def test_styles_of_an_earlier_builds_profile_are_passed_over_and_kept() -> None:
    document = json.loads(SOFT.to_json())
    document["styles"] = [{"name": "lomo", "saved": 12.5, "start": [0.5, -1.0]}]
    earlier = Profile.from_json(json.dumps(document))
    assert (earlier.hiding, earlier.digest) == (SOFT.hiding, SOFT.digest)
    assert json.loads(earlier.to_json())["styles"] == document["styles"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("format", "preset", '"blackcamo-profile"'),
        ("version", 2, "version"),
        ("scorer", {"name": "niqe"}, "digest"),
        ("scorer", "niqe", "scorer"),
        ("hiding", {"softness": {"softness_px": 0.5}}, "and 0.45: viewers see more; learn it anew"),
        ("hiding", {"softness": {"softness_px": "much"}}, "numbers"),
        ("hiding", {"softness": {}}, "learn it anew"),
        ("hiding", {"sleight of hand": {"x": 1}}, "learn it anew"),
        ("hiding", {"softness": 0.3}, "object"),
        ("hiding", None, "hiding"),
        ("reach", [], "reach"),
        ("learned", 3, "learned"),
    ],
)
def test_what_is_no_profile_is_refused(tmp_path: Path, field: str, value: Any, said: str) -> None:
    path = tmp_path / "x.profile.json"
    path.write_text(json.dumps({**json.loads(SOFT.to_json()), field: value}))
    with pytest.raises(ProfileError, match=said) as refused:
        read_profile(path)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": 1, "format": 1}', "[" * 100_000])
def test_what_is_no_json_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.profile.json"
    path.write_text(text)
    with pytest.raises(ProfileError, match=r"x\.profile\.json"):
        read_profile(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.profile.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProfileError, match="UTF-8"):
        read_profile(tmp_path / "x.profile.json")
    with pytest.raises(ProfileError, match="cannot be read"):
        read_profile(tmp_path / "missing.profile.json")


def test_the_profile_of_a_scorer_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLACKCAMO_HOME", str(tmp_path))
    assert profile_of(ScorerInfo("niqe", digest="ab")) is None
    folder = tmp_path / "profiles"
    folder.mkdir()
    (folder / "mine.profile.json").write_text(SOFT.to_json())
    assert profile_of(ScorerInfo("niqe", digest="ab")) == ("mine", SOFT)
    # Its namesake is much the same; nothing else is.
    assert profile_of(ScorerInfo("niqe", digest="cd")) == ("mine", SOFT)
    assert profile_of(ScorerInfo("brisque", digest="ab")) is None
    assert find_profile("mine") == ("mine", SOFT)
    assert find_profile(str(folder / "mine.profile.json")) == ("mine", SOFT)
    with pytest.raises(ProfileError, match=r"'yours' is not installed; there are .*mine"):
        find_profile("yours")


def test_profiles_of_the_package_can_be_used() -> None:
    for path in installed_profiles().values():
        profile = read_profile(path)
        assert profile.ways()
        assert {"imperceptible", "enhance"} <= profile.reach.keys()
