"""Studies to write: a space, evaluations, and storages of every kind that is at hand."""

from __future__ import annotations

import math
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blackcamo.space import FilterSpace
from blackcamo.study import Study
from blackcamo.styles.space import StyleSpace
from blackcamo.types import UNCHANGED, Evaluation, Free, Hiding, Param, Proposal, Style
from blackcamo.vision.facts import facts


@dataclass(frozen=True)
class Filter:
    name: str
    params: tuple[Param, ...]


FILTERS = FilterSpace(
    [
        Filter(
            "tone",
            (
                Param("exposure_ev", -2.0, 1.5, 0.0, "EV", "brightness"),
                Param("levels", 2.0, 34.0, 34.0, "", "levels per channel", step=4.0),
                Param("contrast", 0.0, 40.0, 0.0, "%", "contrast"),
                Param("fade", 0.0, 0.3, 0.0, "", "lift of the blacks"),
            ),
        ),
        Filter("ripple", (Param("ripple", 0.0, 2.0, 0.0, "", "what hides"),)),
    ]
)
HIDDEN = (Hiding("ripple", (Free("ripple", 0.0, 1.5, 1.0),)),)


def spaces_of(*styles: Style) -> dict[str, StyleSpace]:
    black = facts(np.zeros((8, 8, 3), np.uint8))
    return {s.name: StyleSpace(s, black, FILTERS, hidden=HIDDEN) for s in styles}


VIVID = Style(
    "vivid",
    "Bright.",
    (Free("exposure_ev", -1.0, 1.0, 0.25), Free("levels", 10.0, 34.0, 30.0)),
    {"contrast": 20 / 3},
)
NOIR = Style("noir", "Dark.", (Free("exposure_ev", -2.0, 0.0, -0.5), Free("fade", 0.0, 0.2, 0.1)))
SPACES = spaces_of(VIVID, NOIR)
ATTRIBUTES = {
    "photo": {"name": "a.jpg", "sha256": "ab"},
    "styles": {name: space.digest for name, space in SPACES.items()},
    "seed": 7,
}


def proposals_of(batch: int, n: int = 4) -> list[Proposal]:
    """Candidates of both styles, half of them with something hidden."""
    vectors = np.random.default_rng(batch).uniform(-1, 1, (n, 3)).tolist()
    styles = ("vivid", "noir")
    return [
        Proposal(styles[i % 2], (first, second, hidden if i % 4 > 1 else -1.0))
        for i, (first, second, hidden) in enumerate(vectors)
    ]


def params_of(proposals: Sequence[Proposal]) -> list[dict[str, float]]:
    return [SPACES[p.style].decode(p.vector) if p.style != UNCHANGED else {} for p in proposals]


def evaluation_of(proposal: Proposal) -> Evaluation:
    """What a made-up objective says: a failure now and then, floats that need every digit."""
    x = proposal.vector or (0.0, 0.0, 0.0)
    failed = x[0] > 0.8
    return Evaluation(
        style=proposal.style,
        vector=proposal.vector,
        params=params_of([proposal])[0],
        score=math.nan if failed else 50.0 + 30.0 * math.sin(x[0] * 3),
        appeal=100.0 * math.exp(-(x[1] ** 2)),
        parts={"damage": x[2] / 3, "grade": 1 / 3},
        jpeg_sha256=f"{abs(hash(x)):064x}",
        jpeg_bytes=12345,
        width_px=512,
        height_px=384,
        cached=x[1] > 0.9,
        error="ValueError: made up" if failed else None,
    )


def counts(total: int) -> dict[str, int]:
    return {"baseline": 0, "search": total, "verify": 0, "total": total, "budget": 100}


def opened(
    storage: str | Path, name: str = "a-fake-1", **options: Any
) -> AbstractContextManager[Study]:
    return Study.open(
        storage, name, SPACES, **{"higher_is_better": True, "attributes": ATTRIBUTES, **options}
    )


def write_batch(study: Study, batch: int, n: int = 4) -> tuple[int, ...]:
    proposals = proposals_of(batch, n)
    total = study.ledger.get("total", 0) + n
    numbers = study.begin(batch, proposals, params_of(proposals))
    study.sending(counts(total))
    study.finish(numbers, [evaluation_of(p) for p in proposals], ledger=counts(total))
    return numbers


@pytest.fixture
def journal(tmp_path: Path) -> str:
    return str(tmp_path / "studies.journal")


class PostgreSQL:
    """A server that a test may stop and start."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        # PostgreSQL refuses to run as root.
        self._user = "nobody" if os.getuid() == 0 else None
        if self._user:
            shutil.chown(folder, self._user)
        self.url = f"postgresql://tester@/postgres?host={folder}"

    def create(self) -> None:
        self._run("initdb", "-U", "tester", "--auth=trust", "--no-sync", "-E", "UTF8")

    def start(self) -> None:
        options = f"-k {self._folder} -c listen_addresses= -c fsync=off"
        self._run("pg_ctl", "-w", "-o", options, "-l", str(self._folder / "log"), "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-w", "-m", "fast", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, "-D", self._folder / "data", *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            user=self._user,
            cwd=self._folder,
        )


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQL]:
    """A PostgreSQL server of our own, which listens on a socket in a temporary folder."""
    pytest.importorskip("psycopg", reason="the extra postgresql is not installed")
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    programs += [Path(found).parent for found in [shutil.which("initdb")] if found]
    if not programs:
        pytest.skip("PostgreSQL's server programs are not installed")
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        server = PostgreSQL(programs[0], Path(folder))
        server.create()
        server.start()
        yield server
        server.stop()


class MariaDB:
    """A MySQL server that a test may stop and start."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._user = "nobody" if os.getuid() == 0 else None
        if self._user:
            shutil.chown(folder, self._user)
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self.url = f"mysql://tester:secret@127.0.0.1:{self._port}/test"

    def create(self) -> None:
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", f"--datadir={self._folder / 'data'}",
             "--auth-root-authentication-method=normal", "--skip-test-db"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=self._user,
            cwd=self._folder,
        )  # fmt: skip
        (self._folder / "init.sql").write_text(
            "CREATE DATABASE IF NOT EXISTS test;\n"
            "CREATE USER IF NOT EXISTS tester@'127.0.0.1' IDENTIFIED BY 'secret';\n"
            "GRANT ALL ON *.* TO tester@'127.0.0.1';\n"
        )

    def start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "--no-defaults", f"--datadir={self._folder / 'data'}",
                 f"--socket={self._folder / 'socket'}", f"--port={self._port}",
                 "--bind-address=127.0.0.1", f"--pid-file={self._folder / 'pid'}",
                 f"--init-file={self._folder / 'init.sql'}", "--skip-name-resolve",
                 "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M"],
                stdout=log, stderr=log, user=self._user, cwd=self._folder,
            )  # fmt: skip
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            time.sleep(0.1)
        pytest.fail("MariaDB did not start")

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(60)


@pytest.fixture(scope="session")
def mysql_server() -> Iterator[MariaDB]:
    """A MariaDB server of our own, in a temporary folder."""
    pytest.importorskip("pymysql", reason="the extra mysql is not installed")
    program = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
    if program is None or shutil.which("mariadb-install-db") is None:
        pytest.skip("MariaDB's server is not installed")
    with tempfile.TemporaryDirectory(prefix="my", ignore_cleanup_errors=True) as folder:
        server = MariaDB(program, Path(folder))
        server.create()
        server.start()
        yield server
        server.stop()


@pytest.fixture
def mysql(mysql_server: MariaDB) -> str:
    """The URL of an empty database."""
    from sqlalchemy import create_engine, make_url, text

    url = make_url(mysql_server.url).set(drivername="mysql+pymysql")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP DATABASE test"))
        connection.execute(text("CREATE DATABASE test"))
    engine.dispose()
    return mysql_server.url


@pytest.fixture
def postgresql(postgresql_server: PostgreSQL) -> str:
    """The URL of an empty database."""
    from sqlalchemy import create_engine, make_url, text

    engine = create_engine(
        make_url(postgresql_server.url).set(drivername="postgresql+psycopg"),
        isolation_level="AUTOCOMMIT",
    )
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS test WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE test"))
    engine.dispose()
    return postgresql_server.url.replace("/postgres?", "/test?")


@pytest.fixture(params=["journal", "sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Every kind of storage that can be tried here, empty."""
    if request.param in ("postgresql", "mysql"):
        return str(request.getfixturevalue(request.param))
    return {
        "journal": str(tmp_path / "new" / "studies.journal"),
        "sqlite": f"sqlite:///{tmp_path / 'studies.db'}",
    }[request.param]
