"""What is left to be found of answers: rows, their places, raw bytes, logs, mails.

`Trace` is all that an attacker holds who has the database, its files, two backups,
the logs, the mails and the master key, and who watched in which order people sent.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tracker import keys

PAGE_BYTES = {"sqlite": 4096, "postgresql": 8192}


@dataclass(frozen=True)
class Row:
    """A stored row: where it lies, which transaction wrote it, what it holds.

    `place` is SQLite's rowid, or PostgreSQL's ctid as a number; `marker` is which
    answer it is, where that can be read.
    """

    marker: str | None
    id: Any
    place: int
    xmin: int
    at: Any
    data: bytes


@dataclass
class Trace:
    """Everything that an attacker finds; `known` is the order in which people sent."""

    known: list[int]
    page_bytes: int
    sealed: list[Row] = field(default_factory=list)  # of the backup before the mix
    answers: list[Row] = field(default_factory=list)  # of the one after
    certificates: list[tuple[int, datetime, str]] = field(default_factory=list)
    log: str = ""
    mails: str = ""
    raw: bytes = b""  # the files, while the answers are in them
    deleted: bytes = b""  # and once what is to be deleted is


def read_rows(connection: Connection, table: str, data: str) -> list[Row]:
    """Read a table's rows as they come, with what the engine says of each."""
    is_sqlite = connection.dialect.name == "sqlite"
    where = "rowid" if is_sqlite else "ctid"
    xmin = "0" if is_sqlite else "xmin::text::bigint"
    found = connection.execute(
        sa.text(f"SELECT {where} AS place, {xmin} AS wrote, t.* FROM {table} t")  # noqa: S608 - ours
    ).mappings()
    return [_row(dict(each), data) for each in found]


def _row(found: dict[str, Any], column: str) -> Row:
    data = found[column]
    data = data.encode() if isinstance(data, str) else bytes(data)
    return Row(
        marker=marker_in(data),
        id=found.get("random_id") or found.get("id"),
        place=_number(found["place"]),
        xmin=int(found["wrote"]),
        at=found.get("at"),
        data=data,
    )


def _number(place: Any) -> int:
    if isinstance(place, int):
        return place
    block, line = str(place).strip("()").split(",")
    return int(block) * 10_000 + int(line)


def marker_in(data: bytes) -> str | None:
    """Say which answer this is; released ones open with the master key."""
    try:
        text = json.dumps(json.loads(keys.ring().open("responses.answers", data)))
    except (keys.WrongKeyError, ValueError):
        text = data.decode(errors="replace")
    found = re.search(r"No [0-9]{3}", text)
    return found[0] if found else None


def order_of_receipts(connection: Connection, table: str) -> list[int]:
    """Return who answered, in the order in which their receipts lie."""
    where = "rowid" if connection.dialect.name == "sqlite" else "ctid"
    rows = connection.execute(
        sa.text(f"SELECT enrollment_id FROM {table} ORDER BY {where}")  # noqa: S608 - ours
    )
    return [each.enrollment_id for each in rows]


def raw_bytes(connection: Connection, tables: list[str]) -> bytes:
    """Return the files as they lie on the disk: deleted rows and free pages too."""
    if connection.dialect.name == "sqlite":
        return Path(str(connection.engine.url.database)).read_bytes()
    connection.execute(sa.text("CHECKPOINT"))
    files = sa.text(
        "SELECT pg_read_binary_file(pg_relation_filepath(c.oid)) AS heap,"
        " CASE WHEN c.reltoastrelid = 0 THEN ''::bytea ELSE"
        " pg_read_binary_file(pg_relation_filepath(c.reltoastrelid)) END AS toast"
        " FROM pg_class c WHERE c.relname = ANY(:tables) ORDER BY c.oid"
    )
    found = connection.execute(files, {"tables": tables})
    return b"".join(bytes(each.heap) + bytes(each.toast) for each in found)
