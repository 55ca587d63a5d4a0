"""The live board: what a poll costs, and whether a hundred viewers slow the door."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from bench import limits
from bench.client import Connection, Plan, drive, head
from bench.cpu import counted
from bench.databases import Database, new_database
from bench.figures import Figure, Goal, Limit
from bench.scans import WARM_UP, door_heads, single_bodies
from bench.server import APPLICATION, THREADS, Server, serving
from bench.stage import Stage, running, set_stage
from tests.factories import make_user
from tracker.db import db
from tracker.models import Offering
from tracker.models.staff import Role
from tracker.services import sessions
from tracker.views.drawings import DRAWN_EVERY_SECONDS, LARGEST_FACTOR

PEOPLE = 2_000
POLL_SECONDS = 1.5
CHANGES = 15
VIEWERS = 100
SCAN_EVERY = 0.1  # seconds, at each of the eight doors: everybody is in after 25
WATCHED_SECONDS = 6.0
ALONE_SECONDS = 4.0


def polls(engine: str) -> Iterator[Figure]:
    """Poll the board of 2,000 people: unchanged, changed, and by a hundred at once."""
    threads = THREADS[engine]
    with new_database(engine) as database:
        with running(database):
            stage = set_stage(PEOPLE)
            viewer = _viewer_head(stage)
        doors, bodies = door_heads(stage, 8), single_bodies(stage.passes)
        with serving(APPLICATION, database.environment, threads) as server:
            drive(Plan(server.port, doors, POLL_SECONDS, bodies[:WARM_UP]))
            unchanged = _unchanged(database, server, viewer)
            first = WARM_UP + CHANGES + 1
            scans = bodies[WARM_UP:first]
            changed = _changed(database, server, (viewer, doors[0]), scans)
            alone, beside = _beside(server, viewer, doors, bodies[first:])
    bare = Limit("bare Flask", limits.bare_flask(threads).cpu_ms)
    yield Figure("unchanged poll, CPU", engine, unchanged, "ms", bare, Goal(1))
    yield Figure("scan and changed poll, CPU", engine, changed, "ms", bare, Goal(60))
    limit = Limit("without viewers", alone)
    name = f"p99 of a scan beside {VIEWERS} viewers"
    yield Figure(name, engine, beside, "ms", limit, Goal(25))


def _viewer_head(stage: Stage) -> bytes:
    """Sign an instructor in; return the beginning of the browser's polls."""
    now = datetime.now(UTC)
    offering = db.session.query(Offering).filter_by(code=stage.code).one()
    token = sessions.begin_session(make_user(Role.INSTRUCTOR, offering), now=now)
    db.session.commit()
    path = f"/staff/offerings/{stage.code}/attendance/live?filter=everyone&page=1"
    return head("GET", path, {"Cookie": f"muster={token}", "Accept-Encoding": "gzip"})


def _roots(database: Database, server: Server) -> list[int]:
    return [pid for pid in (server.pid, database.server_pid) if pid]


def _unchanged(database: Database, server: Server, viewer: bytes) -> float:
    """Return the CPU milliseconds of a poll that is answered 304."""
    heads = [viewer] * 8
    (first,) = drive(Plan(server.port, heads, 0.5))
    with counted(_roots(database, server)) as spent:
        (load,) = drive(Plan(server.port, heads, POLL_SECONDS, tag=first.tag))
    if load.outcomes["304"] != len(load.latencies):
        raise RuntimeError(f"the board changed by itself: {load.outcomes}")
    return 1000 * spent.seconds / len(load.latencies)


def _changed(
    database: Database,
    server: Server,
    heads: tuple[bytes, bytes],
    scans: Sequence[bytes],
) -> float:
    """Return the CPU milliseconds of a scan and the poll that shows it.

    The pauses are long enough for the board to be drawn anew each time.
    """
    viewer, door = (Connection(server.port, each) for each in heads)
    door.ask(scans[0])
    viewer.ask()
    with counted(_roots(database, server)) as spent:
        for scan in scans[1:]:
            time.sleep(DRAWN_EVERY_SECONDS * LARGEST_FACTOR)
            door.ask(scan)
            if viewer.ask().status != 200:
                raise RuntimeError("a poll did not show the scan before it")
    viewer.socket.close()
    door.socket.close()
    return 1000 * spent.seconds / (len(scans) - 1)


def _beside(
    server: Server, viewer: bytes, doors: list[bytes], bodies: Sequence[bytes]
) -> tuple[float, float]:
    """Return the scans' p99 in milliseconds: doors alone, and beside the viewers."""
    count = int(len(doors) * ALONE_SECONDS / SCAN_EVERY)
    plan = Plan(server.port, doors, ALONE_SECONDS, bodies[:count], SCAN_EVERY)
    (alone,) = drive(plan)
    scans = Plan(server.port, doors, WATCHED_SECONDS, bodies[count:], SCAN_EVERY)
    views = Plan(server.port, [viewer] * VIEWERS, WATCHED_SECONDS, every=1.0)
    beside, _ = drive(scans, views)
    return alone.percentile_ms(99), beside.percentile_ms(99)
