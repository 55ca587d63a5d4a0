"""A lean HTTP client in a process of its own: sockets, no library, no parsing.

Its work must not be counted as the server's and must be small beside it, so
requests are written by hand and answers are only searched for their outcomes.
"""

import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from statistics import quantiles
from typing import NamedTuple

from bench import crew

OUTCOMES = (b'"accepted"', b'"duplicate"', b'"held"', b'"refused"')
RECEIVE_BYTES = 1 << 18
STALLED_SECONDS = 20.0


@dataclass(frozen=True)
class Plan:
    """Requests for the server at `port`, over `len(heads)` connections, for `seconds`.

    Connection n begins its requests with head n. With `bodies`, each body is sent
    once, and the run ends early where they are used up; without, the heads are
    sent again and again, each time with the newest ETag (`tag` at first).

    Args:
        every: seconds from one request of a connection to its next; 0: at once.
            Latency then counts from when a request was due, not from when it was
            sent, so that a server that stalls does not hide what it kept waiting.
    """

    port: int
    heads: Sequence[bytes]
    seconds: float
    bodies: Sequence[bytes] | None = None
    every: float = 0.0
    tag: bytes = b""


class Answer(NamedTuple):
    """An answer: its status, its ETag (empty if none), its body as received."""

    status: int
    tag: bytes
    body: bytes


@dataclass
class Load:
    """What came back: how long it took, each answer's latency, what they said.

    `outcomes` counts outcomes of scans and statuses ("200", "304") by name.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    tag: bytes = b""

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile_ms(self, percent: int) -> float:
        """Return a percentile of the latencies, in milliseconds."""
        return 1000 * quantiles(self.latencies, n=100)[percent - 1]

    def note(self, answer: Answer, latency: float) -> None:
        """Count one answer."""
        self.latencies.append(latency)
        self.outcomes[str(answer.status)] += 1
        self.tag = answer.tag or self.tag
        for outcome in OUTCOMES:
            if found := answer.body.count(outcome):
                self.outcomes[outcome.decode().strip('"')] += found


def head(method: str, path: str, headers: Mapping[str, str]) -> bytes:
    """Write the beginning of a request: all that is the same each time."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n").encode()


class Connection:
    """One kept-alive connection that has at most one request under way."""

    def __init__(self, port: int, beginning: bytes, tag: bytes = b"") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.head = beginning
        self.tag = tag
        self.received = b""
        self.due = 0.0

    def send(self, body: bytes | None) -> None:
        """Send one request whole; None: one without a body."""
        self.received = b""
        if body is not None:
            rest = b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        else:
            rest = b"If-None-Match: %b\r\n\r\n" % self.tag if self.tag else b"\r\n"
        self.socket.sendall(self.head + rest)

    def receive(self) -> Answer | None:
        """Read on; return the answer once it is all there.

        Raises:
            RuntimeError: the server answered anything but 200 or 304, or closed.
        """
        piece = self.socket.recv(RECEIVE_BYTES)
        self.received += piece
        beginning, end, body = self.received.partition(b"\r\n\r\n")
        status = beginning[9:12]
        if not piece or (end and status not in {b"200", b"304"}):
            raise RuntimeError(f"the server answered {self.received[:600]!r}")
        lower = beginning.lower()
        length = int(_header(lower, b"content-length") or b"0")
        if not end or len(body) < length:
            return None
        start = lower.find(b"\r\netag:")
        tag = beginning[start + 7 :].partition(b"\r\n")[0].strip() if start > 0 else b""
        self.tag = tag or self.tag
        return Answer(int(status), tag, body)

    def ask(self, body: bytes | None = None) -> Answer:
        """Send one request and wait for its answer."""
        self.send(body)
        while (answer := self.receive()) is None:
            pass
        return answer


def _header(lower: bytes, name: bytes) -> bytes:
    return lower.partition(b"\r\n" + name + b":")[2].partition(b"\r\n")[0].strip()


def drive(*plans: Plan) -> list[Load]:
    """Carry plans out, all at once, each in a new process; return what came back."""
    return crew.run_all(_drive, plans)


def _drive(plan: Plan) -> Load:
    load = Load(tag=plan.tag)
    with selectors.DefaultSelector() as selector:
        waiting = _connections(plan, selector)
        bodies = deque(plan.bodies or ())
        started = time.perf_counter()
        busy = 0
        while waiting or busy:
            now = time.perf_counter()
            while waiting and waiting[0][0] <= now:
                connection = heappop(waiting)[2]
                is_over = plan.bodies is not None and not bodies
                if is_over or now - started > plan.seconds:
                    selector.unregister(connection.socket)
                    connection.socket.close()
                else:
                    connection.send(bodies.popleft() if bodies else None)
                    busy += 1
            pause = waiting[0][0] - now if waiting else STALLED_SECONDS
            for connection, answer in _answers(selector, pause, busy):
                busy -= 1
                now = time.perf_counter()
                load.note(answer, now - connection.due)
                connection.due = max(connection.due + plan.every, now)
                heappush(waiting, (connection.due, id(connection), connection))
        load.seconds = time.perf_counter() - started
    return load


Waiting = list[tuple[float, int, Connection]]


def _connections(plan: Plan, selector: selectors.BaseSelector) -> Waiting:
    """Connect; where requests are paced, the first ones come one after the other."""
    waiting: Waiting = []
    for beginning in plan.heads:
        connection = Connection(plan.port, beginning, plan.tag)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        waiting.append((0.0, id(connection), connection))
    now = time.perf_counter()
    for n, (_, key, connection) in enumerate(waiting):
        connection.due = now + n * plan.every / len(waiting)
        waiting[n] = (connection.due, key, connection)
    heapify(waiting)
    return waiting


def _answers(
    selector: selectors.BaseSelector, pause: float, busy: int
) -> Iterator[tuple[Connection, Answer]]:
    """Yield the answers that come within the pause."""
    if not selector.get_map():
        return
    ready = selector.select(min(max(pause, 0.0), STALLED_SECONDS))
    if not ready and busy and pause >= STALLED_SECONDS:
        raise RuntimeError(f"no answer within {STALLED_SECONDS:.0f} s")
    for key, _ in ready:
        answer = key.data.receive()
        if answer is not None:
            yield key.data, answer
