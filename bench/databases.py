"""The two databases that are measured, as durable as in production."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from tests import postgres
from tracker import create_app
from tracker.config import read_settings
from tracker.db import db
from tracker.services import database

ENGINES = ("postgresql", "sqlite")
SECRET = "a secret for benchmarks only, 0123456789 abcdefghijkl"  # noqa: S105 - guards nothing


@dataclass(frozen=True)
class Database:
    """A migrated database, and the process of its server (None for SQLite)."""

    engine: str
    url: str
    folder: Path
    server_pid: int | None

    @property
    def server_log(self) -> Path | None:
        """Where PostgreSQL says what it is told to log."""
        if self.server_pid is None:
            return None
        return _server_folder(self.url) / "log"

    @property
    def environment(self) -> Mapping[str, str]:
        """What another process needs to meet the same application."""
        return {
            **os.environ,
            "TRACKER_DATABASE_URL": self.url,
            "TRACKER_INSTANCE": str(self.folder),
            "TRACKER_SECRET_KEY": SECRET,
        }

    def app(self) -> Flask:
        """Build the application on this database."""
        return create_app(read_settings(self.environment))


@contextmanager
def new_database(engine: str) -> Iterator[Database]:
    """Make an empty database with the newest schema; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as name:
        folder = Path(name)
        if engine == "sqlite":
            yield _migrated(
                Database(engine, f"sqlite:///{folder}/muster.db", folder, None)
            )
        else:
            with postgres.running_server() as url:
                yield _migrated(Database(engine, url, folder, _postmaster(url)))


def _server_folder(url: str) -> Path:
    return Path(url.partition("?host=")[2])


def _postmaster(url: str) -> int:
    text = (_server_folder(url) / "data" / "postmaster.pid").read_text()
    return int(text.split()[0])


def _migrated(made: Database) -> Database:
    with made.app().app_context():
        database.upgrade(db.engine)
        db.engine.dispose()
    return made
