"""Studies in an SQL database, by Optuna's schema."""

from __future__ import annotations

import json
import time
import weakref

import sqlalchemy as sa
from optuna.storages import RDBStorage
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError, SQLAlchemyError

from blackcamo.errors import MissingExtraError, StudyError
from blackcamo.study.store import Json, Store

SQL_SCHEMES = ("sqlite", "postgresql", "mysql", "mariadb")
# The drivers that blackcamo's extras install; a URL that names another one keeps it.
_DRIVERS = {"postgresql": "psycopg", "mysql": "pymysql", "mariadb": "pymysql"}
_EXTRAS = {"psycopg": "postgresql", "pymysql": "mysql"}
# Processes that create the tables of a new database at the same time get in each other's way.
_CREATE_ATTEMPTS = 5
_LOCKED_S = 30.0

_RECORDS = sa.table(
    "study_system_attributes", sa.column("study_id"), sa.column("key"), sa.column("value_json")
)


class SqlStore(Store):
    """Studies in a database that Optuna's own storage opened."""

    def __init__(self, optuna: RDBStorage, where: str, *, note: str | None = None) -> None:
        super().__init__(optuna, where, note=note)
        self._engine = optuna.engine
        # Connections are closed with the store and not when Python gets round to it.
        weakref.finalize(self, self._engine.dispose)

    def swap(self, study_id: int, key: str, old: Json, new: Json) -> bool:
        """Set a record from ``old`` to ``new`` in one statement."""
        with self._engine.begin() as connection:
            if old is None:
                try:
                    connection.execute(
                        sa.insert(_RECORDS).values(
                            study_id=study_id, key=key, value_json=json.dumps(new)
                        )
                    )
                except IntegrityError:
                    return False
                return True
            changed = connection.execute(
                sa.update(_RECORDS)
                .where(
                    _RECORDS.c.study_id == study_id,
                    _RECORDS.c.key == key,
                    _RECORDS.c.value_json == json.dumps(old),
                )
                .values(value_json=json.dumps(new))
            )
            return changed.rowcount == 1

    def _driver_errors(self) -> tuple[type[Exception], ...]:
        return (SQLAlchemyError,)


def open_sql(text: str) -> Store:
    """The store behind an SQLAlchemy URL.

    Raises:
        StudyError: the database cannot be opened.
        MissingExtraError: its driver is not installed.
    """
    try:
        url = sa.make_url(text)
    except SQLAlchemyError as error:
        raise StudyError(f"storage {text!r} is not a database URL: {error}") from error
    dialect, _, driver = url.drivername.partition("+")
    driver = driver or _DRIVERS.get(dialect, "")
    if driver:
        url = url.set(drivername=f"{dialect}+{driver}")
    where = url.render_as_string(hide_password=True)
    is_sqlite = dialect == "sqlite"
    try:
        optuna = _open(url.render_as_string(hide_password=False), is_sqlite=is_sqlite)
    except ImportError as error:
        extra = _EXTRAS.get(driver)
        remedy = f"pip install 'blackcamo[{extra}]'" if extra else "install it"
        raise MissingExtraError(f"storage {where} needs the driver {driver!r}: {remedy}") from error
    except (SQLAlchemyError, RuntimeError) as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        raise StudyError(f"cannot open {where}: {reason}") from error
    note = (
        "SQLite is for one process at a time; use a journal file or PostgreSQL for several"
        if is_sqlite
        else None
    )
    return SqlStore(optuna, where, note=note)


def _open(url: str, *, is_sqlite: bool) -> RDBStorage:
    # A connection that a restarted server has dropped is replaced before it is used.
    kwargs = {"connect_args": {"timeout": _LOCKED_S}} if is_sqlite else {"pool_pre_ping": True}
    for attempt in range(_CREATE_ATTEMPTS):
        try:
            return RDBStorage(url, engine_kwargs=kwargs)
        except (IntegrityError, ProgrammingError, OperationalError):
            if attempt == _CREATE_ATTEMPTS - 1:
                raise
            time.sleep(0.1 * 2**attempt)
    raise AssertionError("unreachable")
