"""Cost in size: the same check-in in an empty database, and in a large one."""

from collections.abc import Iterator

import sqlalchemy as sa

from bench import crowd
from bench.databases import Database, new_database
from bench.figures import Figure, Goal, Limit
from bench.scans import WARM_UP, Measured, door_heads, measure, single_bodies
from bench.server import APPLICATION, THREADS, serving
from bench.stage import Stage, running, set_stage
from tracker.db import db
from tracker.models import Offering, Scan

CHECK_INS = 1_500  # in each of the two
PEOPLE = 2 * (WARM_UP + CHECK_INS)


def check_ins(engine: str) -> Iterator[Figure]:
    """Check the same number of people in before the crowd comes, and after."""
    with new_database(engine) as database:
        with running(database):
            stage = set_stage(PEOPLE)
        half = PEOPLE // 2
        empty = _measure(database, stage, stage.passes[:half])
        crowd.gather(database, stage)
        with running(database):
            scans, offerings = _count(Scan), _count(Offering)
        large = _measure(database, stage, stage.passes[half:])
    name = f"check-in among {scans:,} scans, {offerings:,} offerings"
    limit = Limit("empty", empty.cpu_ms)
    yield Figure(f"{name}, CPU", engine, large.cpu_ms, "ms", limit)
    ratio = large.cpu_ms / empty.cpu_ms
    yield Figure(
        "check-in there, of an empty one's", engine, ratio, "", None, Goal(1.2)
    )


def _measure(database: Database, stage: Stage, passes: tuple[str, ...]) -> Measured:
    heads, bodies = door_heads(stage, 8), single_bodies(passes)
    with serving(APPLICATION, database.environment, THREADS[database.engine]) as server:
        measure(database, server, heads, bodies[:WARM_UP])
        return measure(database, server, heads, bodies[WARM_UP:])


def _count(model: type[Scan] | type[Offering]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0
