"""Limits: what the database and the framework could do if Muster did nothing."""

import os
import secrets
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from bench.client import Plan, drive, head
from bench.cpu import counted
from bench.crew import run_all
from bench.databases import Database
from bench.server import serving
from tests.postgres import conninfo
from tracker.db import prepare_sqlite
from tracker.models import Scan

SECONDS = 2.0
BODY = b'{"scans": [{"id": "%032d", "pass": "%064d"}]}' % (0, 0)

TABLE: Any = Scan.__table__
COLUMNS = [column for column in TABLE.columns if column.name != "id"]
UID = [column.name for column in COLUMNS].index("uid")
NAMES = ", ".join(column.name for column in COLUMNS)
DIALECT: Any = postgresql
ARRAYS = ", ".join(
    f"%s::{column.type.compile(dialect=DIALECT.dialect())}[]" for column in COLUMNS
)

# Eight doors at once, or four that hand in what they kept. In SQLite only one can
# write: more would only wait for each other, so one is the higher limit.
SINGLE_WRITERS = {"postgresql": 8, "sqlite": 1}
BULK_WRITERS = {"postgresql": 4, "sqlite": 1}


@dataclass(frozen=True)
class Bare:
    """What the smallest Flask application takes behind the same server."""

    per_second: float
    cpu_ms: float


@cache
def bare_flask(threads: int) -> Bare:
    """Measure bare Flask, once in a run for each number of threads."""
    heads = [head("POST", "/bare", {"Content-Type": "application/json"})] * 8
    with serving("bench.bare:create_app", os.environ, threads) as server:
        drive(Plan(server.port, heads, 5.0, [BODY] * 500))
        with counted([server.pid]) as spent:
            (load,) = drive(Plan(server.port, heads, SECONDS, [BODY] * 100_000))
    return Bare(load.per_second, 1000 * spent.seconds / len(load.latencies))


@dataclass(frozen=True)
class Writing:
    """How one process inserts: copies of a stored scan, so many in a transaction."""

    engine: str
    url: str
    rows: int


def single_inserts(database: Database) -> float:
    """Return how many scans a second can be inserted, each with its own commit."""
    return _rate(database, SINGLE_WRITERS[database.engine], rows=1)


def bulk_inserts(database: Database, rows: int) -> float:
    """Return how many scans a second can be inserted, so many in one statement."""
    return _rate(database, BULK_WRITERS[database.engine], rows=rows)


def _rate(database: Database, writers: int, rows: int) -> float:
    writing = Writing(database.engine, database.url, rows)
    return sum(run_all(_insert, [writing] * writers))


def _insert(writing: Writing) -> float:
    """Insert for a while; return the rows a second."""
    is_sqlite = writing.engine == "sqlite"
    write = (_sqlite_writer if is_sqlite else _postgresql_writer)(writing)
    started, count = time.perf_counter(), 0
    while time.perf_counter() - started < SECONDS:
        write()
        count += writing.rows
    return count / (time.perf_counter() - started)


def _sqlite_writer(writing: Writing) -> Callable[[], object]:
    path = sa.make_url(writing.url).database
    connection = sqlite3.connect(path or "", isolation_level=None)
    prepare_sqlite(connection)
    row = connection.execute(f"SELECT {NAMES} FROM scans LIMIT 1").fetchone()  # noqa: S608 - our own columns
    marks = ", ".join("?" * len(COLUMNS))
    statement = f"INSERT INTO scans ({NAMES}) VALUES ({marks})"  # noqa: S608 - likewise

    def write() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(statement, _copies(row, writing.rows))
        connection.execute("COMMIT")

    return write


def _postgresql_writer(writing: Writing) -> Callable[[], object]:
    connection = psycopg.connect(
        conninfo(writing.url), autocommit=True, prepare_threshold=0
    )
    cursor: Any = connection.cursor()
    row = cursor.execute(f"SELECT {NAMES} FROM scans LIMIT 1").fetchone()  # noqa: S608 - our own columns
    if writing.rows == 1:
        marks = ", ".join(["%s"] * len(COLUMNS))
        single = f"INSERT INTO scans ({NAMES}) VALUES ({marks})"  # noqa: S608 - likewise
        return lambda: cursor.execute(single, _copies(row, 1)[0])
    bulk = f"INSERT INTO scans ({NAMES}) SELECT * FROM unnest({ARRAYS})"  # noqa: S608 - likewise

    def write() -> None:
        columns = zip(*_copies(row, writing.rows), strict=True)
        cursor.execute(bulk, [list(column) for column in columns])

    return write


def _copies(row: tuple[Any, ...], count: int) -> list[list[Any]]:
    """Return copies of a row, each with an id of its own."""
    return [[*row[:UID], secrets.token_hex(16), *row[UID + 1 :]] for _ in range(count)]
