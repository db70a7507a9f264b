"""The journal file: torn lines, full disks, locks left behind, other programs."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import optuna
import pytest
from optuna.storages.journal import JournalFileBackend, JournalFileSymlinkLock

from blackcamo.errors import StudyError
from blackcamo.study import Study, journal
from blackcamo.study.journal import DurableJournal
from blackcamo.study.storage import open_storage
from tests.study.conftest import opened, write_batch
from tests.study.processes import join, posix, start

# From Python 3.12 on; the threads are those of the test runner.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")


def write_batches(study: Study, batches: range) -> None:
    for batch in batches:
        write_batch(study, batch)


def lines(path: Path) -> list[object]:
    """Every line of the journal, which must all be whole."""
    data = path.read_bytes()
    assert data.endswith(b"\n")
    return [json.loads(line) for line in data.splitlines()]


def test_a_torn_line_is_cut_off_by_the_next_writer(tmp_path: Path) -> None:
    path = tmp_path / "x.journal"
    with opened(path) as study:
        write_batch(study, 0)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"op_code":8,"worker_id":"' + b"x" * 100_000)
    assert len(Study.load(path, "a-fake-1").evaluations()) == 4, "readers do not mind"
    with opened(path) as study:
        write_batch(study, 1)
    assert path.read_bytes().startswith(whole)
    lines(path)
    assert len(Study.load(path, "a-fake-1").evaluations()) == 8


def test_a_journal_that_was_torn_in_its_first_line_starts_anew(tmp_path: Path) -> None:
    path = tmp_path / "x.journal"
    path.write_bytes(b'{"op_code":0,"wor')
    with opened(path) as study:
        write_batch(study, 0)
    assert len(lines(path)) > 4


@posix
def test_a_full_disk_keeps_what_was_recorded(tmp_path: Path) -> None:
    import resource

    path = tmp_path / "x.journal"
    with opened(path) as study:
        write_batch(study, 0)
    size = path.stat().st_size

    def fill() -> None:
        # The kernel writes up to the limit and then fails, as a full disk does.
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 3000, resource.RLIM_INFINITY))
        with (
            opened(path) as study,
            pytest.raises(StudyError, match=r"File too large; the work so far is kept"),
        ):
            write_batches(study, range(1, 100))

    assert join(start(fill)) == 0
    lines(path)
    with opened(path) as study:
        recorded = len(study.evaluations())
        assert recorded >= 4
        write_batch(study, 50)
        assert len(study.evaluations()) == recorded + 4


def test_a_new_study_is_begun_without_reading_the_others(tmp_path: Path) -> None:
    path = tmp_path / "x.journal"
    expected = {}

    def write(study: Study, *batches: int) -> None:
        for batch in batches:
            write_batch(study, batch)
        expected[study.name] = repr(study.evaluations())

    for name in ("gone", "old", "older"):
        with opened(path, name) as study:
            write(study, 0)
    Study.load(path, "gone").store.optuna.delete_study(0)
    del expected["gone"]
    store = open_storage(path)
    store.limit("new")
    assert [study.study_name for study in store.optuna.get_all_studies()] == ["\x00" + "0"]
    # Others begin, go on and delete meanwhile.
    with opened(path, "new") as new:
        write(new, 0)
        with opened(path, "old") as old, opened(path, "newer") as newer:
            write(old, 1)
            write(newer, 0)
            write(new, 1, 2)
            whole = open_storage(path).optuna
            whole.delete_study(whole.get_study_id_from_name("older"))
            del expected["older"]
            write(newer, 1)
        write(new, 3)
    assert {s.study_name for s in open_storage(path).optuna.get_all_studies()} == expected.keys()
    for name, evaluations in expected.items():
        assert repr(Study.load(path, name).evaluations()) == evaluations
    # Another journal of that name is read anew.
    path.unlink()
    with opened(path, "new") as study:
        write(study, 0)
    assert repr(Study.load(path, "new").evaluations()) == expected["new"]


@posix
def test_a_killed_writer_leaves_no_lock_to_wait_for(tmp_path: Path) -> None:
    path = tmp_path / "x.journal"

    def die() -> None:
        with opened(path), DurableJournal(path).hold():
            os.kill(os.getpid(), signal.SIGKILL)

    assert join(start(die)) == -signal.SIGKILL
    assert path.with_name("x.journal.lock").exists()
    before = time.monotonic()
    with opened(path) as study:
        write_batch(study, 0)
    assert time.monotonic() - before < 5
    assert not path.with_name("x.journal.lock").exists()


def test_the_lock_waits_for_optunas_own_and_the_other_way_round(tmp_path: Path) -> None:
    path = tmp_path / "x.journal"
    DurableJournal(path)
    other = JournalFileSymlinkLock(str(path))
    order: list[str] = []

    def ours() -> None:
        with DurableJournal(path).hold():
            order.append("ours")

    def theirs() -> None:
        other.acquire()
        order.append("theirs")
        other.release()

    other.acquire()
    thread = threading.Thread(target=ours)
    thread.start()
    time.sleep(0.1)
    order.append("released")
    other.release()
    thread.join()
    with DurableJournal(path).hold():
        thread = threading.Thread(target=theirs)
        thread.start()
        time.sleep(0.1)
        order.append("still ours")
    thread.join()
    assert order == ["released", "ours", "still ours", "theirs"]


def test_a_lock_that_is_never_released_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.journal"
    monkeypatch.setattr(journal, "LOCK_TIMEOUT_S", 0.1)
    with (
        DurableJournal(path).hold(),
        pytest.raises(StudyError, match=r"x.journal: another process has kept the journal locked"),
        DurableJournal(path).hold(),
    ):
        pass
    # The one of another program that died counts as left behind after a while.
    stale = path.with_name("x.journal.lock")
    stale.touch()
    os.utime(stale, (1, 1))
    with DurableJournal(path).hold():
        pass


def test_what_optuna_appends_meanwhile_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "x.journal"
    with opened(path) as study:
        write_batch(study, 0)
        storage = optuna.storages.JournalStorage(JournalFileBackend(str(path)))
        optuna.load_study(study_name="a-fake-1", storage=storage).set_user_attr("note", "mine")
        write_batch(study, 1)
        assert study.attributes["note"] == "mine"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xd8\xff\xe0 no newline", "is not an Optuna journal$"),
        (b"SQLite format 3\0", "is not an Optuna journal; for SQLite say sqlite:///"),
        (b'{"op_code":0,"worker_id":"a"}\nnonsense\n{}\n', "is a damaged journal"),
    ],
)
def test_other_files_are_refused_and_left_alone(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(StudyError, match=message), opened(path):
        pass
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(StudyError, match=r"cannot open .*x.journal: File exists \(.*/file\)"),
        opened(tmp_path / "file" / "x.journal"),
    ):
        pass
    with pytest.raises(StudyError, match=r"cannot open .*: Is a directory"), opened(tmp_path):
        pass


@posix
@pytest.mark.skipif(sys.platform == "win32" or os.getuid() != 0, reason="gives up root's rights")
def test_a_read_only_journal_can_be_read_and_says_so_when_written() -> None:
    # Not pytest's folder: that of root is closed to others.
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "x.journal"
        with opened(path) as study:
            write_batch(study, 0)
        path.chmod(0o444)
        Path(name).chmod(0o555)

        def without_rights() -> None:
            if os.geteuid() == 0:
                os.seteuid(65534)
            assert len(Study.load(path, "a-fake-1").evaluations()) == 4
            with pytest.raises(StudyError, match=r"x.journal: .*Permission denied"), opened(path):
                pass

        assert join(start(without_rights)) == 0
        Path(name).chmod(0o755)
