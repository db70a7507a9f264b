"""The journal of an exploration, kept line by line: a kill loses one batch at most."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from blackcamo.appending import try_lock
from blackcamo.errors import OptionError, OutputError, StudyError
from blackcamo.exploring.design import Key
from blackcamo.images.files import one_line

Counts: TypeAlias = Mapping[str, int]
"""A ledger's counts by kind."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The facts about a picture without a scorer: ``error`` says why it could not be rendered."""

    appeal: float
    suited: bool
    jpeg_sha256: str
    jpeg_bytes: int
    error: str | None = None


class Journal:
    """A file of JSON lines that only grows, open for one process at a time.

    Args:
        path: the file.
        descriptor: the open file.

    Attributes:
        about: what must stay as it is.
        seen: SHA-256 of a photo -> look -> what is known of that picture.
        scores: scorer -> SHA-256 of a photo -> look -> score.
        ledgers: scorer -> counts of its ledger; images whose answers a kill took are ``lost``.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor
        self.about: dict[str, Any] = {}
        self.seen: dict[str, dict[Key, Seen]] = {}
        self.scores: dict[str, dict[str, dict[Key, float]]] = {}
        self.ledgers: dict[str, Counts] = {}
        self._sent: dict[str, Counts] = {}
        self._read()

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Journal]:
        """Open the file of that name, made if it is not there.

        Raises:
            OutputError: it cannot be made or written to.
            StudyError: another process has it open, or it is damaged.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        except (OSError, ValueError) as error:
            raise _refusal(path, error) from error
        try:
            if not try_lock(descriptor):
                raise StudyError(
                    f"{one_line(path)} is being written by another process; wait for it or choose "
                    "another --out"
                )
            yield cls(path, descriptor)
        finally:
            os.close(descriptor)

    def hold(self, name: str, value: Any) -> None:
        """Refuse to go on where something is not as it was at the beginning.

        Raises:
            OptionError: it is not.
        """
        plain = json.loads(json.dumps(value))
        if name not in self.about:
            self._write({"about": name, "value": plain})
        elif self.about[name] != plain:
            raise OptionError(
                f"{one_line(self._path.parent)} holds an exploration with {name} "
                f"{_short(self.about[name])}, and now it is {_short(plain)}; choose another --out"
            )

    def see(self, photo: str, pictures: Mapping[Key, Seen]) -> None:
        """Record pictures of a photo that were rendered."""
        if pictures:
            looks = [
                [*key, s.appeal, s.suited, s.jpeg_sha256, s.jpeg_bytes, s.error]
                for key, s in pictures.items()
            ]
            self._write({"seen": photo, "looks": looks})

    def sending(self, scorer: str, counts: Counts) -> None:
        """Record a ledger before images are sent, those included."""
        self._write({"sending": scorer, "ledger": dict(counts)})

    def score(self, scorer: str, photo: str, scores: Mapping[Key, float], counts: Counts) -> None:
        """Record what a scorer said of looks of a photo, and its ledger."""
        said = [[*key, score] for key, score in scores.items()]
        self._write({"scored": scorer, "photo": photo, "scores": said, "ledger": dict(counts)})

    def lose(self, scorer: str) -> Counts:
        """The counts of a scorer's ledger where what was sent last, if anything was, is lost."""
        sent = self._sent.pop(scorer, None)
        if sent is not None:
            known = self.ledgers.get(scorer, dict.fromkeys(sent, 0))
            lost = sent["lost"] + sent["total"] - known["total"]
            self.ledgers[scorer] = {**known, "lost": lost}
        return self.ledgers.get(scorer, {})

    def _read(self) -> None:
        with os.fdopen(os.dup(self._descriptor), "rb") as stream:
            stream.seek(0)
            data = stream.read()
        whole = data.rfind(b"\n") + 1
        for number, line in enumerate(data[:whole].splitlines(), start=1):
            try:
                self._learn(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise StudyError(
                    f"{one_line(self._path)} is damaged in line {number}; delete it, or choose "
                    "another --out"
                ) from error
        if whole < len(data):
            # A kill in the middle of a line.
            os.ftruncate(self._descriptor, whole)
        for scorer in list(self._sent):
            self.lose(scorer)

    def _learn(self, line: dict[str, Any]) -> None:
        if "about" in line:
            self.about[line["about"]] = line["value"]
        elif "seen" in line:
            its = self.seen.setdefault(line["seen"], {})
            its.update({(style, number): Seen(*rest) for style, number, *rest in line["looks"]})
        elif "sending" in line:
            self._sent[line["sending"]] = line["ledger"]
        else:
            said = self.scores.setdefault(line["scored"], {}).setdefault(line["photo"], {})
            said.update({(style, number): score for style, number, score in line["scores"]})
            self.ledgers[line["scored"]] = line["ledger"]
            self._sent.pop(line["scored"], None)

    def _write(self, line: dict[str, Any]) -> None:
        data = json.dumps(line, separators=(",", ":"), allow_nan=False).encode() + b"\n"
        size = os.fstat(self._descriptor).st_size
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
            os.fsync(self._descriptor)
        except OSError as error:
            os.ftruncate(self._descriptor, size)
            raise _refusal(self._path, error) from error
        self._learn(json.loads(data))


def _refusal(path: Path, error: OSError | ValueError) -> OutputError:
    reason = getattr(error, "strerror", None) or error
    return OutputError(f"cannot write {one_line(path)}: {reason}; choose another --out")


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
