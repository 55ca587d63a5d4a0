"""What fault tests kill: a served application and a PostgreSQL, each their own."""

import contextlib
import os
import random  # noqa: TID251 - the same victims must come again for a seed
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests import postgres_server

STARTS = 50
PROC = Path("/proc")


class Database:
    """PostgreSQL that can be killed, and comes back on the same data."""

    def __init__(self, folder: Path, largest_file: int | None = None) -> None:
        self.folder = folder
        self.largest_file = largest_file
        self.process = postgres_server.start(
            folder, durable=True, largest_file=largest_file
        )
        postgres_server.await_ready(folder, self.process)
        self.url = postgres_server.url_in(folder, "postgres")

    def kill_backend(self, choose: random.Random) -> None:
        """Kill one connection's process: the server then restarts all of them."""
        backends = [
            pid
            for pid, command in children(self.process.pid)
            if "postgres: postgres" in command
        ]
        if backends:
            kill(choose.choice(backends))

    def kill_all(self) -> None:
        """Kill the whole server at once, as a power cut of the machine would."""
        for pid, _ in [*children(self.process.pid), (self.process.pid, "")]:
            kill(pid)
        self.process.wait()
        for _ in range(STARTS):
            self.process = postgres_server.launch(self.folder, durable=True)
            with contextlib.suppress(RuntimeError):  # an old process is not gone yet
                return postgres_server.await_ready(self.folder, self.process)
            time.sleep(0.1)
        raise RuntimeError("PostgreSQL did not start after it was killed")

    def lift_limit(self) -> None:
        """Start it again without a limit on the size of files."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        self.process = postgres_server.launch(self.folder, durable=True)
        postgres_server.await_ready(self.folder, self.process)

    def stop(self) -> None:
        """End it; its data is thrown away."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()


class Application:
    """`tracker serve` in processes of its own, started again when it was killed."""

    def __init__(
        self, environ: Mapping[str, str], largest_file: int | None = None
    ) -> None:
        self.environ = environ
        self.largest_file = largest_file
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.start()

    def start(self) -> None:
        """Start it, once nobody holds its port; clients wait by trying again."""
        await_free(self.port)
        tracker = Path(sys.executable).with_name("tracker")
        command = [str(tracker), "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(
            postgres_server.limited(command, self.largest_file),
            env=dict(self.environ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def keep_running(self) -> None:
        """Start it again if it has ended, as whatever runs it in production does.

        It ends by itself where a worker dies twice within a few seconds.
        """
        if self.process.poll() is not None:
            self.start()

    def workers(self) -> list[int]:
        """Return the processes that answer."""
        return [pid for pid, text in children(self.process.pid) if "spawn_main" in text]

    def kill_worker(self, choose: random.Random) -> None:
        """Kill one worker; the server starts another."""
        if workers := self.workers():
            kill(choose.choice(workers))

    def kill_all(self) -> None:
        """Kill the server with its workers, and start it again."""
        for pid in [*self.workers(), self.process.pid]:
            kill(pid)
        self.process.wait()
        self.start()

    def stop(self) -> None:
        """End it in order."""
        self.process.terminate()
        self.process.wait(40)


def await_free(port: int) -> None:
    """Wait until nobody holds a port: workers outlive their server for an instant."""
    for _ in range(400):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return
        time.sleep(0.05)
    raise RuntimeError("the killed server's port is still held")


def children(parent: int) -> list[tuple[int, str]]:
    """Return a process's children with their commands; the same on every Unix."""
    rows = from_proc() if PROC.joinpath("self/stat").exists() else from_ps()
    return [(pid, command) for pid, above, command in rows if above == parent]


def from_proc() -> Iterator[tuple[int, int, str]]:
    """Yield process, parent and command as Linux says them; `ps` may be missing."""
    for folder in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has just ended
            stat = folder.joinpath("stat").read_text()
            command = folder.joinpath("cmdline").read_bytes().replace(b"\0", b" ")
            parent = stat.rpartition(")")[2].split()[1]  # the name may hold spaces
            yield int(folder.name), int(parent), command.decode(errors="replace")


def from_ps() -> Iterator[tuple[int, int, str]]:
    """Yield the same elsewhere."""
    listing = subprocess.run(
        ["/bin/ps", "-Ao", "pid=,ppid=,command="],
        check=True,
        capture_output=True,
        text=True,
    )
    for line in listing.stdout.splitlines():
        pid, parent, *command = line.split(None, 2)
        yield int(pid), int(parent), "".join(command)


def kill(pid: int) -> None:
    """End a process at once; it may have ended by itself."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def own_postgresql(largest_file: int | None = None) -> Iterator[Database]:
    """Run a PostgreSQL of one's own, to be killed."""
    with tempfile.TemporaryDirectory(prefix="muster-kills-") as outer:
        Path(outer).chmod(0o755)  # the server's account must reach its folder
        folder = Path(outer, "server")
        folder.mkdir(mode=0o700)
        database = Database(folder, largest_file)
        try:
            yield database
        finally:
            database.stop()
