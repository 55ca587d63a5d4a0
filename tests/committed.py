"""A committed database for tests with several processes: nothing is rolled back."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from tests.conftest import TEST_SECRET, TestClock, settings_for
from tests.databases import migrated_database
from tests.factories import NINE_AM
from tracker import create_app
from tracker.db import db


def make_url(engine: str, folder: Path) -> str:
    """Return the address of a new database, migrated and without rows."""
    return migrated_database(engine, folder)


def environment(url: str, folder: Path) -> dict[str, str]:
    """Return the environment with which another process meets the same application."""
    return {
        **os.environ,
        "TRACKER_DATABASE_URL": url,
        "TRACKER_INSTANCE": str(folder),
        "TRACKER_SECRET_KEY": TEST_SECRET,
    }


@contextmanager
def committed_app(url: str, folder: Path, **environ: str) -> Iterator[Flask]:
    """Give an application on a database, migrated before, in which commits are real."""
    app = create_app(settings_for(url, folder, **environ), clock=TestClock(NINE_AM))
    app.testing = True
    try:
        yield app
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
