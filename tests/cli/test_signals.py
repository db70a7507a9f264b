"""Signals end a command in good order, and take with them what it has started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, hear_ctrl_c
from tests.cli.test_stdout import write_photo

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals, and processes by /proc")

# Scores by brightness once it may; says where its pictures lie, and has a child.
MODEL = """
import pathlib, subprocess, sys, time
from PIL import Image, ImageStat

folder = pathlib.Path(sys.argv[1])
paths = sys.stdin.read().split()
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
with (folder / "runs").open("a") as runs:
    print(child.pid, pathlib.Path(paths[0]).parent, file=runs)
while (folder / "wait").exists():
    time.sleep(0.02)
child.kill()
for path in paths:
    print(ImageStat.Stat(Image.open(path).convert("L")).mean[0] / 2.55)
"""


class Running:
    """A command whose scorer stands still while there is a file ``wait``."""

    def __init__(self, folder: Path, program: subprocess.Popen[str]) -> None:
        self.folder, self.program = folder, program

    def runs(self) -> list[tuple[int, Path]]:
        """Child and folder of pictures of every run of the scorer so far."""
        try:
            lines = (self.folder / "runs").read_text().splitlines()
        except FileNotFoundError:
            return []
        return [(int(pid), Path(folder)) for pid, folder in (line.split() for line in lines)]

    def until(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 180
        while not done():
            assert self.program.poll() is None, "it has ended"
            assert time.monotonic() < deadline, "it takes too long"
            time.sleep(0.02)

    def clean(self) -> bool:
        """Whether no process and no picture of any run is left."""
        return all(_gone(pid) and not folder.exists() for pid, folder in self.runs()) and not list(
            (self.folder / "tmp").iterdir()
        )


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


@contextmanager
def running(
    folder: Path, *words: str, before: Callable[[], None] = hear_ctrl_c
) -> Iterator[Running]:
    write_photo(folder / "photo.png")
    (folder / "model.py").write_text(MODEL)
    (folder / "tmp").mkdir()
    command, *more = words
    with subprocess.Popen(
        [
            *PROGRAM, command, "photo.png", "--json",
            "--scorer", f"command:{sys.executable} model.py {folder}", *more,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder / "tmp")},
        start_new_session=True,
        preexec_fn=before,
    ) as program:  # fmt: skip
        try:
            yield Running(folder, program)
        finally:
            (folder / "wait").unlink(missing_ok=True)
            program.kill()


SEARCH = (
    "search", "--budget", "400", "--target", "1", "--style", "vivid", "--batch", "4",
    "--scorer-option", "timeout_s=120",
)  # fmt: skip


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_the_first_signal_delivers_the_best_so_far(
    tmp_path: Path, number: signal.Signals, status: int
) -> None:
    with running(tmp_path, *SEARCH) as it:
        it.until(lambda: len(it.runs()) >= 3)
        # As terminals and service managers do: what renders gets it, too.
        os.killpg(it.program.pid, number)
        out, err = it.program.communicate(timeout=180)
        assert it.clean()
    assert it.program.returncode == status
    (result,) = json.loads(out)["results"]
    assert result["interrupted"]
    assert (tmp_path / result["output"]).is_file()
    assert result["queries"]["total"] < 390
    again = "Ctrl-C again" if number == signal.SIGINT else "a second signal"
    assert err.splitlines() == [
        f"blackcamo: ending after this batch, with what was found; {again} ends at once",
        "blackcamo: interrupted",
    ]


# That a hang-up is heard, too, is known by the first one and by other commands.
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_second_signal_ends_everything_at_once(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path, *SEARCH) as it:
        it.until(lambda: len(it.runs()) >= 3)
        (tmp_path / "wait").touch()
        seen = len(it.runs())
        it.until(lambda: len(it.runs()) > seen and not _gone(it.runs()[-1][0]))
        it.program.send_signal(number)
        time.sleep(0.5)
        assert it.program.poll() is None, "it waits for the batch"
        it.program.send_signal(number)
        began = time.monotonic()
        out, err = it.program.communicate(timeout=180)
        assert time.monotonic() - began < 60
        assert it.clean()
    assert it.program.returncode == 128 + number
    assert json.loads(out) == {"error": "interrupted", "results": []}
    assert err.splitlines()[-1] == "blackcamo: interrupted"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_other_commands_end_at_once(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "wait").touch()
    with running(tmp_path, "score") as it:
        it.until(lambda: bool(it.runs()) and any((tmp_path / "tmp").rglob("*.png")))
        it.program.send_signal(number)
        out, err = it.program.communicate(timeout=180)
        assert it.clean()
    assert (it.program.returncode, err) == (128 + number, "blackcamo: interrupted\n")
    assert json.loads(out) == {"error": "interrupted", "results": []}


def test_what_a_killed_command_leaves_goes_at_the_next_start(tmp_path: Path) -> None:
    (tmp_path / "wait").touch()
    with running(tmp_path, "score") as it:
        it.until(lambda: bool(it.runs()) and any((tmp_path / "tmp").rglob("*.png")))
        it.program.kill()
        it.program.wait()
    assert list((tmp_path / "tmp").rglob("*.png"))
    subprocess.run(
        [*PROGRAM, "--version"], check=True, env={**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    )
    assert not list((tmp_path / "tmp").iterdir())


def ignore_hang_ups() -> None:
    """As nohup does."""
    hear_ctrl_c()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def test_a_hang_up_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    with running(tmp_path, *SEARCH[:2], "12", *SEARCH[3:], before=ignore_hang_ups) as it:
        it.until(lambda: bool(it.runs()))
        it.program.send_signal(signal.SIGHUP)
        out, err = it.program.communicate(timeout=180)
    assert (it.program.returncode, err) == (3, "")
    assert not json.loads(out)["results"][0]["interrupted"]


def test_a_closed_terminal_ends_a_search_in_good_order(tmp_path: Path) -> None:
    master, slave = os.openpty()
    write_photo(tmp_path / "photo.png")
    (tmp_path / "model.py").write_text(MODEL)
    command = [
        *PROGRAM, "search", "photo.png", *SEARCH[1:],
        "--scorer", f"command:{sys.executable} model.py {tmp_path}",
    ]  # fmt: skip
    with subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, cwd=tmp_path, start_new_session=True
    ) as program:
        os.close(slave)
        it = Running(tmp_path, program)  # type: ignore[arg-type]
        it.until(lambda: len(it.runs()) >= 3)
        os.close(master)
        program.send_signal(signal.SIGHUP)
        assert program.wait(timeout=180) == 129
    assert (tmp_path / "camouflage" / "photo" / "photo.best-effort.jpg").is_file()
