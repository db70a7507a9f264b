"""Studies in an SQL database, by Optuna's schema."""

from __future__ import annotations

import json
import time
import weakref
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from optuna.distributions import distribution_to_json
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError, SQLAlchemyError

from blackcamo.errors import MissingExtraError, OptionError, StudyError
from blackcamo.extras import installing
from blackcamo.study.store import Json, Outcome, Store

# The drivers that blackcamo's extras install; a URL that names another one keeps it.
_DRIVERS = {"postgresql": "psycopg", "mysql": "pymysql", "mariadb": "pymysql"}
_EXTRAS = {"psycopg": "postgresql", "pymysql": "mysql"}
# Processes that create the tables of a new database at the same time get in each other's way.
_CREATE_ATTEMPTS = 5
_LOCKED_S = 30.0
_SQLITE_NOTE = "SQLite is for one process at a time; use a journal file or PostgreSQL for several"
_TABLES = (
    "trials",
    "trial_params",
    "trial_values",
    "trial_user_attributes",
    "study_system_attributes",
)


class SqlStore(Store):
    """Studies in a database that Optuna's own storage opened.

    Optuna writes a trial parameter by parameter, with several statements each. Batches of trials
    are written here, to the same tables, in one transaction each: about ten times faster, and a
    batch is there either as a whole or not at all.
    """

    def __init__(self, optuna: RDBStorage, where: str, *, note: str | None = None) -> None:
        super().__init__(optuna, where, note=note, errors=(SQLAlchemyError,))
        self._engine = optuna.engine
        schema = sa.MetaData()
        schema.reflect(self._engine, only=_TABLES)
        self._trials, self._params, self._values, self._notes, self._records = (
            schema.tables[name] for name in _TABLES
        )
        # Connections are closed with the store and not when Python gets round to it.
        weakref.finalize(self, self._engine.dispose)

    def create_trials(
        self, study_id: int, templates: Sequence[FrozenTrial]
    ) -> list[tuple[int, int]]:
        """Create trials as the templates say; their identifiers and numbers."""
        with self._engine.begin() as connection:
            # A number is how many trials the study had before; it has one writer at a time.
            first = connection.execute(
                sa.select(sa.func.count()).where(self._trials.c.study_id == study_id)
            ).scalar_one()
            _insert(
                connection,
                self._trials,
                [
                    {
                        "study_id": study_id,
                        "number": number,
                        "state": template.state.name,
                        "datetime_start": template.datetime_start,
                    }
                    for number, template in enumerate(templates, first)
                ],
            )
            created = [
                (trial_id, number)
                for trial_id, number in connection.execute(
                    sa.select(self._trials.c.trial_id, self._trials.c.number)
                    .where(self._trials.c.study_id == study_id, self._trials.c.number >= first)
                    .order_by(self._trials.c.number)
                )
            ]
            pairs = [(i, t) for (i, _), t in zip(created, templates, strict=True)]
            _insert(
                connection,
                self._params,
                [
                    {
                        "trial_id": trial_id,
                        "param_name": name,
                        "param_value": template.distributions[name].to_internal_repr(value),
                        "distribution_json": distribution_to_json(template.distributions[name]),
                    }
                    for trial_id, template in pairs
                    for name, value in template.params.items()
                ],
            )
            self._annotate(connection, {i: t.user_attrs for i, t in pairs})
        return created

    def note_trials(self, notes: Mapping[int, Mapping[str, Json]]) -> None:
        """Set user attributes of trials (by identifier), also such as they have already."""
        with self._engine.begin() as connection:
            columns = self._notes.c
            for key in {key for values in notes.values() for key in values}:
                noted = [trial_id for trial_id, values in notes.items() if key in values]
                connection.execute(
                    sa.delete(self._notes).where(columns.key == key, columns.trial_id.in_(noted))
                )
            self._annotate(connection, notes)

    def finish_trials(self, outcomes: Mapping[int, Outcome]) -> None:
        """End trials (by identifier)."""
        with self._engine.begin() as connection:
            self._annotate(connection, {i: notes for i, (_, _, notes) in outcomes.items()})
            _insert(
                connection,
                self._values,
                [
                    {
                        "trial_id": trial_id,
                        "objective": objective,
                        "value": value,
                        "value_type": "FINITE",
                    }
                    for trial_id, (_, values, _) in outcomes.items()
                    for objective, value in enumerate(values or ())
                ],
            )
            for state in {state for state, _, _ in outcomes.values()}:
                ended = [i for i, outcome in outcomes.items() if outcome[0] == state]
                connection.execute(
                    sa.update(self._trials)
                    .where(self._trials.c.trial_id.in_(ended))
                    .values(state=state.name, datetime_complete=datetime.now())
                )

    def read(self, study_id: int, key: str) -> Json:
        """A record of a study, without reading all the others."""
        records = self._records
        with self._engine.connect() as connection:
            text = connection.execute(
                sa.select(records.c.value_json).where(
                    records.c.study_id == study_id, records.c.key == key
                )
            ).scalar_one_or_none()
        return None if text is None else json.loads(text)

    def swap(self, study_id: int, key: str, old: Json, new: Json) -> bool:
        """Set a record from ``old`` to ``new`` in one statement."""
        records = self._records
        text = json.dumps(new)
        try:
            with self._engine.begin() as connection:
                if old is None:
                    row = {"study_id": study_id, "key": key, "value_json": text}
                    connection.execute(sa.insert(records).values(row))
                    return True
                changed = connection.execute(
                    sa.update(records)
                    .where(records.c.study_id == study_id, records.c.key == key)
                    .where(records.c.value_json == json.dumps(old))
                    .values(value_json=text)
                )
                return changed.rowcount == 1
        except IntegrityError:
            # Somebody else has set it first.
            return False

    def _annotate(self, connection: sa.Connection, notes: Mapping[int, Mapping[str, Json]]) -> None:
        _insert(
            connection,
            self._notes,
            [
                {"trial_id": trial_id, "key": key, "value_json": json.dumps(value)}
                for trial_id, values in notes.items()
                for key, value in values.items()
            ],
        )


def open_sql(text: str) -> Store:
    """The store behind an SQLAlchemy URL.

    Raises:
        OptionError: the URL is malformed.
        StudyError: the database cannot be opened.
        MissingExtraError: its driver is not installed.
    """
    try:
        url = sa.make_url(text)
    except SQLAlchemyError as error:
        raise OptionError(f"the storage's URL is malformed: {error}") from error
    dialect, _, driver = url.drivername.partition("+")
    driver = driver or _DRIVERS.get(dialect, "")
    if driver:
        url = url.set(drivername=f"{dialect}+{driver}")
    where = url.render_as_string(hide_password=True)
    is_sqlite = dialect == "sqlite"
    try:
        optuna = _open(url.render_as_string(hide_password=False), is_sqlite=is_sqlite)
        return SqlStore(optuna, where, note=_SQLITE_NOTE if is_sqlite else None)
    except ImportError as error:
        extra = _EXTRAS.get(driver)
        remedy = installing(extra) if extra else "install it"
        raise MissingExtraError(f"storage {where} needs the driver {driver!r}: {remedy}") from error
    except (SQLAlchemyError, RuntimeError) as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        raise StudyError(f"cannot open {where}: {reason}") from error


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


def _insert(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(sa.insert(table), rows)
