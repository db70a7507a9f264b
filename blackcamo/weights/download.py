"""Fetch a published file over HTTP: resumable, checked, never half-written under its own name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from blackcamo.errors import OutputError, WeightsError
from blackcamo.extras import import_extra
from blackcamo.weights.files import MAX_MODEL_BYTES, git_blob, sha256
from blackcamo.weights.spec import RemoteFile

if TYPE_CHECKING:
    import httpx

Progress: TypeAlias = Callable[[int, int | None], None]
"""Called with (bytes so far, bytes in all or None where the server does not say)."""

_TIMEOUT_S = 30.0


def fetch(file: RemoteFile, folder: Path, *, on_progress: Progress | None = None) -> Path:
    """Download ``file`` into ``folder`` and return its path.

    What an interrupted transfer left (``….part``) is taken up again where the server still has
    the same file; a file that is there already was checked when it arrived, and is kept.

    Without a recorded SHA-256 only https is trusted; no more bytes are taken than the file is known
    to have, or than any model has.

    Raises:
        WeightsError: the server cannot be reached or refuses, the transfer stopped, the bytes do
            not have the recorded digest or are too many, or nothing vouches for them.
        OutputError: the folder cannot be written.
        MissingExtraError: httpx is not installed.
    """
    httpx = import_extra("httpx", extra="http", who="a download")
    path = folder / file.filename
    if path.is_file():
        return path
    part = folder / f"{file.filename}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with httpx.Client(follow_redirects=True, timeout=_TIMEOUT_S) as client:
            _transfer(client, file, part, on_progress)
        _check(file, part)
        part.rename(path)
        _validator(part).unlink(missing_ok=True)
    except httpx.HTTPError as error:
        raise WeightsError(_interrupted(file, part, error)) from error
    except OSError as error:
        raise OutputError(
            f"cannot write {str(part)!r}: {error.strerror or error}; make room or set "
            "BLACKCAMO_HOME to another folder"
        ) from error
    return path


def _transfer(
    client: httpx.Client, file: RemoteFile, part: Path, on_progress: Progress | None
) -> None:
    most = file.size_bytes or MAX_MODEL_BYTES
    start = part.stat().st_size if part.exists() and _validator(part).exists() else 0
    headers = {"Accept-Encoding": "identity"}
    if start:
        # If-Range: should the file have changed meanwhile, the server sends all of the new one.
        headers |= {"Range": f"bytes={start}-", "If-Range": _validator(part).read_text("ascii")}
    with client.stream("GET", str(file.url), headers=headers) as response:
        # Where it was sent on to, too.
        if not file.sha256 and response.url.scheme != "https":
            raise WeightsError(
                f"{response.url} is no https address, and no SHA-256 of {file.filename} is known: "
                "nothing vouches for what it sends; download it yourself, and install it with "
                "--from FILE"
            )
        if response.status_code == 416:  # nothing is left to send: only the check is missing
            return
        if response.status_code not in (200, 206):
            raise WeightsError(f"{file.url} answers {response.status_code}, not the file")
        if response.status_code == 200:
            start = 0
            _remember_validator(response, part)
        _receive(response, part, start, most, on_progress)
    if part.stat().st_size > most:
        _forget(part)
        raise WeightsError(
            f"{file.url} is not the file that blackcamo knows: it has more than {most:,} bytes; "
            "it was deleted"
        )


def _receive(
    response: httpx.Response, part: Path, start: int, most: int, on_progress: Progress | None
) -> None:
    """Write what is sent to a partial file that has ``start`` bytes; ends beyond ``most``."""
    length = response.headers.get("Content-Length", "")
    total = start + int(length) if length.isdigit() else None
    with part.open("ab" if start else "wb") as out:
        for done in _copy(response, out.write, start):
            if done > most:
                return
            if on_progress:
                on_progress(done, total)


def _copy(response: httpx.Response, write: Callable[[bytes], int], start: int) -> Iterator[int]:
    done = start
    for chunk in response.iter_raw(1 << 18):
        done += write(chunk)
        yield done


def _forget(part: Path) -> None:
    part.unlink()
    _validator(part).unlink(missing_ok=True)


def _validator(part: Path) -> Path:
    """Where the ETag or date that names the version of a partial file is kept."""
    return part.with_name(f"{part.name}.version")


def _remember_validator(response: httpx.Response, part: Path) -> None:
    etag = response.headers.get("ETag", "")
    strong = "" if etag.startswith("W/") else etag  # RFC 9110, 13.1.5: no weak tags in If-Range
    version = strong or response.headers.get("Last-Modified", "")
    _validator(part).unlink(missing_ok=True)
    if version:
        _validator(part).write_text(version, "ascii")


def _check(file: RemoteFile, part: Path) -> None:
    known = (
        (file.size_bytes, lambda: part.stat().st_size),
        (file.sha256, lambda: sha256(part)),
        (file.git_blob, lambda: git_blob(part)),
    )
    for expected, measure in known:
        if expected is not None and expected != (found := measure()):
            _forget(part)
            raise WeightsError(
                f"{file.url} is not the file that blackcamo knows: expected {expected}, got "
                f"{found}; it was deleted"
            )


def _interrupted(file: RemoteFile, part: Path, error: Exception) -> str:
    reason = str(error).partition("\n")[0] or type(error).__name__
    got = part.stat().st_size if part.exists() else 0
    again = f" after {got} bytes; the same command goes on from there" if got else ""
    return f"the download of {file.url} failed{again}: {reason}"
