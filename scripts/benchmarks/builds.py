"""Two builds of the package side by side: a command of each, its processor time and memory.

Both use this environment's libraries; which package is run is a matter of PYTHONPATH, and asked
of the process itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
_SAMPLE_S = 0.05
_MEMORY_EVERY = 4
_TICKS = os.sysconf("SC_CLK_TCK")
_RUN = "import sys; from blackcamo.cli import main; sys.exit(main())"


@dataclass(frozen=True)
class Spent:
    """What a command took: clock, processor time of all its processes, and their memory."""

    wall_s: float
    cpu_s: float
    pss_mb: float
    status: int
    result: Any


@contextmanager
def checkout(commit: str, folder: Path) -> Iterator[Path]:
    """A copy of the repository at a commit."""
    target = folder / "before"
    subprocess.run(
        ["git", "clone", "--quiet", "--shared", "--no-checkout", str(REPOSITORY), str(target)],
        check=True,
    )
    subprocess.run(["git", "-C", str(target), "checkout", "--quiet", commit], check=True)
    yield target


def blackcamo(build: Path, arguments: Sequence[str], folder: Path) -> Spent:
    """Run the command line of a build in a folder; its standard output is one JSON object."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(build)}
    found = subprocess.run(
        [sys.executable, "-c", "import blackcamo; print(blackcamo.__file__)"],
        cwd=folder, env=environment, check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    assert Path(found).is_relative_to(build), f"{found} is run in place of {build}"
    start = time.perf_counter()
    with (folder / "said").open("w") as said, (folder / "complaints").open("w") as complaints:
        process = subprocess.Popen(
            [sys.executable, "-c", _RUN, *arguments],
            cwd=folder, env=environment, stdout=said, stderr=complaints, start_new_session=True,
        )  # fmt: skip
        watch = _Watch(process.pid)
        status = process.wait()
        wall_s = time.perf_counter() - start
        watch.stop()
    text = (folder / "said").read_text()
    assert text, (folder / "complaints").read_text()
    (result,) = json.loads(text)["results"]
    return Spent(wall_s, watch.cpu_s(), watch.pss_mb, status, result)


class _Watch:
    """Samples all processes of a session until it is stopped."""

    def __init__(self, session: int) -> None:
        self._session = session
        self._ticks: dict[tuple[int, int], int] = {}
        self.pss_mb = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        self._thread.join()

    def cpu_s(self) -> float:
        return sum(self._ticks.values()) / _TICKS

    def _sample(self) -> None:
        count = 0
        while not self._done.wait(_SAMPLE_S):
            pids = list(self._processes())
            if count % _MEMORY_EVERY == 0:
                self.pss_mb = max(self.pss_mb, sum(map(_pss_kb, pids)) / 1024)
            count += 1

    def _processes(self) -> Iterator[int]:
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal():
                continue
            try:
                # The name may hold spaces and parentheses; what follows it is numbers.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == self._session:
                key = int(entry.name), int(fields[19])
                self._ticks[key] = int(fields[11]) + int(fields[12])
                yield key[0]


def _pss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
