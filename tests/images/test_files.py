"""Files are written whole or not at all."""

from __future__ import annotations

import os
import resource
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from blackcamo.errors import OutputError
from blackcamo.images import prepare_folder, write_bytes
from tests.images.unprivileged import unprivileged


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refusal(path: Path, data: bytes = b"new") -> str:
    with pytest.raises(OutputError) as caught:
        write_bytes(path, data)
    message = str(caught.value)
    assert message.isprintable()
    assert message.startswith(f"cannot write {path}: ")
    return message


def test_writes_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_bytes(path, b"old" * 1000)
    write_bytes(str(path), b"new")
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a.bin"]


def test_makes_missing_folders(tmp_path: Path) -> None:
    write_bytes(tmp_path / "some" / "where" / "a.bin", b"new")
    assert (tmp_path / "some" / "where" / "a.bin").read_bytes() == b"new"


def test_name_as_long_as_the_file_system_allows(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert "choose another path" in refusal(tmp_path / ("x" * 256))
    assert names(tmp_path) == ["x" * 255]


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_permissions_follow_the_umask(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        write_bytes(tmp_path / "a.bin", b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.bin").stat().st_mode) == mode


def test_symbolic_link_is_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_bytes(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_folder_or_device_is_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert "not a regular file; choose another name" in refusal(pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert "not a regular file; choose another name" in refusal(tmp_path)
    assert names(tmp_path) == ["pipe"]


def test_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    assert refusal(tmp_path / "file" / "a.bin").endswith("choose another path")
    assert (tmp_path / "file").read_bytes() == b"old"


def test_unwritable_folder() -> None:
    with unprivileged() as folder:
        (folder / "a.bin").write_bytes(b"old")
        folder.chmod(0o555)
        assert refusal(folder / "a.bin").endswith("choose a folder that you may write to")
        assert (folder / "a.bin").read_bytes() == b"old"
        assert names(folder) == ["a.bin"]


def test_limit_on_file_sizes_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        message = refusal(path, bytes(200_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "File too large" in message
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.bin"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"cannot mount a small file system here: {error}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_full_disk_leaves_the_old_file(small_disk: Path) -> None:
    path = small_disk / "a.bin"
    path.write_bytes(b"old")
    message = refusal(path, bytes(200_000))
    assert message.endswith("No space left on device; free some space or choose another folder")
    assert path.read_bytes() == b"old"
    assert names(small_disk) == ["a.bin"]
    write_bytes(path, bytes(30_000))
    assert path.stat().st_size == 30_000


def test_a_folder_is_prepared_or_refused_by_name(tmp_path: Path) -> None:
    prepare_folder(tmp_path / "a" / "b")
    assert not list((tmp_path / "a" / "b").iterdir())
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=f"cannot write {tmp_path / 'file'}"):
        prepare_folder(tmp_path / "file")
