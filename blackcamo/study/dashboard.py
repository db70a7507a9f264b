"""optuna-dashboard on a storage, for this machine alone."""

from __future__ import annotations

import re
import socketserver
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from optuna.artifacts import FileSystemArtifactStore

from blackcamo.errors import OptionError
from blackcamo.extras import import_extra
from blackcamo.study.jury import QUESTION
from blackcamo.study.storage import open_storage

HOST = "127.0.0.1"

_PROGRAM = re.compile("/static/bundle.js")
_STUDY = re.compile(r"/api/studies/[0-9]+")
_WORDS = {
    b'"Which trial is the worst?"': f'"{QUESTION}"'.encode(),
    b'"Worst"': b'"Would not post"',
}
"""Questions of the page of optuna-dashboard 0.21 to a jury, and those asked instead."""
_LONG = re.compile(rb"(?<![0-9.])(?<![0-9]:)-?[0-9]+\.[0-9]{4,}(?![0-9]*[eE])")
_DECIMALS = 3

_Start: TypeAlias = Callable[..., Any]
_Wsgi: TypeAlias = Callable[[dict[str, Any], _Start], Iterable[bytes]]


class Dashboard:
    """A server that listens on the loopback interface as soon as it is made.

    Args:
        storage: a journal file or an Optuna storage URL.
        pictures: the folder of the studies' pictures.
        port: where to listen; 0 is any free port.

    Raises:
        MissingExtraError: optuna-dashboard is not installed.
        StudyError, OptionError: the storage cannot be opened.
        OptionError: the port is taken.
    """

    def __init__(self, storage: str | Path, *, pictures: Path, port: int) -> None:
        optuna_dashboard = import_extra("optuna_dashboard", extra="dashboard", who="dashboard")
        application: _Wsgi = optuna_dashboard.wsgi(
            open_storage(storage).optuna, artifact_store=FileSystemArtifactStore(pictures)
        )
        try:
            self._server = make_server(
                HOST,
                port,
                _for_this_machine(_unframed(_with_content(_readable(application)))),
                _ThreadingServer,
                _QuietHandler,
            )
        except (OSError, OverflowError) as error:
            raise OptionError(
                f"port {port} of {HOST} cannot be used ({error}); choose another --port, or 0"
            ) from error

    def page(self, study_id: int | None = None) -> str:
        """Where a study is shown, or all of them."""
        home = f"http://{HOST}:{self._server.server_port}/dashboard"
        return home if study_id is None else f"{home}/studies/{study_id}"

    def serve(self) -> None:
        """Answer until the process is interrupted."""
        with self._server:
            self._server.serve_forever()


class _ThreadingServer(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    # On Windows it would let a second dashboard take the port of the first.
    allow_reuse_address = sys.platform != "win32"


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base names it so
        """Every picture would be a line."""


def _for_this_machine(application: _Wsgi) -> _Wsgi:
    """Refuse requests that name another host or come from another site's page.

    Otherwise any page that the user looks at could reach in: by a name of its own that resolves
    to 127.0.0.1, or by forms that it sends here.
    """

    def guarded(environ: dict[str, Any], start_response: _Start) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "")
        ours = (host.rpartition(":")[0] or host) in (HOST, "localhost")
        if not ours or environ.get("HTTP_ORIGIN", f"http://{host}") != f"http://{host}":
            start_response("403 Forbidden", [("Content-Type", "text/plain; charset=utf-8")])
            return [f"This dashboard is for {HOST} alone.\n".encode()]
        return application(environ, start_response)

    return guarded


def _unframed(application: _Wsgi) -> _Wsgi:
    """Let no other page show this one in a frame, where clicks could be led astray."""
    headers = [("Content-Security-Policy", "frame-ancestors 'none'"), ("X-Frame-Options", "DENY")]

    def answering(environ: dict[str, Any], start_response: _Start) -> Iterable[bytes]:
        def begin(status: str, theirs: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, [*theirs, *headers], *error)

        return application(environ, begin)

    return answering


def _readable(application: _Wsgi) -> _Wsgi:
    """Show numbers with as many decimals as say something, and ask a jury what is meant.

    Both are the page's words alone: the storage keeps every digit.
    """

    def answering(environ: dict[str, Any], start_response: _Start) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        change = (
            _reworded if _PROGRAM.fullmatch(path) else _rounded if _STUDY.fullmatch(path) else None
        )
        if change is None or environ["REQUEST_METHOD"] != "GET":
            return application(environ, start_response)
        # Neither packed, nor "as you have it": a browser may have it unchanged.
        asked = {name: value for name, value in environ.items() if name not in _CACHING}
        asked["HTTP_ACCEPT_ENCODING"] = "identity"
        begun: list[tuple[Any, ...]] = []
        answer = application(asked, lambda *said: begun.append(said))
        body = change(b"".join(answer))
        status, headers, *error = begun[0]
        kept = [(name, value) for name, value in headers if name.lower() not in _OF_THE_BODY]
        start_response(status, [*kept, ("Content-Length", str(len(body)))], *error)
        return [body]

    return answering


_CACHING = {"HTTP_IF_MODIFIED_SINCE", "HTTP_IF_NONE_MATCH", "HTTP_RANGE"}
_OF_THE_BODY = {"content-length", "etag", "last-modified", "accept-ranges"}


def _reworded(program: bytes) -> bytes:
    for words, instead in _WORDS.items():
        program = program.replace(words, instead)
    return program


def _rounded(text: bytes) -> bytes:
    """JSON with fewer decimals, also in texts that are numbers; times stay as they are.

    >>> _rounded(b'{"values":[43.20122146606445,-1.51234e-7,"0.04999999"],"at":"12:59:05.12345"}')
    b'{"values":[43.201,-1.51234e-7,"0.05"],"at":"12:59:05.12345"}'
    """
    return _LONG.sub(lambda m: repr(round(float(m[0]), _DECIMALS)).encode(), text)


def _with_content(application: _Wsgi) -> _Wsgi:
    """Answer with an empty JSON object instead of "no content".

    The page of optuna-dashboard 0.21 reads every answer as JSON and reports a choice of the jury
    as failed, though it was recorded, because there is none.
    """

    def answering(environ: dict[str, Any], start_response: _Start) -> Iterable[bytes]:
        begun: list[tuple[Any, ...]] = []
        body = application(environ, lambda *answer: begun.append(answer))
        status, headers, *error = begun[0]
        if not status.startswith("204"):
            start_response(status, headers, *error)
            return body
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "2")])
        return [b"{}"]

    return answering
