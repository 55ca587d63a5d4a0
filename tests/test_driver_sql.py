"""Driver SQL keeps what the ORM's way keeps; on committed databases of both engines."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.committed import committed_app, make_url
from tests.conftest import ENGINES
from tests.factories import make_course, make_offering
from tracker.db import db, retrying, writing
from tracker.driver_sql import driver_cursor
from tracker.models import Course
from tracker.services import scan_postgresql

RENAME = "UPDATE courses SET title = 'New'"
ADD_AGAIN = "INSERT INTO courses (code, title) SELECT code, title FROM courses"


@pytest.fixture(params=ENGINES)
def committed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application whose commits are real, with one course."""
    url = make_url(request.param, tmp_path)
    with committed_app(url, tmp_path) as app, app.app_context():
        make_course(code="A", title="Old")
        db.session.commit()
        yield app


def titles() -> list[str]:
    with db.engine.connect() as connection:
        return list(connection.scalars(sa.select(Course.title)))


def test_what_is_written_is_committed_when_the_block_ends(committed):
    with driver_cursor("write") as driver:
        driver.execute(RENAME)

    assert titles() == ["New"]


def test_reading_refuses_writes_also_after_the_connection_has_written(committed):
    with driver_cursor("write") as driver:
        driver.execute("UPDATE courses SET title = 'Old'")

    with pytest.raises(DBAPIError), driver_cursor("read") as driver:
        driver.execute(RENAME)

    assert titles() == ["Old"]


def test_errors_are_sqlalchemys_and_leave_nothing_behind(committed):
    with pytest.raises(IntegrityError), driver_cursor("write") as driver:
        driver.execute(ADD_AGAIN)

    with driver_cursor("write") as driver:
        driver.execute(RENAME)
    assert titles() == ["New"]


@pytest.mark.parametrize("committed", ["sqlite"], indirect=True)
def test_a_thread_that_writes_already_is_told_instead_of_waiting_for_itself(committed):
    with writing():
        db.session.add(Course(code="B", title="Old"))
        db.session.flush()
        with pytest.raises(RuntimeError), driver_cursor("write"):
            pass
        db.session.rollback()


@pytest.mark.parametrize("committed", ["postgresql"], indirect=True)
def test_a_lost_connection_is_replaced_when_the_work_is_tried_again(committed):
    with driver_cursor("read") as driver:
        lost = driver.connection.info.backend_pid
    with driver_cursor("write") as driver:
        driver.execute("SELECT pg_terminate_backend(%s)", (lost,))
    tries = []

    def ask() -> Any:
        tries.append(1)
        with driver_cursor("read") as driver:
            (answer,) = driver.execute("SELECT 42").fetchone()
        return answer

    assert retrying(ask) == 42
    assert len(tries) == 2


def test_a_connection_that_is_lent_while_all_are_closed_is_closed_when_back(committed):
    with driver_cursor("read") as driver:
        connection = driver.connection
        db.engine.dispose()
        driver.execute("SELECT 42")

    with pytest.raises(closed_error(connection)):
        connection.execute("SELECT 42")


def closed_error(connection: Any) -> type[Exception]:
    """What the driver of a connection raises where that is closed."""
    is_sqlite = isinstance(connection, sqlite3.Connection)
    return sqlite3.ProgrammingError if is_sqlite else psycopg.OperationalError


@pytest.mark.parametrize("committed", ["postgresql"], indirect=True)
def test_the_look_up_reads_by_key_even_if_it_was_planned_for_empty_tables(committed):
    """A plan that reads all of an offering's scans is fast until there are many."""
    offering = make_offering()
    db.session.commit()
    sent = {"offering_id": offering.id, "sent": '[{"uid": "a"}]'}

    with driver_cursor("read") as driver:
        rows = driver.execute(f"EXPLAIN {scan_postgresql.LOOK_UP}", sent).fetchall()

    plan = "\n".join(line for (line,) in rows)
    assert "Index Cond: ((offering_id = " in plan
    assert "(uid)::text = sent.uid" in plan
    assert "Filter" not in plan
    assert "Seq Scan" not in plan
