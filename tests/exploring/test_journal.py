"""The journal: what it keeps through kills, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from blackcamo.errors import OptionError, StudyError
from blackcamo.exploring import Journal, Seen
from blackcamo.exploring.design import ORIGINAL
from blackcamo.ledger import Ledger

PHOTO, LOOK = "ab" * 32, ("noir", 3)
SEEN = Seen(81.5, False, "cd" * 32, 900)


def ledger(search: int, lost: int = 0) -> Ledger:
    made = Ledger(100)
    made.restore({"baseline": 1, "search": search, "verify": 0, "retries": 0, "cache_hits": 0,
                  "lost": lost})  # fmt: skip
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal of one look with one score."""
    path = tmp_path / "explore" / "explore.journal"
    with Journal.open(path) as journal:
        journal.hold("seed", 0)
        journal.see(PHOTO, {LOOK: SEEN, ORIGINAL: SEEN})
        journal.sending("one", ledger(1).counts())
        journal.score("one", PHOTO, {LOOK: 55.5}, ledger(1).counts())
    return path


def test_it_is_read_as_it_was_written(path: Path) -> None:
    with Journal.open(path) as journal:
        assert journal.seen == {PHOTO: {LOOK: SEEN, ORIGINAL: SEEN}}
        assert journal.scores == {"one": {PHOTO: {LOOK: 55.5}}}
        assert journal.ledgers == {"one": ledger(1).counts()}
        journal.hold("seed", 0)
        with pytest.raises(OptionError, match="with seed 0, and now it is 1; choose another --out"):
            journal.hold("seed", 1)


def test_images_whose_answers_a_kill_took_are_lost(path: Path) -> None:
    counts = ledger(1).counts()
    for kill in (1, 2):
        with Journal.open(path) as journal:
            # As the next process goes on: from what it finds.
            assert journal.ledgers["one"] == counts
            on = Ledger(100)
            on.restore(journal.ledgers["one"])
            on.spend("search", 5)
            journal.sending("one", on.counts())
        counts = ledger(1, lost=5 * kill).counts()
    with Journal.open(path) as journal:
        assert journal.ledgers["one"] == counts
        journal.sending("two", ledger(7).counts())
        assert journal.lose("two")["lost"] == 8
        assert journal.lose("two")["total"] == 0


def test_a_torn_line_is_as_if_it_had_not_been_written(path: Path) -> None:
    whole = path.read_bytes()
    for length in range(1, 12):
        path.write_bytes(whole + b'{"seen":"abc"'[:length])
        with Journal.open(path) as journal:
            assert journal.scores["one"][PHOTO] == {LOOK: 55.5}
        assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data.replace(b'"value":0', b'"value":'),
        lambda data: data.replace(b"scored", b"stored"),
        lambda data: b"[1]\n" + data,
        lambda data: b"\x00" * 8 + data,
    ],
)
def test_damage_is_told_with_its_line(path: Path, damage: Callable[[bytes], bytes]) -> None:
    path.write_bytes(damage(path.read_bytes()))
    with (
        pytest.raises(StudyError, match=r"explore.journal is damaged in line \d"),
        Journal.open(path),
    ):
        pass


def test_one_process_at_a_time(path: Path) -> None:
    # Another descriptor of the same file, as another process has.
    with (
        Journal.open(path),
        pytest.raises(StudyError, match="is being written by another process"),
        Journal.open(path),
    ):
        pass
