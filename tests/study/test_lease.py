"""One holder at a time, whatever clocks, kills and pauses do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from blackcamo.errors import StudyError
from blackcamo.study.lease import Lease, Record, _process_start

BEAT_S = 0.02
PATIENCE_S = 0.3


class Memory:
    """A register of this process."""

    def __init__(self) -> None:
        self.value: Record | None = None
        self.swaps = 0
        self._lock = threading.Lock()

    def read(self) -> Record | None:
        return self.value

    def swap(self, old: Record | None, new: Record) -> bool:
        with self._lock:
            if self.value != old:
                return False
            self.value = new
            self.swaps += 1
            return True


@pytest.fixture
def register() -> Memory:
    return Memory()


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """Another process, to hold leases."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def lease(register: Memory) -> Lease:
    return Lease(register, "study 'x'", beat_s=BEAT_S, patience_s=PATIENCE_S)


def held_by(process: subprocess.Popen[bytes], **changes: object) -> Record:
    """The record that this process would have written."""
    me = Memory()
    mine = lease(me)
    mine.acquire()
    record = me.value
    mine.release()
    assert record is not None
    started = _process_start(process.pid)
    return {**record, "pid": process.pid, "started": started, **changes}


def test_a_second_holder_is_refused_at_once_and_told_who_it_is(register: Memory) -> None:
    first = lease(register)
    first.acquire()
    before = time.monotonic()
    with pytest.raises(
        StudyError, match=rf"study 'x' is being written by process {os.getpid()} on"
    ):
        Lease(register, "study 'x'").acquire()
    assert time.monotonic() - before < 1
    first.check()
    first.release()


def test_a_released_lease_is_free(register: Memory) -> None:
    first, second = lease(register), lease(register)
    first.acquire()
    first.release()
    first.release()
    second.acquire()
    with pytest.raises(StudyError, match="open for reading"):
        first.check()
    second.check()
    second.release()


def test_of_many_that_come_at_once_one_gets_it(register: Memory) -> None:
    start = threading.Barrier(8)
    got: list[Lease] = []

    def race() -> None:
        mine = lease(register)
        start.wait()
        try:
            mine.acquire()
        except StudyError:
            return
        got.append(mine)

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
    got[0].release()


def test_a_holder_beats(register: Memory) -> None:
    mine = lease(register)
    mine.acquire()
    time.sleep(10 * BEAT_S)
    assert register.value is not None
    assert register.value["beat"] >= 3
    mine.release()
    swaps = register.swaps
    time.sleep(5 * BEAT_S)
    assert register.swaps == swaps, "a heart that beats after its end"


@pytest.mark.skipif(sys.platform != "linux", reason="tells dead processes by /proc")
def test_a_killed_holder_on_this_machine_is_followed_at_once(
    register: Memory, sleeper: subprocess.Popen[bytes]
) -> None:
    register.value = held_by(sleeper)
    with pytest.raises(StudyError, match=f"process {sleeper.pid}"):
        lease(register).acquire()
    sleeper.kill()
    sleeper.wait()
    before = time.monotonic()
    heir = Lease(register, "study 'x'")
    heir.acquire()
    assert time.monotonic() - before < 1
    heir.release()


@pytest.mark.skipif(sys.platform != "linux", reason="tells processes apart by /proc")
def test_a_number_that_another_process_has_got_since_is_no_sign_of_life(
    register: Memory, sleeper: subprocess.Popen[bytes]
) -> None:
    register.value = held_by(sleeper, started=1)
    heir = Lease(register, "study 'x'")
    heir.acquire()
    heir.release()


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes by /proc")
def test_a_stopped_holder_is_alive(register: Memory, sleeper: subprocess.Popen[bytes]) -> None:
    register.value = held_by(sleeper)
    sleeper.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(StudyError, match="is being written by"):
            lease(register).acquire()
    finally:
        sleeper.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("machine", [None, "elsewhere"])
def test_holders_elsewhere_live_as_long_as_they_beat(
    register: Memory, sleeper: subprocess.Popen[bytes], machine: str | None
) -> None:
    register.value = held_by(sleeper, machine=machine, host="far-away")
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(PATIENCE_S / 3):
            assert register.value is not None
            register.value = {**register.value, "beat": register.value["beat"] + 1}

    heart = threading.Thread(target=beat)
    heart.start()
    try:
        with pytest.raises(StudyError, match="on far-away"):
            lease(register).acquire()
    finally:
        stop.set()
        heart.join()
    before = time.monotonic()
    heir = lease(register)
    heir.acquire()
    assert time.monotonic() - before >= PATIENCE_S
    heir.release()


def test_a_clock_that_jumps_changes_nothing(
    register: Memory, sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = lease(register)
    mine.acquire()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    with pytest.raises(StudyError, match="is being written"):
        lease(register).acquire()
    time.sleep(3 * BEAT_S)
    mine.check()
    mine.release()


def test_a_holder_that_was_taken_over_notices(register: Memory) -> None:
    mine = lease(register)
    mine.acquire()
    assert register.value is not None
    register.value = {**register.value, "owner": "other", "pid": 4, "host": "h"}
    with pytest.raises(StudyError, match="was taken over by process 4 on h"):
        mine.check()
    time.sleep(3 * BEAT_S)
    assert register.value["owner"] == "other"
    mine.release()
    assert register.value["owner"] == "other", "what is not ours is not released"


def test_a_storage_that_fails_for_a_while_does_not_stop_the_heart(
    register: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = lease(register)
    mine.acquire()

    def broken(old: Record | None, new: Record) -> bool:
        raise StudyError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(register, "swap", broken)
        time.sleep(3 * BEAT_S)
    assert register.value is not None
    beat = register.value["beat"]
    time.sleep(10 * BEAT_S)
    assert register.value["beat"] > beat
    mine.release()
    assert register.value["owner"] is None
