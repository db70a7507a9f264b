"""What ``--storage`` may be, and what is said when it cannot be used."""

from __future__ import annotations

import importlib.util
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from blackcamo.errors import MissingExtraError, OptionError, StudyError
from blackcamo.extras import installing
from blackcamo.study import Study, delete_study, list_studies
from blackcamo.study.storage import open_storage
from blackcamo.types import Evaluation
from tests.study.conftest import MariaDB, evaluation_of, opened, proposals_of, write_batch


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("the server did not start")


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    pytest.importorskip("redis", reason="the extra redis is not installed")
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    port = free_port()
    arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL) as server:
        wait_for(port, server)
        yield f"redis://127.0.0.1:{port}"
        server.terminate()


@pytest.fixture
def grpc_url(tmp_path: Path) -> Iterator[str]:
    pytest.importorskip("grpc", reason="the extra grpc is not installed")
    port = free_port()
    code = (
        "from optuna.storages import JournalStorage, run_grpc_proxy_server\n"
        "from optuna.storages.journal import JournalFileBackend\n"
        f"storage = JournalStorage(JournalFileBackend({str(tmp_path / 'x.journal')!r}))\n"
        f"run_grpc_proxy_server(storage, host='127.0.0.1', port={port})\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", code]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        wait_for(port, server)
        yield f"grpc://127.0.0.1:{port}"
        server.terminate()


def ordered(evaluations: Iterable[Evaluation]) -> list[str]:
    """What NaN and the order of parameters, which gRPC does not keep, leave comparable."""
    return [repr(replace(e, params=dict(sorted(e.params.items())))) for e in evaluations]


@pytest.mark.parametrize("kind", ["redis_url", "grpc_url", "mysql"])
def test_storages_behind_a_network(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue(kind)
    with opened(url) as study:
        write_batch(study, 0)
        with pytest.raises(StudyError, match="is being written by"), opened(url):
            pass
        study.pictures(tmp_path).add({2: ("two.jpg", b"x")})
        study.describe("a note")
        study.keep("look:0", "x" * 48_000)
    with opened(url) as study:
        write_batch(study, 1)
        assert study.pictures(tmp_path).all().keys() == {2}
    study = Study.load(url, "a-fake-1")
    expected = [evaluation_of(p) for batch in range(2) for p in proposals_of(batch)]
    assert ordered(study.evaluations().values()) == ordered(expected)
    delete_study(url, "a-fake-1", pictures=tmp_path)
    assert list_studies(url) == []
    assert list(tmp_path.glob("*-*")) == []


def test_a_mysql_server_that_stops_is_reported_and_gone_on_with_when_it_is_back(
    mysql: str, mysql_server: MariaDB
) -> None:
    with opened(mysql) as study:
        write_batch(study, 0)
        mysql_server.stop()
        try:
            with pytest.raises(StudyError, match=r"mysql.*; the work so far is kept") as error:
                write_batch(study, 1)
            assert "secret" not in str(error.value)
        finally:
            mysql_server.start()
        write_batch(study, 1)
    assert len(Study.load(mysql, "a-fake-1").evaluations()) == 8


def test_sqlite_comes_with_a_note(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path / 'x.db'}") as study:
        assert study.note is not None
        assert "one process" in study.note
    with opened(tmp_path / "x.journal") as study:
        assert study.note is None


@pytest.mark.parametrize(
    ("url", "module", "extra"),
    [
        ("redis://user:secret@127.0.0.1:1", "redis", "redis"),
        ("grpc://127.0.0.1:1", "grpc", "grpc"),
        ("mysql://user:secret@127.0.0.1:1/x", "pymysql", "mysql"),
        ("postgresql://user:secret@127.0.0.1:1/x", "psycopg", "postgresql"),
    ],
)
def test_what_is_missing_or_does_not_answer_is_named_without_passwords(
    url: str, module: str, extra: str
) -> None:
    installed = importlib.util.find_spec(module) is not None
    expected = StudyError if installed else MissingExtraError
    with pytest.raises(expected) as error, opened(url):
        pass
    message = str(error.value)
    assert "127.0.0.1" in message
    assert "secret" not in message
    assert "\n" not in message
    if not installed:
        assert installing(extra) in message


def test_unknown_drivers_and_schemes_are_refused() -> None:
    with pytest.raises(OptionError, match="unknown scheme 'ftp'; it must be a path, or a URL"):
        open_storage("ftp://user:secret@host/x")
    with pytest.raises(MissingExtraError, match="needs the driver 'pg8000'"):
        open_storage("postgresql+pg8000://host/x")
    for url in ("postgresql://host:port/x", "grpc://host:port", "redis://[host"):
        with pytest.raises(OptionError, match="URL is malformed"):
            open_storage(url)


def test_databases_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"cannot open sqlite:.*unable to open database file"):
        open_storage(f"sqlite:///{tmp_path / 'none' / 'x.db'}")
    (tmp_path / "x.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(StudyError, match=r"cannot open sqlite:.*not a database"):
        open_storage(f"sqlite:///{tmp_path / 'x.db'}")
