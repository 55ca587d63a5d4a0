"""A lean HTTP client in a process of its own: sockets, no library, no parsing.

Its work must not be counted as the server's and must be small beside it, so
requests are written by hand and answers are only searched for their outcomes.
"""

import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from statistics import quantiles

OUTCOMES = (b'"accepted"', b'"duplicate"', b'"held"', b'"refused"')
RECEIVE_BYTES = 1 << 18
STALLED_SECONDS = 20.0


@dataclass(frozen=True)
class Plan:
    """Requests for the server at `port`, over `len(tokens)` connections, for `seconds`.

    Connection n sends with token n. Each body is sent once; the run ends early
    where they are used up.
    """

    port: int
    path: str
    tokens: Sequence[str]
    bodies: Sequence[bytes]
    seconds: float


@dataclass
class Load:
    """What came back: how long it took, each answer's latency, outcomes by name."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile_ms(self, percent: int) -> float:
        """Return a percentile of the latencies, in milliseconds."""
        return 1000 * quantiles(self.latencies, n=100)[percent - 1]


class Connection:
    """One kept-alive connection that has at most one request under way."""

    def __init__(self, plan: Plan, token: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", plan.port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.head = (
            f"POST {plan.path} HTTP/1.1\r\nHost: 127.0.0.1:{plan.port}\r\n"
            f"Authorization: Bearer {token}\r\nAccept: application/json\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        ).encode()
        self.received = b""
        self.started = 0.0

    def send(self, body: bytes) -> None:
        """Send one request whole."""
        self.received = b""
        self.started = time.perf_counter()
        self.socket.sendall(self.head + b"%d\r\n\r\n" % len(body) + body)

    def receive(self) -> bytes | None:
        """Read on; return the answer's body once it is all there.

        Raises:
            RuntimeError: the server answered anything but 200, or closed.
        """
        piece = self.socket.recv(RECEIVE_BYTES)
        self.received += piece
        head, end, body = self.received.partition(b"\r\n\r\n")
        if not piece or (end and not head.startswith(b"HTTP/1.1 200")):
            raise RuntimeError(f"the server answered {self.received[:600]!r}")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        return body if end and len(body) >= int(length) else None


def drive(plan: Plan) -> Load:
    """Send the plan's requests from a new process and return what came back."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_drive, plan).result()


def _drive(plan: Plan) -> Load:
    load, waiting = Load(), deque(plan.bodies)
    with selectors.DefaultSelector() as selector:
        for token in plan.tokens:
            connection = Connection(plan, token)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        started = time.perf_counter()
        for key in selector.get_map().values():
            key.data.send(waiting.popleft())
        for connection, body in _answers(selector):
            now = time.perf_counter()
            load.latencies.append(now - connection.started)
            for outcome in OUTCOMES:
                if found := body.count(outcome):
                    load.outcomes[outcome.decode().strip('"')] += found
            if waiting and now - started < plan.seconds:
                connection.send(waiting.popleft())
            else:
                selector.unregister(connection.socket)
                connection.socket.close()
        load.seconds = time.perf_counter() - started
    return load


def _answers(selector: selectors.BaseSelector) -> Iterator[tuple[Connection, bytes]]:
    """Yield each answer as it comes, until no connection is left."""
    while selector.get_map():
        ready = selector.select(STALLED_SECONDS)
        if not ready:
            raise RuntimeError(f"no answer within {STALLED_SECONDS:.0f} s")
        for key, _ in ready:
            body = key.data.receive()
            if body is not None:
                yield key.data, body
