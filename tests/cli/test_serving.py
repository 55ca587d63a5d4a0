"""`tracker serve` and `tracker run`: real servers in processes of their own."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tracker.db import db
from tracker.services import database

pytestmark = pytest.mark.slow
TRACKER = Path(sys.executable).with_name("tracker")
START_SECONDS = 120  # the whole demo is loaded, beside other tests
END_SECONDS = 60  # the server kills a worker that has not ended after 30


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def started(terminal, *arguments):
    """Run a server until the block ends; its output goes to a file."""
    environ = os.environ | terminal.environ
    with (terminal.folder / "output").open("w") as output:
        process = subprocess.Popen(
            [TRACKER, *map(str, arguments)],
            cwd=terminal.folder,
            env=environ,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=END_SECONDS)


def read(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return answer.read().decode()


def await_ready(port, process):
    give_up_at = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up_at and process.poll() is None:
        with contextlib.suppress(OSError):
            return json.loads(read(port, "/readyz"))
        time.sleep(0.1)
    raise AssertionError("the server does not answer")


def output_of(terminal):
    return (terminal.folder / "output").read_text()


def test_the_server_answers_and_ends_at_sigterm(terminal, port):
    with started(terminal, "serve", "--port", port, "--workers", 1) as process:
        assert await_ready(port, process) == {"status": "ready"}
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=END_SECONDS) == 0

    said = f"Serving on http://127.0.0.1:{port}. Stop it with Ctrl-C or SIGTERM.\n"
    assert output_of(terminal) == said


def test_a_request_in_flight_is_finished_at_sigterm(terminal, port):
    body = json.dumps({"serial": "MC1-0000", "name": "Nobody"}).encode()
    head = (
        "POST /api/v1/certificates/verify HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    with started(terminal, "serve", "--port", port, "--workers", 1) as process:
        await_ready(port, process)
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(head.encode() + body[:5])
            time.sleep(0.5)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            connection.sendall(body[5:])
            answer = b"".join(iter(lambda: connection.recv(65536), b""))

        assert process.wait(timeout=END_SECONDS) == 0
    assert b'{"status":"no_match"' in answer.replace(b" ", b"")


def test_the_workers_of_a_killed_server_end_and_free_its_port(terminal, port):
    with started(terminal, "serve", "--port", port) as process:
        await_ready(port, process)
        process.kill()
        process.wait(timeout=10)

    with started(terminal, "serve", "--port", await_free(port)) as process:
        assert await_ready(port, process) == {"status": "ready"}


def await_free(port):
    give_up_at = time.monotonic() + 20
    while time.monotonic() < give_up_at:
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
        time.sleep(0.2)
    raise AssertionError("somebody still listens")


def test_a_database_behind_its_migrations_is_not_served(terminal, port):
    terminal.look(lambda: database.downgrade(db.engine, "base"))

    said = terminal.run("serve", "--port", str(port), code=1)

    assert said.stderr == (
        "The database is behind its migrations. Run: tracker upgrade\n"
    )


def test_a_port_that_is_taken_is_said(terminal):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        for command in ("serve", "run"):
            said = terminal.run(command, "--port", str(taken), code=1)
            assert f"Port {taken} of 127.0.0.1 cannot be used" in said.stderr


def test_everything_at_once_from_nothing_and_again(terminal, port):
    terminal.look(lambda: database.downgrade(db.engine, "base"))

    with started(terminal, "run", "--port", port) as process:
        await_ready(port, process)
        front = read(port, "/")
    first = output_of(terminal)
    with started(terminal, "run", "--port", port) as process:
        await_ready(port, process)
        invited = invite(terminal)
    again = output_of(terminal)

    assert invited.startswith(f"http://127.0.0.1:{port}/staff/invitation/")
    assert "/offerings/CSTAR-LIVE" in front
    assert f"http://127.0.0.1:{port}/local-mail" in first
    assert f"http://127.0.0.1:{port}/scan/pair/" in first
    assert "Loading the demo" in first
    assert "Loading the demo" not in again
    assert passphrase_in(first) == passphrase_in(again)
    assert "Traceback" not in first + again


def invite(terminal):
    """Invite somebody as in another terminal, which knows nothing of the port."""
    done = subprocess.run(
        [TRACKER, "users", "add", "new@example.org", "--role", "admin"],
        cwd=terminal.folder,
        env=os.environ | terminal.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_an_address_named_by_hand_is_not_kept(terminal, port, monkeypatch):
    monkeypatch.setenv("TRACKER_BASE_URL", "http://localhost:9999")

    with started(terminal, "serve", "--port", port) as process:
        await_ready(port, process)
    monkeypatch.setenv("TRACKER_BASE_URL", "")

    assert invite(terminal).startswith("http://127.0.0.1:5000/")


def passphrase_in(text):
    return next(line for line in text.splitlines() if "passphrase:" in line)
