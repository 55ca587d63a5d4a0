"""Transactions: reading refuses writes, writing queues, what was only busy is retried.

Everything here is committed for real, on both engines.
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, Response
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError

from tests.committed import committed_app, environment, make_url
from tests.conftest import ENGINES
from tests.factories import NINE_AM, make_course, make_enrollment, make_person
from tracker import access, web
from tracker.db import db, pairs_of, reading, retrying, writing
from tracker.errors import UnavailableError
from tracker.models import Course, Enrollment

HOLD_THE_LOCK = """
import sys, time
from tracker import create_app
from tracker.db import db
from tracker.models import Course
with create_app().app_context():
    db.session.add(Course(code="HELD", title="never committed"))
    db.session.flush()
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(params=ENGINES)
def committed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application whose commits are real, with two courses."""
    with committed_app(make_url(request.param, tmp_path), tmp_path) as app:
        app.testing = False  # errors become answers, as they do for people
        with app.app_context():
            for code in ("A", "B"):
                make_course(code=code)
            db.session.commit()
        yield app


@pytest.fixture
def sqlite_app(tmp_path: Path) -> Iterator[Flask]:
    with committed_app(make_url("sqlite", tmp_path), tmp_path) as app:
        yield app


def add_course() -> str:
    db.session.add(Course(code="NEW", title="New"))
    db.session.commit()
    return "added"


def codes() -> list[str]:
    return list(db.session.scalars(sa.select(Course.code).order_by(Course.code)))


def titles() -> dict[str, str]:
    return pairs_of(sa.select(Course.code, Course.title))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_the_database_refuses_what_a_get_tries_to_write(committed, method):
    view = access.public(add_course)
    committed.add_url_rule("/add", "add", view, methods=["GET", "OPTIONS", "POST"])
    csrf_off(committed)
    client = committed.test_client()

    assert client.open("/add", method=method).status_code == 500
    with committed.app_context():
        assert codes() == ["A", "B"]

    # The same pooled connection takes the write of a POST.
    assert client.post("/add").status_code == 200
    with committed.app_context():
        assert codes() == ["A", "B", "NEW"]


def csrf_off(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False


def test_reading_refuses_writes_and_writing_within_it_takes_them(committed):
    with committed.app_context(), reading():
        with pytest.raises(DBAPIError):
            add_course()
        db.session.rollback()
        with writing():
            assert add_course() == "added"
            db.session.remove()
        assert codes() == ["A", "B", "NEW"]


def test_a_page_is_rendered_after_the_transaction_has_ended(committed):
    seen: list[bool] = []

    def show() -> Response:
        list(db.session.scalars(sa.select(Course)))
        seen.append(db.session().in_transaction())
        return web.page("probe.html", probe=probe)

    def probe() -> str:
        seen.append(db.session().in_transaction())
        return "rendered"

    add_page(committed, "probe.html", "{{ probe() }}", show)

    assert committed.test_client().get("/page").text == "rendered"
    assert seen == [True, False]


def test_a_template_that_asks_the_database_fails_loudly(committed):
    with committed.app_context():
        make_enrollment(name="Sample Ada")
        db.session.commit()

    def show() -> Response:
        enrollment = db.session.scalars(sa.select(Enrollment)).one()
        return web.page("lazy.html", enrollment=enrollment)

    add_page(committed, "lazy.html", "{{ enrollment.person.name }}", show)

    answer = committed.test_client().get("/page")

    assert answer.status_code == 500
    assert "Sample Ada" not in answer.text


def add_page(
    app: Flask, name: str, template: str, show: Callable[[], Response]
) -> None:
    loaders = [DictLoader({name: template}), app.jinja_env.loader]
    app.jinja_env.loader = ChoiceLoader([each for each in loaders if each])
    app.add_url_rule("/page", "page", access.public(show))


def test_every_sqlite_connection_keeps_what_postgresql_keeps_by_itself(sqlite_app):
    wanted = {
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "journal_mode": "truncate",
        "synchronous": 2,
        "secure_delete": 1,
        "trusted_schema": 0,
    }

    with sqlite_app.app_context():
        db.engine.dispose()  # so that the connections are new
        with db.engine.connect() as one, db.engine.connect() as two:
            for connection in (one, two):
                driver = connection.connection.driver_connection
                assert driver is not None
                found = {
                    name: driver.execute(f"PRAGMA {name}").fetchone()[0]
                    for name in wanted
                }
                assert found == wanted


def test_a_foreign_key_is_kept_on_either_engine(committed):
    with committed.app_context():
        db.session.add(Enrollment(offering_id=999, person_id=999, created_at=NINE_AM))
        with pytest.raises(IntegrityError):
            db.session.commit()
        db.session.rollback()


def test_moments_come_back_as_they_went_in_whatever_their_zone(committed):
    omaha = datetime(2026, 11, 3, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=-6)))

    with committed.app_context():
        person = make_person(created_at=omaha)
        db.session.commit()
        db.session.expire_all()

        assert person.created_at == omaha
        assert person.created_at.tzinfo is UTC


def test_a_moment_without_zone_is_refused(committed):
    with (
        committed.app_context(),
        pytest.raises(SQLAlchemyError, match="without a zone"),
    ):
        make_person(created_at=datetime(2026, 11, 3, 9, 0))  # noqa: DTZ001 - the point


# Busy, and tried again.


def test_a_deadlock_is_solved_by_trying_the_victim_again(tmp_path):
    with committed_app(make_url("postgresql", tmp_path), tmp_path) as app:
        with app.app_context():
            for code in ("A", "B"):
                make_course(code=code)
            db.session.commit()
        meeting = threading.Barrier(2)
        tries: list[str] = []

        def work(first: str, second: str) -> None:
            tries.append(first)
            mark(first, first)
            if len(tries) <= 2:
                meeting.wait(timeout=10)
            mark(second, first)
            db.session.commit()

        run_at_once(
            app,
            lambda: retrying(lambda: work("A", "B")),
            lambda: retrying(lambda: work("B", "A")),
        )

        assert len(tries) == 3
        with app.app_context():
            assert len(set(titles().values())) == 1


def mark(code: str, title: str) -> None:
    db.session.execute(sa.update(Course).filter_by(code=code).values(title=title))


def run_at_once(app: Flask, *works: Callable[[], object]) -> None:
    def run(work: Callable[[], object]) -> None:
        with app.app_context():
            work()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_work_is_done_again_on_a_new_connection_where_one_was_lost(tmp_path):
    with committed_app(make_url("postgresql", tmp_path), tmp_path) as app:
        pids: list[int] = []

        def work() -> None:
            pids.append(db.session.scalars(sa.text("SELECT pg_backend_pid()")).one())
            make_course(code="KEPT")
            if len(pids) == 1:
                end_from_outside(app, pids[0])
            db.session.commit()

        with app.app_context():
            retrying(work)

            assert len(pids) == 2
            assert pids[0] != pids[1]
            assert codes() == ["KEPT"]


def end_from_outside(app: Flask, pid: int) -> None:
    with app.app_context():
        connection = sa.create_engine(db.engine.url, poolclass=sa.NullPool).connect()
        with connection:
            connection.execute(
                sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid}
            )


def test_what_is_wrong_is_not_tried_again(committed):
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        make_course(code="A")

    with committed.app_context(), pytest.raises(IntegrityError):
        retrying(work)

    assert len(tries) == 1


def test_a_request_that_stays_busy_is_answered_503_and_when_to_come_again(committed):
    tries: list[int] = []

    def busy() -> None:
        tries.append(1)
        raise OperationalError("", {}, Exception("database is locked"))

    committed.add_url_rule("/busy", "busy", access.public(busy))

    answer = committed.test_client().get(
        "/busy", headers={"Accept": "application/json"}
    )

    assert len(tries) == 5
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert answer.json["title"] == "Back in a moment"


def test_retrying_gives_up_after_five_tries(committed):
    with committed.app_context(), pytest.raises(UnavailableError):
        retrying(always_locked)


def always_locked() -> None:
    raise OperationalError("", {}, Exception("database is locked"))


# SQLite's one writer: a queue in the kernel.


def queue_of(app: Flask) -> Path:
    with app.app_context():
        database = db.engine.url.database
    assert database
    return Path(f"{database}.queue")


@contextmanager
def opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


def is_free(path: Path) -> bool:
    with opened(path) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_a_writer_holds_the_queue_from_begin_to_end(sqlite_app, end):
    queue = queue_of(sqlite_app)
    with sqlite_app.app_context(), writing():
        assert is_free(queue)
        db.session.connection()
        assert not is_free(queue)

        getattr(db.session, end)()

        assert is_free(queue)


def test_readers_do_not_queue(sqlite_app):
    with sqlite_app.app_context(), reading(), opened(queue_of(sqlite_app)) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)

        assert codes() == []


def test_a_writer_that_fails_leaves_the_queue(sqlite_app):
    with sqlite_app.app_context(), writing():
        make_course(code="A")
        with pytest.raises(IntegrityError):
            make_course(code="A")
        db.session.rollback()

        assert is_free(queue_of(sqlite_app))


def test_a_thread_that_would_wait_for_itself_is_told_so(sqlite_app):
    with sqlite_app.app_context(), writing():
        db.session.connection()

        with (
            pytest.raises(RuntimeError, match="already open in this thread"),
            db.engine.connect() as second,
        ):
            second.execute(sa.text("SELECT 1"))
        db.session.rollback()


def test_writers_wait_for_each_other_instead_of_failing(sqlite_app):
    def write() -> None:
        for _ in range(10):
            with writing():
                make_course()
                db.session.commit()

    run_at_once(sqlite_app, *[write] * 8)

    with sqlite_app.app_context():
        assert len(codes()) == 80


def test_a_killed_writer_frees_the_queue_and_leaves_nothing(sqlite_app, tmp_path):
    url = f"sqlite:///{tmp_path / 'muster.db'}"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_LOCK],
        env=environment(url, tmp_path),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    assert not is_free(queue_of(sqlite_app))

    holder.send_signal(signal.SIGKILL)
    holder.communicate()

    started = time.monotonic()
    with sqlite_app.app_context(), writing():
        add_course()
        assert codes() == ["NEW"]
    assert time.monotonic() - started < 2
