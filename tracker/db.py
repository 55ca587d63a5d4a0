"""Engine, session, Base, column types; transactions that read, write and retry.

SQLite and PostgreSQL must give the same answers (trust.md, I21), so everything
in which they differ stands here, in `driver_sql.py` and in the scan path's two
stores, `services/scan_postgresql.py` and `services/scan_sqlite.py`.
"""

import fcntl
import json
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, registry
from sqlalchemy.types import TypeDecorator

from tracker import keys
from tracker.errors import UnavailableError

T = TypeVar("T")
Mode = Literal["read", "write"]

# SQLite forgets all of them with the connection, the journal's mode too (only WAL
# is remembered). TRUNCATE with FULL lost nothing in 1,000 simulated power cuts;
# WAL before SQLite 3.51.3 has a published corruption bug (trust.md).
SQLITE_PRAGMAS = (
    "foreign_keys = ON",
    "busy_timeout = 5000",
    "journal_mode = TRUNCATE",
    "synchronous = FULL",
    "secure_delete = ON",
    "trusted_schema = OFF",
)
POSTGRESQL_OPTIONS = (
    "-c statement_timeout=5s -c lock_timeout=3s "
    "-c idle_in_transaction_session_timeout=15s -c timezone=UTC"
)
RETRIES = 5
RETRY_SECONDS = 5.0
# Serialization failure, deadlock, lock not available.
RETRIED_STATES = {"40001", "40P01", "55P03"}
# Disk full, input or output error.
FULL_STATES = {"53100", "58030"}

# Which threads hold the write queue of which SQLite file.
Holder = tuple[str, int]
Ticket = tuple[int, Holder]  # the lock's file handle, and who holds it
_queued: set[Holder] = set()

transaction_mode: ContextVar[Mode] = ContextVar("transaction_mode", default="write")


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: aware and UTC in Python, UTC in the database."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse naive values: they are the classic lost hour."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - signature is SQLAlchemy's
        """Give back the zone that SQLite does not keep."""
        if value is None:
            return None
        moment: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.astimezone(UTC)


class SealedBytes(TypeDecorator[bytes]):
    """Bytes that only the master key opens; `place` is "table.column"."""

    impl = sa.LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        """Bind the ciphertext to its place, so that it opens nowhere else."""
        super().__init__()
        self.place = place

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:  # noqa: ARG002 - signature is SQLAlchemy's
        """Seal on the way in."""
        return (
            None if value is None else keys.ring().seal(self.place, self.encode(value))
        )

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 - signature is SQLAlchemy's
        """Open on the way out."""
        if value is None:
            return None
        return self.decode(keys.ring().open(self.place, bytes(value)))

    def encode(self, value: Any) -> bytes:
        """Turn the Python value into bytes."""
        return bytes(value)

    def decode(self, plain: bytes) -> Any:
        """Turn bytes into the Python value."""
        return plain


class Sealed(SealedBytes):
    """Text that only the master key opens."""

    cache_ok = True

    def encode(self, value: Any) -> bytes:
        """Encode as UTF-8."""
        return str(value).encode()

    def decode(self, plain: bytes) -> Any:
        """Decode UTF-8."""
        return plain.decode()


class SealedJSON(SealedBytes):
    """A JSON value that only the master key opens."""

    cache_ok = True

    def encode(self, value: Any) -> bytes:
        """Encode compactly."""
        return json.dumps(value, separators=(",", ":")).encode()

    def decode(self, plain: bytes) -> Any:
        """Decode."""
        return json.loads(plain)


def choice(kind: type[StrEnum], name: str) -> sa.Enum:
    """Make a column type for a closed list, which the database checks."""
    return sa.Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def new_public_id() -> str:
    """Make an id for addresses: 16 random characters, never a primary key."""
    return secrets.token_hex(8)


big_integer = sa.BigInteger().with_variant(sa.Integer, "sqlite")
json_type = sa.JSON()
intpk = Annotated[int, mapped_column(big_integer, primary_key=True)]
public_id = Annotated[
    str, mapped_column(sa.String(32), unique=True, default=new_public_id)
]

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Base(DeclarativeBase):
    """Parent of all models; knows the types that annotations stand for."""

    registry = registry(
        metadata=metadata,
        type_annotation_map={
            datetime: UTCDateTime,
            str: sa.Text(),
            bytes: sa.LargeBinary(),
            dict[str, Any]: json_type,
            list[str]: json_type,
        },
    )


db = SQLAlchemy(session_options={"expire_on_commit": False, "autoflush": True})


def init_app(app: Flask, url: str) -> None:
    """Attach the database at `url` to the application."""
    app.config["SQLALCHEMY_DATABASE_URI"] = normalised_url(url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


def normalised_url(url: str) -> str:
    """Name the psycopg driver where a plain PostgreSQL address was given."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def engine_options(url: str) -> dict[str, Any]:
    """Return what `create_engine` needs for the database at `url`."""
    if url.startswith("sqlite"):
        return {
            "connect_args": {"timeout": 5, "check_same_thread": False},
            "hide_parameters": True,
        }
    return {
        "hide_parameters": True,
        "connect_args": {"options": POSTGRESQL_OPTIONS, "connect_timeout": 3},
        "pool_pre_ping": False,
        "pool_size": 5,
        "max_overflow": 10,
    }


def prepare_engine(engine: Engine) -> None:
    """Make the engine begin as `transaction_mode` says, on either database."""
    sa.event.listen(engine, "begin", _begin)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", lambda c, _record: prepare_sqlite(c))
        sa.event.listen(engine, "checkin", _leave_queue_at_checkin)


def prepare_sqlite(connection: sqlite3.Connection) -> None:
    """Make SQLite keep the promises that PostgreSQL keeps by itself."""
    connection.isolation_level = None  # `_begin` says BEGIN, not the driver
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """Begin for reading (the database then refuses writes) or for writing."""
    mode = transaction_mode.get()
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        if mode == "write" and "queue" not in connection.info:
            connection.info["queue"] = enter_queue(connection.engine.url.database)
        driver.execute(f"PRAGMA query_only = {'ON' if mode == 'read' else 'OFF'}")
        driver.execute("BEGIN" if mode == "read" else "BEGIN IMMEDIATE")
    else:
        driver.read_only = mode == "read"


def enter_queue(path: str | None) -> Ticket | None:
    """Wait in the kernel's queue for the one write lock of the SQLite file at `path`.

    SQLite's own waiting polls and starves; a file lock is fair enough and cut
    the longest wait from 5,028 ms to 122 ms (trust.md). It is held until
    `leave_queue` is given the ticket; a killed process frees it at once.

    Raises:
        RuntimeError: this thread holds the lock already; it would wait for itself.
    """
    if not path or path == ":memory:":
        return None
    holder = (path, threading.get_ident())
    if holder in _queued:
        raise RuntimeError("a write transaction is already open in this thread")
    handle = os.open(f"{path}.queue", os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    _queued.add(holder)
    return handle, holder


def leave_queue(ticket: Ticket | None) -> None:
    """Let the next one write."""
    if ticket is not None:
        handle, holder = ticket
        _queued.discard(holder)
        os.close(handle)


def _leave_queue_at_checkin(_connection: object, record: Any) -> None:
    leave_queue(record.info.pop("queue", None))


@contextmanager
def reading() -> Iterator[None]:
    """Begin transactions for reading within this block: the database refuses writes."""
    token = transaction_mode.set("read")
    try:
        yield
    finally:
        transaction_mode.reset(token)


@contextmanager
def writing() -> Iterator[None]:
    """Begin transactions for writing within this block."""
    token = transaction_mode.set("write")
    try:
        yield
    finally:
        transaction_mode.reset(token)


@contextmanager
def reading_session() -> Iterator[Session]:
    """Lend a session of its own that reads and is closed at once.

    For the scan path, which must not hold a transaction while it waits to write.
    """
    with reading(), Session(db.engines[None], expire_on_commit=False) as session:
        yield session


def end_reading() -> None:
    """End the transaction and let go of every row before a page is rendered.

    A template that asks the database then fails loudly instead of holding a
    transaction open, or asking once per line.
    """
    db.session.close()


def is_passing(error: Exception) -> bool:
    """Say whether trying the whole unit of work again may succeed."""
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state:
        return state in RETRIED_STATES or state.startswith(("08", "57P"))
    return isinstance(error, OperationalError) and (
        "locked" in str(error.orig)
        or "busy" in str(error.orig)
        or (state is None and "connection" in str(error.orig))
    )


def is_out_of_room(error: DBAPIError) -> bool:
    """Say whether the disk takes no more, or fails: to be mended by people, not by us.

    A quota or a limit on the size of files has no state of its own on PostgreSQL.
    """
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        name = getattr(error.orig, "sqlite_errorname", "")
        return name == "SQLITE_FULL" or name.startswith("SQLITE_IOERR")
    words = ("could not extend file", "could not write")
    return state in FULL_STATES or any(each in str(error.orig) for each in words)


def retrying(work: Callable[[], T]) -> T:
    """Run a whole unit of work, again where the database was only busy.

    Every unit of work is idempotent: an error at COMMIT does not mean "not
    saved" (trust.md, unknown outcomes). At most five tries within five seconds.

    Raises:
        UnavailableError: still busy afterwards; nothing was acknowledged.
    """
    started = time.monotonic()
    for attempt in range(1, RETRIES + 1):
        try:
            return work()
        except DBAPIError as error:
            db.session.rollback()
            if not is_passing(error):
                raise
            pause = secrets.randbelow(1000) / 1000 * 0.05 * 2**attempt
            if attempt == RETRIES or time.monotonic() + pause - started > RETRY_SECONDS:
                raise UnavailableError from error
            time.sleep(pause)
    raise AssertionError("unreachable")


def insert_into(model: type[Base]) -> Any:
    """Begin an INSERT that knows ON CONFLICT, in the dialect of this database."""
    is_sqlite = db.session.connection().dialect.name == "sqlite"
    return (sqlite if is_sqlite else postgresql).insert(model)


def pairs_of(statement: sa.Select[Any, Any]) -> dict[Any, Any]:
    """Run a query for two columns and return the second by the first."""
    return {key: value for key, value in db.session.execute(statement)}  # noqa: C416 - rows unpack, dict() would not
