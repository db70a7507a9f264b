"""Programs and private folders end with the process, or with the next one where it was killed."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from blackcamo import leftovers

HOLDER = """
import sys, time
from blackcamo import leftovers
with leftovers.private_folder() as folder:
    (folder / "0.png").write_bytes(b"private")
    print(folder, flush=True)
    time.sleep(60)
"""
posix = pytest.mark.skipif(sys.platform == "win32", reason="locks and groups of POSIX")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own as the system's temporary one."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(leftovers, "_own", {})
    return tmp_path


@pytest.fixture
def holder(temporary: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process that lives in a private folder, and that folder."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def test_a_folder_is_private_and_goes_with_what_is_in_it(temporary: Path) -> None:
    with leftovers.private_folder() as folder:
        (folder / "0.png").write_bytes(b"private")
        for inside in (folder, folder.parent):
            assert stat.S_IMODE(inside.stat().st_mode) == 0o700
        assert folder.parent.parent == temporary
    assert not folder.exists()


@posix
def test_the_folder_of_a_killed_process_goes_at_the_next_start(
    holder: tuple[subprocess.Popen[str], Path],
) -> None:
    process, folder = holder
    leftovers.sweep()
    assert (folder / "0.png").exists(), "its process lives"
    process.kill()
    process.wait()
    assert (folder / "0.png").exists()
    leftovers.sweep()
    assert not folder.parent.exists()


def test_a_process_removes_its_own_folder_at_its_end(temporary: Path) -> None:
    code = "from blackcamo import leftovers; leftovers.private_folder().__enter__()"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert list(temporary.iterdir()) == []


@posix
def test_only_what_is_ours_is_swept(temporary: Path) -> None:
    own = temporary / "blackcamo-notes"
    own.mkdir()
    (own / "lock").touch()
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / leftovers._LOCK).touch()
    (temporary / "blackcamo-link").symlink_to(elsewhere)
    fresh, old = temporary / "blackcamo-fresh", temporary / "blackcamo-old"
    for folder in (fresh, old):
        folder.mkdir()
    os.utime(old, (time.time() - 7200,) * 2)
    leftovers.sweep()
    assert (own / "lock").exists()
    assert (elsewhere / leftovers._LOCK).exists()
    assert fresh.exists(), "another process may be making it"
    assert not old.exists()


def gone(pid: int) -> bool:
    """Whether a process is gone, or dead and merely not yet waited for, within a second."""
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.01)
    return False


PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes by /proc")
@pytest.mark.parametrize("how", ["left", "all"])
def test_a_program_ends_with_its_children(how: str) -> None:
    began = time.monotonic()
    with leftovers.program([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        if how == "all":
            leftovers.end_programs()
            assert process.wait() == -signal.SIGKILL
    assert gone(child)
    assert time.monotonic() - began < 30
    assert not leftovers._programs


def test_what_ended_by_itself_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[int] = []
    monkeypatch.setattr(os, "killpg", lambda pid, _: killed.append(pid), raising=False)
    with leftovers.program([sys.executable, "-c", ""]) as process:
        process.wait()
    assert killed == []
