"""Scans: one by one as at the door, and in the batches of a door that was offline."""

import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import psycopg

from bench import limits
from bench.client import Load, Plan, drive, head
from bench.cpu import counted
from bench.databases import Database, new_database
from bench.figures import Figure, Goal, Limit
from bench.server import APPLICATION, THREADS, Server, serving
from bench.stage import OPEN_SEGMENT, Stage, running, set_stage
from tests.postgres import conninfo

PEOPLE = 6_000
WARM_UP = 400
SECONDS = 4.0
WATCHED = 200  # requests whose statements are counted
BATCH = 500
BATCH_PEOPLE = 5_000
BATCHES_AT_ONCE = 4
RATES = {"postgresql": (1_000, 30_000), "sqlite": (600, 40_000)}


@dataclass(frozen=True)
class Measured:
    """A load, and the CPU milliseconds of server and database for each answer."""

    load: Load
    cpu_ms: float


def door_heads(stage: Stage, count: int) -> list[bytes]:
    """Return the beginning of each door's requests."""
    return [
        head(
            "POST",
            stage.path,
            {
                "Authorization": f"Bearer {token}",
                "Accept": "application/json",
                "Content-Type": "application/json",
            },
        )
        for token in stage.doors[:count]
    ]


def single_bodies(passes: Sequence[str]) -> list[bytes]:
    """Return a request for each pass: checked in now, at the open segment."""
    now = datetime.now(UTC)
    return [_body([scan], OPEN_SEGMENT, now) for scan in passes]


def _body(passes: Sequence[str], segment: int, at: datetime) -> bytes:
    scans = [
        {
            "id": str(uuid4()),
            "pass": each,
            "segment": segment,
            "scanned_at": at.isoformat(),
        }
        for each in passes
    ]
    return json.dumps({"scans": scans}).encode()


def measure(
    database: Database, server: Server, heads: list[bytes], bodies: Sequence[bytes]
) -> Measured:
    """Send bodies until they are used up or the time is; every scan must count.

    Raises:
        RuntimeError: a scan was answered with anything but "accepted".
    """
    roots = [pid for pid in (server.pid, database.server_pid) if pid]
    with counted(roots) as spent:
        (load,) = drive(Plan(server.port, heads, SECONDS, bodies))
    if set(load.outcomes) != {"200", "accepted"}:
        raise RuntimeError(f"not every scan was accepted: {load.outcomes}")
    return Measured(load, 1000 * spent.seconds / len(load.latencies))


def check_ins(engine: str) -> Iterator[Figure]:
    """Check in one by one: eight connections, each request a different pass."""
    threads = THREADS[engine]
    with new_database(engine) as database:
        with running(database):
            stage = set_stage(PEOPLE)
        heads, bodies = door_heads(stage, 8), single_bodies(stage.passes)
        with serving(APPLICATION, database.environment, threads) as server:
            measure(database, server, heads, bodies[:WARM_UP])
            watched, timed = bodies[WARM_UP:][:WATCHED], bodies[WARM_UP + WATCHED :]
            statements = _count_statements(database, server, heads, watched)
            found = measure(database, server, heads, timed)
        inserts = limits.single_inserts(database)
    bare = limits.bare_flask(threads)
    plain, flask = Limit("plain inserts", inserts), Limit("bare Flask", bare.cpu_ms)
    load, least = found.load, Goal(RATES[engine][0], is_least=True)
    yield Figure("check-ins", engine, load.per_second, "/s", plain, least)
    rate = Limit("bare Flask", bare.per_second)
    yield Figure("check-ins", engine, load.per_second, "/s", rate)
    yield Figure("check-in, CPU", engine, found.cpu_ms, "ms", flask, Goal(1.8))
    yield Figure("check-in, median", engine, load.percentile_ms(50), "ms")
    yield Figure("check-in, p99", engine, load.percentile_ms(99), "ms", None, Goal(20))
    if statements is not None:
        yield Figure("check-in, statements", engine, statements, "", None, Goal(3))


def _count_statements(
    database: Database, server: Server, heads: list[bytes], bodies: Sequence[bytes]
) -> float | None:
    """Let PostgreSQL log every statement of some check-ins; return how many each has.

    None on SQLite, where a statement is no round trip. BEGIN and COMMIT would count.
    """
    if database.server_log is None:
        return None
    with psycopg.connect(conninfo(database.url), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET log_statement = 'all'")
        connection.execute("SELECT pg_reload_conf()")
        time.sleep(0.5)  # until every process of the server has read it
        before = database.server_log.stat().st_size
        done = len(measure(database, server, heads, bodies).load.latencies)
        with database.server_log.open("rb") as log:
            log.seek(before)
            count = len(re.findall(rb"LOG:  (?:statement|execute)", log.read()))
        connection.execute("ALTER SYSTEM RESET log_statement")
        connection.execute("SELECT pg_reload_conf()")
        time.sleep(0.5)
    return count / done


def batches(engine: str) -> Iterator[Figure]:
    """Hand in batches of 500 kept scans, four at once, each scan a new check-in."""
    with new_database(engine) as database:
        with running(database):
            stage = set_stage(BATCH_PEOPLE, is_past=True)
        heads, bodies = door_heads(stage, BATCHES_AT_ONCE), list(_batches(stage))
        with serving(APPLICATION, database.environment, THREADS[engine]) as server:
            measure(database, server, heads, bodies[:8])
            found = measure(database, server, heads, bodies[8:])
        rows = limits.bulk_inserts(database, BATCH)
    rate, bulk = found.load.per_second * BATCH, Limit("bulk inserts", rows)
    least = Goal(RATES[engine][1], is_least=True)
    yield Figure("scans in batches", engine, rate, "/s", bulk, least)
    share, third = rate / rows, Goal(1 / 3, is_least=True)
    yield Figure("scans in batches, of bulk inserts", engine, share, "", None, third)
    yield Figure("scan in a batch, CPU", engine, found.cpu_ms / BATCH, "ms")


def _batches(stage: Stage) -> Iterator[bytes]:
    """Yield each segment's scans, 500 people at a time."""
    for segment in stage.starts:
        for first in range(0, len(stage.passes), BATCH):
            people = stage.passes[first : first + BATCH]
            yield _body(people, segment, stage.moment_in(segment))
