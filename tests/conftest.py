"""The application on both engines, each test in one transaction that is rolled back."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Connection
from werkzeug.test import TestResponse

from tests.databases import migrated_database
from tests.factories import NINE_AM
from tracker import create_app
from tracker.config import Settings, read_settings
from tracker.db import db, writing
from tracker.services import schedules

TEST_SECRET = "a secret for tests only, 0123456789 abcdefghijklmnop"
ENGINES = ("sqlite", "postgresql")


class TestClock:
    """The one injected clock; a test moves it."""

    __test__ = False

    def __init__(self, moment: datetime = NINE_AM) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


class Browser(FlaskClient):
    """A test client whose every request stands alone, as in production.

    Inside the test's application context Flask would hand all requests the same
    `g`, and with it the first one's sign-in, form token and database session.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request in a context of its own."""
        with self.application.app_context():
            return super().open(*args, **kwargs)


def settings_for(url: str, instance: Path, **environ: str) -> Settings:
    """Settings as a test's environment would give them."""
    return read_settings(
        {
            "TRACKER_INSTANCE": str(instance),
            "TRACKER_DATABASE_URL": url,
            "TRACKER_SECRET_KEY": TEST_SECRET,
            **environ,
        }
    )


@pytest.fixture(scope="session", params=ENGINES)
def shared_app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """One application per engine and worker, on a migrated, empty database."""
    with tempfile.TemporaryDirectory(prefix="muster_") as folder:
        instance = Path(folder)
        url = migrated_database(request.param, instance)
        app = create_app(settings_for(url, instance), clock=TestClock())
        app.testing = True
        app.test_client_class = Browser
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def clock(shared_app: Flask) -> TestClock:
    """The application's clock, at nine on the first morning."""
    clock: TestClock = shared_app.extensions["clock"]
    clock.moment = NINE_AM
    return clock


@contextmanager
def rolled_back(shared_app: Flask) -> Iterator[None]:
    """Run a block inside a transaction that is rolled back afterwards."""
    schedules.cached_schedule.cache_clear()  # SQLite gives a rolled-back id again
    with shared_app.app_context():
        engine = db.engine
        engines: dict[Any, Any] = db._app_engines[shared_app]  # noqa: SLF001 - it has no public name
        with writing(), engine.connect() as connection:
            transaction = connection.begin()
            engines[None] = connection
            db.session.configure(join_transaction_mode="create_savepoint")
            try:
                yield
            finally:
                db.session.remove()
                engines[None] = engine
                transaction.rollback()


@pytest.fixture
def app(shared_app: Flask, clock: TestClock) -> Iterator[Flask]:
    """The application inside a transaction that is rolled back afterwards."""
    with rolled_back(shared_app):
        yield shared_app


@pytest.fixture
def session(app: Flask) -> Any:
    """The session of the test's transaction."""
    return db.session


@pytest.fixture
def connection(app: Flask) -> Connection:
    """The test's outer connection."""
    return db.session.connection()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript; CSRF is on, as in production."""
    return app.test_client()
