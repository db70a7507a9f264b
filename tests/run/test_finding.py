"""Photos by name, by folder, by pattern."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from blackcamo.run import FoundPhoto, find_below, find_photos


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder ``photos`` of folders, from beside it."""
    for name in (
        "one.jpg", "sub/two.jpg", "sub/deep/three.png", "sub/two.camo.jpg", "sub/notes.txt",
        ".hidden/four.jpg", "other/one.jpg", "[odd].jpg",
    ):  # fmt: skip
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.chdir(tmp_path)
    return Path("photos")


def told(found: list[FoundPhoto]) -> list[tuple[str, str]]:
    return [(one.path.as_posix(), one.below.as_posix()) for one in found]


def test_folders_are_looked_into_as_far_as_asked(tree: Path) -> None:
    assert told(find_below([tree])) == [("photos/[odd].jpg", "."), ("photos/one.jpg", ".")]
    assert told(find_below([tree], recursive=True)) == [
        ("photos/[odd].jpg", "."),
        ("photos/one.jpg", "."),
        ("photos/other/one.jpg", "other"),
        ("photos/sub/deep/three.png", "sub/deep"),
        ("photos/sub/two.jpg", "sub"),
    ]
    # What was named first decides where its files go.
    assert told(find_below([tree / "sub" / "two.jpg", tree], recursive=True))[0] == (
        "photos/sub/two.jpg",
        ".",
    )


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_that_leads_back_is_not_followed(tree: Path) -> None:
    (tree / "sub" / "back").symlink_to(tree.absolute())
    assert len(find_below([tree], recursive=True)) == 5


def test_patterns_are_taken_as_a_shell_takes_them(tree: Path) -> None:
    assert told(find_below(["photos/*.jpg"])) == [
        ("photos/[odd].jpg", "."),
        ("photos/one.jpg", "."),
    ]
    assert told(find_below(["photos/**/t*"])) == [
        ("photos/sub/deep/three.png", "sub/deep"),
        ("photos/sub/two.jpg", "sub"),
    ]
    assert told(find_below(["*/o*"])) == [
        ("photos/one.jpg", "photos"),
        ("photos/other/one.jpg", "photos/other"),
    ]
    assert told(find_below(["photos/[odd].jpg"])) == [("photos/[odd].jpg", ".")], "a file's name"
    assert find_photos(["photos/*.gif"]) == [Path("photos/*.gif")], "to be refused by name"
    absolute = str(tree.absolute() / "s*" / "*.jpg")
    assert told(find_below([absolute])) == [((tree.absolute() / "sub/two.jpg").as_posix(), "sub")]
