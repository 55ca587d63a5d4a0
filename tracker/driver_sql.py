"""Driver SQL: the few statements for which somebody at the door waits.

Through SQLAlchemy a look-up by token takes ten times the CPU that it takes through
the driver (▸ 330 and 35 µs). So the scan path has connections of its own and speaks
to the driver itself. All else is as elsewhere: what reads cannot write, SQLite's
writers queue, errors are SQLAlchemy's (so that a busy database is tried again), and
a lost connection does not come back.

On PostgreSQL each statement is a transaction of its own, durable when it returns.
On SQLite one block is one transaction, durable after the block.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from tracker.db import (
    POSTGRESQL_OPTIONS,
    Mode,
    db,
    enter_queue,
    leave_queue,
    prepare_sqlite,
)

# What psycopg's and sqlite3's cursors share: execute(statement, parameters), fetches.
Driver = Any

# Every statement here finds its rows by key, whatever the size of the tables. Left
# alone, PostgreSQL plans it anew at each call (▸ 475 µs of CPU instead of 52), or
# keeps a plan that reads whole tables because they were small when it was made.
PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off"
READ_ONLY = "-c default_transaction_read_only=on"


def init_app(app: Flask) -> None:
    """Prepare to connect; `db.init_app` has made the engine."""
    with app.app_context():
        engine = db.engine
    source = app.extensions["driver_sql"] = Source(engine)
    sa.event.listen(engine, "engine_disposed", lambda _: source.close_all())


def driver_cursor(mode: Mode) -> AbstractContextManager[Driver]:
    """Lend a cursor for a block that reads or writes.

    Raises:
        sqlalchemy.exc.DBAPIError: what the driver raised within the block.
    """
    bind: Any = db.engines[None]
    if isinstance(bind, Connection):
        return _cursor_of_test(bind)
    source: Source = current_app.extensions["driver_sql"]
    return source.lend(mode)


def is_sqlite(driver: Driver) -> bool:
    """Say whose cursor it is."""
    return isinstance(driver, sqlite3.Cursor)


class Source:
    """Connections to one database, each with its one cursor.

    A thread takes one that lies idle or makes one, so there are never more than
    threads; the bookkeeping of SQLAlchemy's pools costs more than a look-up.
    """

    def __init__(self, engine: Engine) -> None:
        self._dialect: Any = engine.dialect
        self._url = engine.url
        self._errors: Any = engine.dialect.loaded_dbapi
        self._idle: dict[Mode, list[Driver]] = {"read": [], "write": []}
        self._generation = 0

    @contextmanager
    def lend(self, mode: Mode) -> Iterator[Driver]:
        """Lend a cursor; see `driver_cursor`."""
        driver: Driver = None
        generation = self._generation
        try:
            driver = self._take(mode)
            if is_sqlite(driver):
                with _sqlite_transaction(driver, self._url.database, mode):
                    yield driver
            else:
                yield driver
        except self._errors.Error as error:
            is_lost = self._is_lost(error, driver)
            raise _as_sqlalchemys(error, self._errors, is_lost=is_lost) from error
        finally:
            if driver is not None:
                self._take_back(driver, mode, generation)

    def _take(self, mode: Mode) -> Driver:
        try:
            return self._idle[mode].pop()
        except IndexError:
            return self._connect(mode).cursor()

    def _connect(self, mode: Mode) -> Any:
        """Connect for one mode, once and for all: who reads cannot write."""
        arguments, named = self._dialect.create_connect_args(self._url)
        if self._dialect.name == "sqlite":
            # Whoever takes a connection has it alone, whichever thread made it.
            connection = self._dialect.connect(
                *arguments, **{**named, "check_same_thread": False}
            )
            prepare_sqlite(connection)
            query_only = "ON" if mode == "read" else "OFF"
            connection.execute(f"PRAGMA query_only = {query_only}")
            return connection
        options = f"{POSTGRESQL_OPTIONS} {PLANNED_ONCE}"
        ours = {
            "autocommit": True,
            "connect_timeout": 3,
            "options": f"{options} {READ_ONLY}" if mode == "read" else options,
            "prepare_threshold": 0,
        }
        return self._dialect.connect(*arguments, **{**named, **ours})

    def _is_lost(self, error: Exception, driver: Driver) -> bool:
        """Say whether the server has gone; then all connections are dead."""
        if driver is None or not self._dialect.is_disconnect(
            error, driver.connection, driver
        ):
            return False
        self.close_all()
        return True

    def _take_back(self, driver: Driver, mode: Mode, generation: int) -> None:
        """Keep a connection for the next, unless all were to be closed meanwhile."""
        if generation == self._generation:
            self._idle[mode].append(driver)
        else:
            driver.connection.close()

    def close_all(self) -> None:
        """Close every connection: an idle one now, one that is lent when it is back."""
        self._generation += 1
        for idle in self._idle.values():
            while idle:
                idle.pop().connection.close()


@contextmanager
def _sqlite_transaction(driver: Driver, path: str | None, mode: Mode) -> Iterator[None]:
    """Begin, in the queue if to write; commit, or roll back what has failed."""
    ticket = enter_queue(path) if mode == "write" else None
    try:
        driver.execute("BEGIN IMMEDIATE" if mode == "write" else "BEGIN")
        yield
        driver.execute("COMMIT")
    finally:
        if driver.connection.in_transaction:
            driver.execute("ROLLBACK")
        leave_queue(ticket)


@contextmanager
def _cursor_of_test(bind: Connection) -> Iterator[Driver]:
    """Work within a test's outer transaction, which is rolled back as a whole."""
    errors: Any = bind.dialect.loaded_dbapi
    with bind.begin_nested():
        try:
            yield bind.connection.cursor()
        except errors.Error as error:
            raise _as_sqlalchemys(error, errors) from error


def _as_sqlalchemys(
    error: Exception, errors: Any, *, is_lost: bool = False
) -> BaseException:
    return DBAPIError.instance(
        None, None, error, errors.Error, connection_invalidated=is_lost
    )
