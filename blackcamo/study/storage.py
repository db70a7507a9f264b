"""From ``--storage`` to a store: journal files and Optuna's storage URLs."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import optuna
from optuna.storages import BaseStorage, GrpcStorageProxy, JournalStorage
from optuna.storages.journal import JournalRedisBackend

from blackcamo.errors import MissingExtraError, OptionError, StudyError
from blackcamo.extras import installing
from blackcamo.study.journal import DurableJournal
from blackcamo.study.jury_name import jury_name
from blackcamo.study.store import Json, Store
from blackcamo.study.survey import StudySummary, survey

_S = TypeVar("_S")
_SQL_SCHEMES = ("sqlite", "postgresql", "mysql", "mariadb")
_IMPOSSIBLE = (KeyError, IndexError, TypeError, ValueError, AttributeError, AssertionError)
# What Optuna's proxy server listens on unless told otherwise.
_GRPC_PORT = 13000


class JournalStore(Store):
    """Studies in a journal file: many processes may share it, on one machine or over NFS.

    Args:
        path: the journal.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._journal = DurableJournal(path)
        self._read: BaseStorage | None = None
        super().__init__(None, str(path))

    @property
    def optuna(self) -> BaseStorage:
        """The storage, which is read at the first use."""
        if self._read is None:
            try:
                self._read = JournalStorage(self._journal)
            # What Optuna meets in operations that are whole, but tell of something impossible.
            except _IMPOSSIBLE as error:
                raise StudyError(f"{self._path} is a damaged journal: {error!r:.200}") from error
        return self._read

    def limit(self, name: str) -> None:
        """Read one study, and its jury, alone: a journal may hold very many."""
        self._journal.limit((name, jury_name(name)))

    def summaries(self) -> list[StudySummary]:
        """Summaries of the studies, from the few lines that tell them."""
        return survey(self._path)

    def together(self, *, durable: bool = True) -> AbstractContextManager[object]:
        """Writes under one lock and at most one sync."""
        return self._journal.hold(durable=durable)

    def swap(self, study_id: int, key: str, old: Json, new: Json) -> bool:
        """Set a record from ``old`` to ``new``; the journal's lock makes that one step."""
        with self.together(durable=False):
            if self.read(study_id, key) != old:
                return False
            self.write(study_id, key, new)
            return True


def open_storage(storage: str | Path, *, create: bool = False) -> Store:
    """The store behind a path (a journal file) or a storage URL.

    Args:
        create: make the journal file if there is none.

    Raises:
        StudyError: it cannot be opened, or there is none.
        OptionError: the URL is malformed, or its scheme is not known.
        MissingExtraError: the database's driver is not installed.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    text = str(storage)
    if "://" not in text:
        return _open_journal(Path(storage), create=create)
    scheme = text.partition("://")[0]
    try:
        # Both may refuse, the second one for a port that is no number.
        urlsplit(text).port  # noqa: B018
    except ValueError as error:
        raise OptionError(f"the storage's {scheme} URL is malformed: {error}") from error
    if scheme.partition("+")[0] in _SQL_SCHEMES:
        # Importing SQLAlchemy takes as long as all the rest, and most studies are journals.
        from blackcamo.study.sql import open_sql

        return open_sql(text)
    if scheme in ("redis", "rediss"):
        return _open_redis(text)
    if scheme == "grpc":
        return _open_grpc(text)
    raise OptionError(
        f"storage {masked(text)!r} has the unknown scheme {scheme!r}; it must be a path, or a "
        f"URL that starts with one of {', '.join((*_SQL_SCHEMES, 'redis', 'grpc'))}"
    )


def _open_journal(path: Path, *, create: bool) -> Store:
    if not create and not path.exists():
        raise StudyError(f"there is no storage {path}; name the one that the search wrote")
    try:
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
        return JournalStore(path)
    except OSError as error:
        raise StudyError(f"cannot open {path}: {error.strerror} ({error.filename})") from error


def _open_redis(url: str) -> Store:
    try:
        import redis
    except ImportError as error:
        raise _missing(url, "redis") from error
    try:
        storage = _quietly(lambda: JournalStorage(JournalRedisBackend(url)))
    except redis.RedisError as error:
        raise StudyError(f"cannot open {masked(url)}: {error}") from error
    return Store(storage, masked(url), errors=(redis.RedisError,))


def _open_grpc(url: str) -> Store:
    try:
        import grpc
    except ImportError as error:
        raise _missing(url, "grpc") from error
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port or _GRPC_PORT
    return Store(
        _quietly(lambda: GrpcStorageProxy(host=host, port=port)), url, errors=(grpc.RpcError,)
    )


def masked(url: str) -> str:
    """A URL fit for messages."""
    password = urlsplit(url).password
    return url.replace(f":{password}@", ":***@") if password else url


def _quietly(make: Callable[[], _S]) -> _S:
    """These two are experimental in Optuna, which it says every time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return make()


def _missing(url: str, extra: str) -> MissingExtraError:
    return MissingExtraError(
        f"storage {masked(url)} needs the extra {extra!r}: {installing(extra)}"
    )
