"""Many other offerings around the one that is measured, copied within the database.

Every row is a copy of one of the stage's, with ids and keys of its own, so that
tables and indexes are as big as real ones would be; nobody opens what is sealed there.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import psycopg
import sqlalchemy as sa

from bench.databases import Database
from bench.stage import Stage
from tests.postgres import conninfo
from tracker.db import Base

OFFERINGS = 999
PEOPLE = 40  # of each offering
SCANS = 25  # of each person
SEGMENTS = 13
FIRST_ID = 1_000_000

COUNTED = """
WITH RECURSIVE
  offering (o) AS (SELECT 0 UNION ALL SELECT o + 1 FROM offering WHERE o + 1 < {0}),
  seat (p) AS (SELECT 0 UNION ALL SELECT p + 1 FROM seat WHERE p + 1 < {1}),
  part (s) AS (SELECT 0 UNION ALL SELECT s + 1 FROM part WHERE s + 1 < {2})
"""

# The ids of the rows that belong together. The first row of each kind is the stage's.
OFFERING = f"{FIRST_ID} + o"
SEAT = f"{FIRST_ID} + o * {PEOPLE} + p"
SEGMENT = f"{FIRST_ID} + o * {SEGMENTS} + s % {SEGMENTS}"

# Neither check foreign keys nor wait for the disk while the crowd gathers.
HURRY = {
    "postgresql": (
        "SET session_replication_role = replica",
        "SET synchronous_commit = off",
    ),
    "sqlite": (
        "PRAGMA foreign_keys = OFF",
        "PRAGMA journal_mode = OFF",
        "PRAGMA synchronous = OFF",
    ),
}
SETTLE = {"postgresql": ("VACUUM ANALYZE", "CHECKPOINT"), "sqlite": ("ANALYZE",)}
BLOBS = {"postgresql": "sha256(({})::text::bytea)", "sqlite": "randomblob(32)"}


def gather(database: Database, stage: Stage) -> None:
    """Add 999 offerings with people, attendance and nearly a million scans, committed.

    The stage must hold one scan already. Foreign keys are right, but not checked.
    """
    engine = database.engine
    with closing(_connect(database)) as connection:
        for statement in HURRY[engine]:
            connection.execute(statement)
        for table, sizes, values in _copies(BLOBS[engine].format):
            connection.execute(_copying(table, sizes, values, stage.code))
        for statement in SETTLE[engine]:
            connection.execute(statement)


def _connect(database: Database) -> Any:
    """Connect as the driver does, without a transaction."""
    if database.engine == "sqlite":
        path = sa.make_url(database.url).database or ""
        return sqlite3.connect(path, isolation_level=None)
    return psycopg.connect(conninfo(database.url), autocommit=True)


Copies = tuple[str, tuple[int, int, int], Mapping[str, str]]


def _copies(blob: Any) -> list[Copies]:
    """List the tables: how many rows of each, and what differs from the copied one."""
    seats, parts = (OFFERINGS, PEOPLE, 1), (OFFERINGS, 1, SEGMENTS)
    hex_id = "'crowd-' || ({})"
    whose = {"offering_id": OFFERING, "enrollment_id": SEAT}
    return [
        (
            "offerings",
            (OFFERINGS, 1, 1),
            {"id": OFFERING, "code": hex_id.format(OFFERING)},
        ),
        ("offering_counters", (OFFERINGS, 1, 1), {"offering_id": OFFERING}),
        (
            "segments",
            parts,
            {"id": SEGMENT, "offering_id": OFFERING, "number": "s + 1"},
        ),
        ("segment_versions", parts, {"id": SEGMENT, "segment_id": SEGMENT}),
        (
            "people",
            seats,
            {"id": SEAT, "public_id": hex_id.format(SEAT), "email_digest": blob(SEAT)},
        ),
        (
            "enrollments",
            seats,
            {
                "id": SEAT,
                "public_id": hex_id.format(SEAT),
                "offering_id": OFFERING,
                "person_id": SEAT,
            },
        ),
        (
            "passes",
            seats,
            {"id": SEAT, "secret_id": blob(SEAT), "fingerprint": blob(SEAT), **whose},
        ),
        (
            "attendance",
            (OFFERINGS, PEOPLE, SEGMENTS),
            {"enrollment_id": SEAT, "segment_id": SEGMENT},
        ),
        (
            "scans",
            (OFFERINGS, PEOPLE, SCANS),
            {"uid": hex_id.format(f"({SEAT}) * {SCANS} + s"), "segment_id": SEGMENT}
            | whose,
        ),
    ]


def _copying(
    name: str, sizes: tuple[int, int, int], values: Mapping[str, str], code: str
) -> str:
    """Copy a row of the stage's offering once for each of `sizes`' combinations."""
    columns = [
        column.name
        for column in Base.metadata.tables[name].columns
        if column.name != "id" or "id" in values
    ]
    chosen = ", ".join(values.get(column, f"t.{column}") for column in columns)
    source = f"offerings WHERE code = '{code}'" if name == "offerings" else name
    return f"""
        INSERT INTO {name} ({", ".join(columns)}) {COUNTED.format(*sizes)}
        SELECT {chosen}
          FROM (SELECT * FROM {source} LIMIT 1) AS t, offering, seat, part
    """  # noqa: S608 - our own tables and numbers
