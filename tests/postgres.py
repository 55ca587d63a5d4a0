"""One PostgreSQL for a whole test run.

Whoever asks first starts it, and all workers of one pytest-xdist run share it. A
keeper, a process of its own, stops it and removes its data once the run is gone,
however the run ended, so that not even a killed one leaves anything behind.

The server is durable (fsync on), as in production, because the promises that are
tested rest on it. It lives in the system's temporary folder.
"""

import contextlib
import fcntl
import functools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from tests.postgres_server import conninfo, is_ready, running_server, url_in

__all__ = [
    "conninfo",
    "create_database",
    "drop_database",
    "maintenance",
    "running_server",
    "server_uri",
]


def server_uri() -> str:
    """Return the address of the run's maintenance database, starting the server.

    The form, `postgresql+psycopg://…?host=<folder>`, is SQLAlchemy's; psycopg
    itself takes `conninfo(url)`.
    """
    return url_in(shared_folder(owner_of_run()), "postgres")


def create_database(name: str, template: str | None = None) -> str:
    """Create a database, as a copy of `template` if one is named.

    Nobody may be connected to the template: dispose of its engine first.

    Returns:
        The address of the new database, in the form of `server_uri`.
    """
    command = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    names = (sql.Identifier(name), sql.Identifier(template or "template0"))
    with maintenance() as connection:
        connection.execute(command.format(*names))
    return url_in(shared_folder(owner_of_run()), name)


def drop_database(name: str) -> None:
    """Drop a database, ending the connections it still has."""
    command = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    with maintenance() as connection:
        connection.execute(command.format(sql.Identifier(name)))


@contextlib.contextmanager
def maintenance() -> Iterator[psycopg.Connection]:
    """Connect to the run's maintenance database, outside any transaction."""
    with psycopg.connect(conninfo(server_uri()), autocommit=True) as connection:
        yield connection


def owner_of_run() -> int:
    """The process that the server is for: pytest, or xdist's controller."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


@functools.cache
def shared_folder(owner: int) -> Path:
    """Return where the run's server lives, starting it if nobody has yet."""
    folder = Path(tempfile.gettempdir(), f"muster-postgres-{owner}")
    with lock_path(folder).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_ready(folder):
            shutil.rmtree(folder, ignore_errors=True)
            start_keeper(folder, owner)
    return folder


def lock_path(folder: Path) -> Path:
    """Workers take turns on this file when they ask for the server."""
    return folder.with_suffix(".lock")


def start_keeper(folder: Path, owner: int) -> None:
    """Start the keeper and wait until its server answers.

    Raises:
        RuntimeError: it does not; the message is what the server said.
    """
    with tempfile.TemporaryFile("w+") as output:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.postgres", str(folder), str(owner)],
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C is for pytest; the keeper sees it end
        )
        while not is_ready(folder):
            if keeper.poll() is not None:
                output.seek(0)
                raise RuntimeError(f"PostgreSQL did not start:\n{output.read()}")
            time.sleep(0.02)
    # It outlives this process on purpose; tell Popen not to mind.
    keeper.returncode = 0


def keep(folder: Path, owner: int) -> None:
    """Run a server for as long as the process `owner` lives."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        with running_server(folder):
            while is_alive(owner):
                time.sleep(0.2)
    finally:
        lock_path(folder).unlink(missing_ok=True)


def is_alive(pid: int) -> bool:
    """Say whether a process of ours still exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]))
