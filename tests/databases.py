"""Databases of their own for tests: migrated once per process and engine, then copied.

To migrate takes most of a second of CPU, a copy some milliseconds. What migrations do,
to an empty database and to one with data, is for `tests/test_migrations.py`.
"""

import os
import secrets
import tempfile
from functools import cache
from pathlib import Path

import sqlalchemy as sa

from tracker.db import engine_options, prepare_engine
from tracker.services import database


def empty_database(engine: str, folder: Path) -> str:
    """Return the address of a new database without a schema."""
    if engine == "sqlite":
        return f"sqlite:///{folder / 'muster.db'}"
    return _postgresql()


def migrated_database(engine: str, folder: Path) -> str:
    """Return the address of a new database with every migration, and without rows."""
    if engine == "postgresql":
        return _postgresql(template=_migrated_postgresql())
    (folder / "muster.db").write_bytes(_migrated_sqlite())
    return empty_database(engine, folder)


def _postgresql(template: str | None = None) -> str:
    from tests import postgres  # noqa: PLC0415 - SQLite alone needs none

    name = f"t_{os.getpid()}_{secrets.token_hex(4)}"
    return postgres.create_database(name, template)


@cache
def _migrated_postgresql() -> str:
    """Migrate a database to be copied; return its name. Nobody else connects to it."""
    url = _postgresql()
    migrate(url)
    return str(sa.make_url(url).database)


@cache
def _migrated_sqlite() -> bytes:
    """Migrate a file to be copied; return what is in it."""
    with tempfile.TemporaryDirectory(prefix="muster_") as folder:
        migrate(empty_database("sqlite", Path(folder)))
        return Path(folder, "muster.db").read_bytes()


def migrate(url: str) -> None:
    """Give the database at `url` every migration."""
    engine = sa.create_engine(url, **engine_options(url))
    prepare_engine(engine)
    database.upgrade(engine)
    engine.dispose()
