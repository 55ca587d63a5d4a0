"""Driver SQL: the few statements for which somebody at the door waits.

Through SQLAlchemy a look-up by token takes ten times the CPU that it takes through
the driver (▸ 330 and 35 µs). So the scan path borrows pooled connections and speaks
to the driver itself. All else is as elsewhere: what reads cannot write, SQLite's
writers queue, errors are SQLAlchemy's (so that a busy database is tried again), and
a lost connection does not come back.

On PostgreSQL each statement is a transaction of its own, durable when it returns.
On SQLite one block is one transaction, durable after the block.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from tracker.db import POSTGRESQL_OPTIONS, Mode, begin_sqlite, db, enter_queue

# What psycopg's and sqlite3's connections share: execute(statement, parameters).
Driver = Any

# Every statement here finds its rows by key, whatever the size of the tables. Left
# alone, PostgreSQL plans it anew at each call (▸ 475 µs of CPU instead of 52), or
# keeps a plan that reads whole tables because they were small when it was made.
PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off"
READ_ONLY = "-c default_transaction_read_only=on"


def init_app(app: Flask) -> None:
    """Make the pools; `db.init_app` has made the engine."""
    with app.app_context():
        engine = db.engine
    pools = app.extensions["driver_sql"] = _make_pools(engine)

    def dispose(_engine: Engine) -> None:
        for pool in set(pools.values()) - {engine}:
            pool.dispose()

    sa.event.listen(engine, "engine_disposed", dispose)


def _make_pools(engine: Engine) -> dict[Mode, Engine]:
    if engine.dialect.name == "sqlite":
        return {"read": engine, "write": engine}
    options = f"{POSTGRESQL_OPTIONS} {PLANNED_ONCE}"
    return {
        "read": _make_pool(engine.url, f"{options} {READ_ONLY}"),
        "write": _make_pool(engine.url, options),
    }


def _make_pool(url: sa.URL, options: str) -> Engine:
    return sa.create_engine(
        url,
        hide_parameters=True,
        pool_size=5,
        max_overflow=10,
        pool_reset_on_return=None,  # after autocommit there is nothing to roll back
        connect_args={
            "autocommit": True,
            "connect_timeout": 3,
            "options": options,
            "prepare_threshold": 0,
        },
    )


def is_sqlite(driver: Driver) -> bool:
    """Say whose connection it is."""
    return isinstance(driver, sqlite3.Connection)


@contextmanager
def driver_connection(mode: Mode) -> Iterator[Driver]:
    """Lend a connection for reading or for writing.

    Raises:
        sqlalchemy.exc.DBAPIError: what the driver raised within the block.
    """
    bind: Any = db.engines[None]
    if isinstance(bind, Connection):  # a test's outer transaction
        with bind.begin_nested(), _translating(bind.engine):
            yield bind.connection.driver_connection
        return
    pool: Engine = current_app.extensions["driver_sql"][mode]
    borrowed = pool.raw_connection()
    try:
        with _translating(pool, borrowed):
            driver: Driver = borrowed.driver_connection
            if is_sqlite(driver):
                with _sqlite_transaction(pool, borrowed, mode):
                    yield driver
            else:
                yield driver
    finally:
        borrowed.close()


@contextmanager
def _sqlite_transaction(
    pool: Engine, borrowed: sa.PoolProxiedConnection, mode: Mode
) -> Iterator[None]:
    """Begin and commit; what fails before that is rolled back by the pool."""
    driver: Driver = borrowed.driver_connection
    if mode == "write":
        enter_queue(pool, borrowed.info)
    begin_sqlite(driver, mode)
    yield
    driver.execute("COMMIT")


@contextmanager
def _translating(
    engine: Engine, borrowed: sa.PoolProxiedConnection | None = None
) -> Iterator[None]:
    """Raise the driver's errors as SQLAlchemy's; let go of a lost connection."""
    errors: Any = engine.dialect.loaded_dbapi
    try:
        yield
    except errors.Error as error:
        driver: Driver = borrowed.driver_connection if borrowed else None
        is_lost = engine.dialect.is_disconnect(error, driver, None)
        if borrowed and is_lost:
            borrowed.invalidate(error)
            engine.dispose()  # the pool's other connections are as dead
        raise DBAPIError.instance(
            None, None, error, errors.Error, connection_invalidated=is_lost
        ) from error
