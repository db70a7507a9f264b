"""A manifest of the photos of a call, line by line in a file, so that the same call goes on."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeAlias

from blackcamo.appending import append, locked
from blackcamo.errors import InputError, OutputError
from blackcamo.images.files import one_line, prepare_folder
from blackcamo.run.config import DEFAULT_OUT
from blackcamo.run.finding import FoundPhoto
from blackcamo.run.results import Choice, SearchResult
from blackcamo.types import PathLike

Status: TypeAlias = Literal["camouflaged", "missed", "failed", "interrupted"]

_LOCK_TIMEOUT_S = 60.0
_PATHS = ("photo", "output", "preset", "compare", "table", "sheet")
_TYPES: Mapping[str, tuple[type, ...]] = {
    "photo": (str,),
    "digest": (str, type(None)),
    "job": (str,),
    "status": (str,),
    "seconds": (int, float),
    "result": (dict,),
}


def manifest_of(out: PathLike | None) -> Path:
    """Where the manifest of several photos is, whose files go to ``out``."""
    return Path(out or DEFAULT_OUT) / "manifest.jsonl"


def status_of(result: SearchResult) -> Status:
    """In one word what became of a photo; "missed" is a best effort."""
    if result.interrupted:
        return "interrupted"
    if result.error is not None:
        return "failed"
    return "camouflaged" if result.succeeded else "missed"


def file_digest(path: Path) -> str | None:
    """The SHA-256 of a file (hex), None if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class _Noted:
    """Where the latest entry of a photo begins, and what decides whether it still holds."""

    digest: str | None
    status: str
    start: int


class Manifest:
    """Which photos were done, with what result: a file of JSON lines that only grows.

    An entry holds for a photo's bytes and a job, which is everything that was asked of it and where
    its files should go. Paths are relative to the manifest's folder, so that all of it may move.
    Several processes and jobs may share one; what a kill leaves is whole.

    Args:
        path: the file, which need not be there.
        job: what tells what was asked of the photos from anything else.
        out: the folder of the results.

    Raises:
        InputError: it is something else, or a line of it is damaged.
        OutputError: its folder cannot be written to.
    """

    def __init__(self, path: Path, job: str, out: Path) -> None:
        self._path = path
        self._folder = path.parent
        self._job = f"{job} {self._relative(out)}"
        self._noted: dict[str, _Noted] = {}
        prepare_folder(self._folder)
        self._read()

    def earlier(
        self, photo: FoundPhoto, digest: str | None, *, retry_failed: bool
    ) -> SearchResult | None:
        """The result of a photo that need not be searched again, None where it has to be.

        That is one whose files are there, or which has failed.

        Args:
            digest: that of the photo's file, None if it cannot be read.
            retry_failed: what failed has to be searched again.
        """
        noted = self._noted.get(self._relative(photo.path))
        wanted = ("camouflaged", "missed", *(() if retry_failed else ("failed",)))
        if noted is None or noted.digest != digest or noted.status not in wanted:
            return None
        result = self._result(photo, noted.start)
        if result.output is None:
            return result if result.error is not None else None
        delivered = [result.output, *(choice.output for choice in result.choices)]
        return result if all(path.is_file() for path in delivered) else None

    def add(self, found: FoundPhoto, digest: str | None, result: SearchResult) -> None:
        """Append what became of a photo.

        Raises:
            OutputError: it cannot be written.
        """
        photo, status = self._relative(found.path), status_of(result)
        entry = {
            "photo": photo,
            "digest": digest,
            "job": self._job,
            "status": status,
            "seconds": result.seconds,
            "result": self._moved(result.to_json()),
        }
        line = json.dumps(entry, allow_nan=False, separators=(",", ":")) + "\n"
        name = one_line(self._path)
        try:
            with locked(self._path, _LOCK_TIMEOUT_S) as file:
                start = append(file, line.encode())
        except TimeoutError as error:
            raise OutputError(
                f"{name}: another process has kept it locked for {_LOCK_TIMEOUT_S:g} s; end that "
                "or name another --manifest"
            ) from error
        except OSError as error:
            raise OutputError(f"cannot write {name}: {error.strerror}") from error
        self._noted[photo] = _Noted(digest, status, start)

    def _read(self) -> None:
        start = 0
        try:
            with self._path.open("rb") as file:
                for number, line in enumerate(file, 1):
                    if not line.endswith(b"\n"):  # what is written at this moment, or a kill cut
                        break
                    self._note(line, number, start)
                    start += len(line)
        except FileNotFoundError:
            return
        except OSError as error:
            raise InputError(f"cannot read {one_line(self._path)}: {error.strerror}") from error

    def _note(self, line: bytes, number: int, start: int) -> None:
        try:
            entry = json.loads(line)
            right = all(isinstance(entry[name], kind) for name, kind in _TYPES.items())
        except (ValueError, KeyError, TypeError, RecursionError):
            right = False
        if not right:
            raise InputError(
                f"{one_line(self._path)} is no manifest, or damaged: line {number} is no entry; "
                "remove that line or name another --manifest"
            )
        if entry["job"] == self._job:
            self._noted[entry["photo"]] = _Noted(entry["digest"], entry["status"], start)

    def _result(self, photo: FoundPhoto, start: int) -> SearchResult:
        """The result of the entry that begins there.

        Raises:
            InputError: it is no result.
        """
        try:
            with self._path.open("rb") as file:
                file.seek(start)
                told = self._found(json.loads(file.readline())["result"])
            told["choices"] = tuple(Choice(**self._found(choice)) for choice in told["choices"])
            told["notes"] = tuple(told["notes"])
            known = {f.name for f in fields(SearchResult)}
            kept = {name: value for name, value in told.items() if name in known}
            if photo.data is None:  # else it is the file that was made of the pixels
                kept["photo"] = photo.path
            return SearchResult(**{**kept, "earlier": True})
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(
                f"{one_line(self._path)}: the entry of {one_line(photo.path)} cannot be read; name "
                "another --manifest"
            ) from error

    def _moved(self, told: dict[str, Any]) -> dict[str, Any]:
        """Paths as they are from here."""
        choices = (
            {"choices": [self._moved(c) for c in told["choices"]]} if "choices" in told else {}
        )
        paths = {name: self._relative(Path(told[name])) for name in _PATHS if told.get(name)}
        return {**told, **paths, **choices}

    def _found(self, told: Mapping[str, Any]) -> dict[str, Any]:
        paths = {
            name: Path(os.path.normpath(self._folder / told[name]))
            for name in _PATHS
            if told.get(name)
        }
        return {**told, **paths}

    def _relative(self, path: Path) -> str:
        try:
            return Path(os.path.relpath(path, self._folder)).as_posix()
        except ValueError:  # another drive
            return path.absolute().as_posix()
