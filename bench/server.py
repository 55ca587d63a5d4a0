"""A server process under measurement, started as in production."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

START_SECONDS = 30
STOP_SECONDS = 15
APPLICATION = "tracker:create_app"
WORKERS = 2
THREADS = {"postgresql": 4, "sqlite": 1}


@dataclass(frozen=True)
class Server:
    """A running server: where it listens, and the process that holds all of it."""

    port: int
    pid: int


@contextmanager
def serving(
    application: str, environment: Mapping[str, str], threads: int
) -> Iterator[Server]:
    """Serve an application factory, `module:name`, for as long as the block lasts."""
    port = _free_port()
    command = [
        *(sys.executable, "-m", "granian", application),
        *("--factory", "--interface", "wsgi", "--http", "1", "--no-ws"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(WORKERS), "--blocking-threads", str(threads)),
        *("--log-level", "warning"),
    ]
    # In a session of its own: Ctrl-C is for us alone, and we end all of it.
    process = subprocess.Popen(command, env=dict(environment), start_new_session=True)
    try:
        _await(port, process)
        yield Server(port, process.pid)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the server, by force with its workers if it takes too long."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until every worker answers.

    Raises:
        RuntimeError: the server ended, or took too long.
    """
    give_up_at = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < give_up_at:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server did not start")
