"""Counting the statements that a page sends to the database."""

import contextlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

BOOKKEEPING = ("SAVEPOINT", "RELEASE", "ROLLBACK")


@contextlib.contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements sent within the block, without those of the test."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(BOOKKEEPING):
            seen.append(statement)

    sa.event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(Engine, "before_cursor_execute", note)
